package session

import (
	"cmp"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/smithy-go"

	"github.com/spothandler/spothandler/internal/apperr"
)

// explainWebIdentity explains why a web identity may not assume its role. It shows the claims that a trust
// policy compares.
func (s *Source) explainWebIdentity(err error) error {
	var api smithy.APIError
	errors.As(err, &api)
	role, file := s.webIdentity()
	explained := &apperr.Error{
		Code:    apperr.CodeAccessDenied,
		Message: fmt.Sprintf("assuming %s with a web identity: %s", cmp.Or(role, "the role"), api.ErrorCode()),
		Detail:  []string{apperr.AWSReports(api.ErrorMessage())},
		Err:     err,
	}
	switch api.ErrorCode() {
	case "AccessDenied":
		explained.Message = strings.TrimSuffix(explained.Message, api.ErrorCode()) + "access denied"
		explained.Hints = []string{"the role's trust policy must allow sts:AssumeRoleWithWebIdentity for this provider, subject and audience"}
	case "InvalidIdentityToken":
		explained.Hints = []string{"aws iam list-open-id-connect-providers   must list the token's provider, with its audience"}
	default:
		explained.Hints = []string{"get a new token, then run " + s.Command}
	}
	if claims := claimsOf(file); claims != "" {
		explained.Detail = append(explained.Detail, claims)
	}
	return explained
}

// webIdentity returns the role and the path of the token file.
func (s *Source) webIdentity() (role, file string) {
	for _, source := range s.cfg.ConfigSources {
		shared, ok := source.(config.SharedConfig)
		for profile := &shared; ok && profile != nil; profile = profile.Source {
			if profile.WebIdentityTokenFile != "" {
				return profile.RoleARN, profile.WebIdentityTokenFile
			}
		}
	}
	return s.Getenv("AWS_ROLE_ARN"), s.Getenv("AWS_WEB_IDENTITY_TOKEN_FILE")
}

// claimsOf returns a sentence with the claims of the token in a file that a trust policy may compare, or ""
// if the file cannot be read.
func claimsOf(file string) string {
	token, err := os.ReadFile(file)
	if err != nil {
		return ""
	}
	_, rest, _ := strings.Cut(string(token), ".")
	payload, _, _ := strings.Cut(rest, ".")
	decoded, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(payload, "="))
	var claims struct {
		Issuer   string `json:"iss"`
		Subject  string `json:"sub"`
		Audience any    `json:"aud"` // a string or a list of strings
	}
	if err != nil || json.Unmarshal(decoded, &claims) != nil || claims.Issuer == "" {
		return ""
	}
	return fmt.Sprintf("The token's provider is %s, its subject %s, its audience %v.", claims.Issuer, claims.Subject, claims.Audience)
}
