package session

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials/processcreds"
	"github.com/aws/aws-sdk-go-v2/credentials/ssocreds"
	"github.com/aws/smithy-go"

	"github.com/spothandler/spothandler/internal/apperr"
)

// explainConfig explains the SDK's errors about environment and configuration files.
func (s *Source) explainConfig(err error) error {
	var missing config.SharedConfigProfileNotExistError
	var noCode config.AssumeRoleTokenProviderNotSetError
	switch {
	case errors.As(err, &missing):
		return &apperr.Error{
			Code:    "no_profile",
			Message: fmt.Sprintf("the AWS profile %s is not in ~/.aws", missing.Profile),
			Detail:  []string{unchanged},
			Hints:   []string{"aws configure list-profiles", "aws configure --profile " + missing.Profile},
			Err:     err,
		}
	case errors.As(err, &noCode):
		return &apperr.Error{
			Code:    codeNeedsCode,
			Message: fmt.Sprintf("profile %s requires an MFA code, and there is no terminal to ask on", s.profileName()),
			Detail:  []string{unchanged},
			Hints:   []string{fmt.Sprintf(`eval "$(aws configure export-credentials --profile %s --format env)"   in a terminal, which prompts for it`, s.profileName())},
			Err:     err,
		}
	}
	return &apperr.Error{
		Code:    codeConfiguration,
		Message: "reading the AWS configuration: " + apperr.MaskURLs(err.Error()),
		Detail:  []string{unchanged},
		Hints:   configHints(err),
		Err:     err,
	}
}

// configHints returns the hints for a value that the SDK does not accept. Its errors have no types, only
// texts.
func configHints(err error) []string {
	for _, known := range []struct{ text, hint string }{
		{"AWS_RETRY_MODE", "export AWS_RETRY_MODE=standard   or adaptive: the AWS SDK for Go supports no other mode"},
		{"RetryMode", "aws configure set retry_mode standard   or adaptive: the AWS SDK for Go supports no other mode"},
		{"CA bundle", "AWS_CA_BUNDLE, or ca_bundle in the profile, names a file of certificates in PEM format"},
		{"SSO", "aws configure sso"},
	} {
		if strings.Contains(err.Error(), known.text) {
			return []string{known.hint}
		}
	}
	return []string{"correct it in the environment (AWS_...) or in ~/.aws/config"}
}

// explainCredentials explains an error of the credentials, with hints; any other error is wrapped with what
// was being done. Some of the SDK's errors about SSO have no types, only texts.
func (s *Source) explainCredentials(doing, region string, err error) error {
	var api smithy.APIError
	var own *apperr.Error
	var process *processcreds.ProviderError
	switch {
	case errors.As(err, &own), errors.Is(err, context.Canceled):
		return err
	case isSSO(err):
		return s.ssoExpired(err)
	case mentions(err, "no EC2 IMDS role found", "failed to refresh cached credentials, static credentials are empty"):
		return s.noCredentials(err)
	case errors.As(err, &process):
		return s.explainProcess(process)
	case mentions(err, "AssumeRoleWithWebIdentity") && errors.As(err, &api):
		return s.explainWebIdentity(err)
	case mentions(err, "AssumeRole") && apperr.IsAccessDenied(err):
		return s.explainAssumeRole(err)
	}
	return s.explainRefusal(doing, region, err)
}

// explainRefusal explains AWS's refusal of a call other than AssumeRole.
func (s *Source) explainRefusal(doing, region string, err error) error {
	var api smithy.APIError
	switch {
	case isNoRegion(region, err):
		return noRegion(region, err)
	case errors.As(err, &api) && isExpired(api.ErrorCode()):
		return &apperr.Error{
			Code:    codeExpiredCredentials,
			Message: "the AWS credentials have expired",
			Detail:  s.whose(),
			Hints:   []string{"renew them, then run " + s.Command},
			Err:     err,
		}
	case errors.As(err, &api) && isInvalid(api.ErrorCode()):
		return s.explainInvalid(region, api, err)
	}
	return apperr.Explain(doing, "", err)
}

// explainInvalid explains credentials that AWS does not know, or not in this Region.
func (s *Source) explainInvalid(region string, api smithy.APIError, err error) error {
	hints := apperr.HintsFor(err)
	switch {
	case len(hints) > 0: // the clock
	case mayBeDisabled(region) && s.endpoint("STS") == "":
		hints = []string{"aws account get-region-opt-status --region-name " + region + "   shows whether the Region is enabled for the account"}
	default:
		hints = []string{"aws sts get-caller-identity   returns the same error"}
	}
	return &apperr.Error{
		Code:    codeInvalidCredentials,
		Message: fmt.Sprintf("AWS rejected these credentials in %s: %s", region, api.ErrorCode()),
		Detail:  append(s.whose(), apperr.AWSReports(api.ErrorMessage())),
		Hints:   append(hints, "--profile NAME   other credentials"),
		Err:     err,
	}
}

// explainProcess omits the output of the process, which may contain a secret.
func (s *Source) explainProcess(err *processcreds.ProviderError) error {
	why := "failed"
	switch {
	case mentions(err, "timed out"):
		why = "did not end within " + processcreds.DefaultTimeout.String()
	case mentions(err, "parse failed", "wrong version", "missing AccessKeyId", "missing SecretAccessKey"):
		why = "did not print credentials as JSON of version 1"
	case err.Err != nil && !mentions(err, "parse failed"):
		why += ": " + strings.TrimPrefix(err.Err.Error(), "error in credential_process: ")
	}
	return &apperr.Error{
		Code:    codeNoCredentials,
		Message: fmt.Sprintf("the credential_process of profile %s %s", s.profileName(), why),
		Hints:   []string{fmt.Sprintf("aws configure get credential_process --profile %s   shows the command", s.profileName())},
	}
}

// explainAssumeRole explains why a role could not be assumed.
func (s *Source) explainAssumeRole(err error) error {
	var api smithy.APIError
	errors.As(err, &api)
	who := "the role of profile " + s.profileName()
	if s.RoleARN != "" {
		who = s.RoleARN
	}
	hint := "the role's trust policy must allow you, and your own policy must allow sts:AssumeRole on it"
	if strings.Contains(api.ErrorMessage(), "one time pass code") {
		hint = s.Command + "   again, with the device's next code: each is accepted once"
	}
	return &apperr.Error{
		Code:    apperr.CodeAccessDenied,
		Message: "assuming " + who + ": access denied",
		Detail:  []string{apperr.AWSReports(api.ErrorMessage())},
		Hints:   []string{hint},
		Err:     err,
	}
}

// isSSO reports whether there is no valid SSO session: its token is missing, has expired, or could not be
// renewed because AWS refused it, as opposed to a network error.
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
	case "InvalidClientTokenId", "UnrecognizedClientException", "SignatureDoesNotMatch", "AuthFailure", "RegionDisabledException":
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

func (s *Source) noCredentials(cause error) error {
	return &apperr.Error{
		Code:    codeNoCredentials,
		Message: "no AWS credentials found",
		Detail: []string{
			fmt.Sprintf("Searched where the AWS SDK does: environment, ~/.aws (profile %s),", s.profileName()),
			"container and instance role.",
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
		Message: fmt.Sprintf("the SSO session of profile %s has expired or was never started", s.profileName()),
		Hints:   []string{login + " && " + s.Command},
		Err:     cause,
	}
}
