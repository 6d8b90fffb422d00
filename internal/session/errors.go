package session

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/spothandler/spothandler/internal/apperr"
)

// Codes of the errors about credentials.
const (
	codeNoCredentials      = "no_credentials"
	codeSSOExpired         = "sso_session_expired"
	codeExpiredCredentials = "expired_credentials"
	codeInvalidCredentials = "invalid_credentials"
	codeNeedsCode          = "needs_mfa_code"
	codeConfiguration      = "aws_configuration"
)

const unchanged = "Nothing was changed."

// sayUnchanged adds to an error that nothing was changed.
func sayUnchanged(err error) error {
	if errors.Is(err, context.Canceled) {
		return &apperr.Error{Code: apperr.CodeInterrupted, Message: "interrupted: nothing was changed", Err: err}
	}
	var known *apperr.Error
	if !errors.As(err, &known) || strings.Contains(strings.Join(known.Detail, " "), unchanged) {
		return err
	}
	explained := *known
	explained.Detail = append(slices.Clone(known.Detail), unchanged)
	return &explained
}
