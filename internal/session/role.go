package session

import (
	"regexp"

	"github.com/aws/aws-sdk-go-v2/aws/arn"

	"github.com/spothandler/spothandler/internal/apperr"
)

// ParseRole parses the ARN of an IAM role, which has the account's twelve digits, no Region, an optional path and a name of
// at most 64 characters (IAM API, CreateRole). ok is false for any other text.
func ParseRole(text string) (role arn.ARN, ok bool) {
	role, err := arn.Parse(text)
	ok = err == nil && role.Partition != "" && role.Service == "iam" && role.Region == "" &&
		regexp.MustCompile(`^\d{12}$`).MatchString(role.AccountID) &&
		regexp.MustCompile(`^role/([!-~]+/)?[\w+=,.@-]{1,64}$`).MatchString(role.Resource)
	return role, ok
}

// CheckRole rejects a --role-arn that is not the ARN of a role, or of one in another account than the expected one, if that
// is not "". An empty --role-arn is accepted.
func CheckRole(roleARN, expectAccount string) error {
	if roleARN == "" {
		return nil
	}
	role, ok := ParseRole(roleARN)
	if !ok {
		return apperr.Invalid("--role-arn arn:PARTITION:iam::ACCOUNT:role/NAME", "--role-arn %q is not the ARN of a role", roleARN)
	}
	if expectAccount != "" && expectAccount != role.AccountID {
		return apperr.Invalid("use the role's account, or another role", "--expect-account is %s, and the role of --role-arn is in account %s", expectAccount, role.AccountID)
	}
	return nil
}
