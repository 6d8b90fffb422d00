package session

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/spothandler/spothandler/internal/apperr"
)

const unchanged = "Nothing was changed."

// SayUnchanged adds to an error that occurred before the first write that nothing was changed.
func (s *Session) SayUnchanged(err error) error {
	if s.Wrote() {
		return err
	}
	return s.source.sayUnchanged(err)
}

// sayUnchanged adds to an error that nothing was changed.
func (s *Source) sayUnchanged(err error) error {
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
