package settings

import (
	"fmt"
	"regexp"

	"github.com/spothandler/spothandler/internal/apperr"
)

// DefaultRolePath is the IAM path of the role without --role-path; ListRoles with it finds installations.
const DefaultRolePath = "/spothandler/"

// RoleName returns the name of the role. IAM is global, so the name contains the Region.
func RoleName(prefix, region string) string {
	return Prefixed(prefix, "spothandler-"+region)
}

// Prefixed returns the name with the prefix, which may be empty.
func Prefixed(prefix, name string) string {
	if prefix == "" {
		return name
	}
	return prefix + "-" + name
}

// nameRule describes the names that an AWS API accepts.
type nameRule struct {
	what, source string
	limit        int
	pattern      *regexp.Regexp
	accepted     string
}

func nameRules() (role, function, rule nameRule) {
	plain := regexp.MustCompile(`^[A-Za-z0-9_-]+$`)
	role = nameRule{"role", "IAM", 64, plain, "letters, digits, - and _"}
	function = nameRule{"function", "Lambda", 64, plain, "letters, digits, - and _"}
	rule = nameRule{"rule", "EventBridge", 64, regexp.MustCompile(`^[A-Za-z0-9._-]+$`), "letters, digits, ., - and _"}
	return role, function, rule
}

func (r nameRule) check(name, hint string) error {
	if !r.pattern.MatchString(name) {
		return &apperr.Error{
			Code:    apperr.CodeInvalid,
			Message: fmt.Sprintf("the %s name %q has a character that %s does not allow", r.what, name, r.source),
			Detail:  []string{"Accepted: " + r.accepted + "."},
			Hints:   []string{hint},
		}
	}
	if len(name) > r.limit {
		return &apperr.Error{
			Code:    apperr.CodeInvalid,
			Message: fmt.Sprintf("the %s name %s has %d characters, %s allows %d", r.what, name, len(name), r.source, r.limit),
			Hints:   []string{hint},
		}
	}
	return nil
}

// CheckNames returns an error if AWS would reject the names that these settings lead to. It needs no call.
// Empty arguments are unknown and not checked.
func CheckNames(region, prefix, functionName, ruleName string) error {
	role, function, rule := nameRules()
	if prefix != "" && !role.pattern.MatchString(prefix) {
		return &apperr.Error{
			Code:    apperr.CodeInvalid,
			Message: fmt.Sprintf("--prefix %q has a character that IAM and Lambda do not allow", prefix),
			Detail:  []string{"Accepted: " + role.accepted + "."},
			Hints:   []string{"--prefix NAME   without that character"},
		}
	}
	if region != "" {
		if err := checkRegion(region); err != nil {
			return err
		}
		if err := role.check(RoleName(prefix, region), "--prefix NAME   a shorter one"); err != nil {
			return err
		}
	}
	if functionName != "" {
		if err := function.check(Prefixed(prefix, functionName), "--function-name NAME or --prefix NAME   another one"); err != nil {
			return err
		}
	}
	if ruleName == "" {
		return nil
	}
	return rule.check(Prefixed(prefix, ruleName), "--rule-name NAME or --prefix NAME   another one")
}

// checkRegion rejects what does not have the form of a Region's name, such as an availability zone. The
// existing Regions are not known without a call.
func checkRegion(region string) error {
	if regexp.MustCompile(`^[a-z]+(-[a-z]+)+-[0-9]+$`).MatchString(region) {
		return nil
	}
	return &apperr.Error{
		Code:    apperr.CodeInvalid,
		Message: fmt.Sprintf("%q is not the name of a Region", region),
		Hints:   []string{"--region NAME   or AWS_REGION, such as eu-west-1"},
	}
}
