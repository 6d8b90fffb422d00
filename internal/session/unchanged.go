package session

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/spothandler/spothandler/internal/apperr"
)

// SayUnchanged adds to an error that came before the first write that nothing was changed.
func (s *Session) SayUnchanged(err error) error {
	const unchanged = "Nothing was changed."
	if errors.Is(err, context.Canceled) && !s.Wrote() {
		return &apperr.Error{Code: apperr.CodeInterrupted, Message: "interrupted: nothing was changed", Err: err}
	}
	var known *apperr.Error
	if !errors.As(err, &known) || s.Wrote() || strings.Contains(strings.Join(known.Detail, " "), unchanged) {
		return err
	}
	explained := *known
	explained.Detail = append(slices.Clone(known.Detail), unchanged)
	return &explained
}
