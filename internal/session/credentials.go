package session

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/credentials/ssocreds"
	"github.com/aws/smithy-go"

	"github.com/spothandler/spothandler/internal/apperr"
)

// Codes of the errors about credentials.
const (
	codeNoCredentials      = "no_credentials"
	codeSSOExpired         = "sso_session_expired"
	codeExpiredCredentials = "expired_credentials"
)

// explainCredentials says what is wrong with the credentials, and what to type. Some of the SDK's errors
// about SSO are plain texts.
func (s *Source) explainCredentials(err error) error {
	var api smithy.APIError
	switch {
	case errors.Is(err, context.Canceled):
		return err
	case isSSO(err):
		return s.ssoExpired(err)
	case mentions(err, "no EC2 IMDS role found", "failed to refresh cached credentials, static credentials are empty"):
		return s.noCredentials(err)
	case s.RoleARN != "" && errors.As(err, &api) && apperr.IsAccessDenied(err):
		return &apperr.Error{
			Code:    apperr.CodeAccessDenied,
			Message: "acting as " + s.RoleARN + ": access denied",
			Detail:  []string{fmt.Sprintf("AWS adds: %q. Nothing was changed.", api.ErrorMessage())},
			Hints:   []string{"the role's trust policy must allow you, and your own policy sts:AssumeRole on it"},
			Err:     err,
		}
	case errors.As(err, &api) && isExpired(api.ErrorCode()):
		return &apperr.Error{
			Code:    codeExpiredCredentials,
			Message: "the AWS credentials have expired",
			Detail:  []string{"Nothing was changed."},
			Hints:   []string{"get new ones where these came from, then " + s.Command},
			Err:     err,
		}
	case errors.As(err, &api) && isInvalid(api.ErrorCode()):
		return &apperr.Error{
			Code:    "invalid_credentials",
			Message: fmt.Sprintf("AWS does not accept these credentials: %s", api.ErrorCode()),
			Detail:  []string{fmt.Sprintf("AWS adds: %q. Nothing was changed.", api.ErrorMessage())},
			Hints:   []string{"aws sts get-caller-identity   shows the same", "--profile NAME   other credentials"},
			Err:     err,
		}
	}
	return fmt.Errorf("finding AWS credentials: %w", err)
}

// isSSO says that there is no session: its token is not there, has expired, or could not be renewed because
// AWS refused it, and not because of the network.
func isSSO(err error) bool {
	var legacy *ssocreds.InvalidTokenError
	var refused smithy.APIError
	return errors.As(err, &legacy) ||
		mentions(err, "failed to read cached SSO token file", "cached SSO token is expired") ||
		mentions(err, "refresh cached SSO token failed") && errors.As(err, &refused)
}

func isExpired(code string) bool { return code == "ExpiredToken" || code == "ExpiredTokenException" }

func isInvalid(code string) bool {
	switch code {
	case "InvalidClientTokenId", "UnrecognizedClientException", "SignatureDoesNotMatch", "AuthFailure":
		return true
	}
	return false
}

func mentions(err error, texts ...string) bool {
	for _, text := range texts {
		if strings.Contains(err.Error(), text) {
			return true
		}
	}
	return false
}

func (s *Source) profileName() string {
	for _, name := range []string{s.Profile, s.Getenv("AWS_PROFILE")} {
		if name != "" {
			return name
		}
	}
	return "default"
}

func (s *Source) noCredentials(cause error) error {
	return &apperr.Error{
		Code:    codeNoCredentials,
		Message: "no AWS credentials found",
		Detail: []string{
			fmt.Sprintf("Looked where the AWS SDK looks: environment, ~/.aws (profile %s),", s.profileName()),
			"container and instance role. Nothing was changed.",
		},
		Hints: []string{"aws sso login --profile NAME && " + s.Command + " --profile NAME", "aws configure"},
		Err:   cause,
	}
}

func (s *Source) ssoExpired(cause error) error {
	login := "aws sso login"
	if name := s.profileName(); name != "default" {
		login += " --profile " + name
	}
	return &apperr.Error{
		Code:    codeSSOExpired,
		Message: fmt.Sprintf("the SSO session of profile %s has expired or was never begun", s.profileName()),
		Detail:  []string{"Nothing was changed."},
		Hints:   []string{login + " && " + s.Command},
		Err:     cause,
	}
}
