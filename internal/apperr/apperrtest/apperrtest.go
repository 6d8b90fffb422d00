// Package apperrtest checks errors in tests.
package apperrtest

import (
	"errors"
	"strings"
	"testing"

	"github.com/spothandler/spothandler/internal/apperr"
)

// Refused checks an error about invalid input: its message, and the beginning
// of its first hint.
func Refused(t *testing.T, err error, message, hint string) {
	t.Helper()
	refusal, ok := errors.AsType[*apperr.Error](err)
	switch {
	case !ok:
		t.Errorf("got %v, want %s", err, message)
	case refusal.Code != apperr.CodeInvalid || refusal.Message != message:
		t.Errorf("got %s: %s\nwant %s", refusal.Code, refusal.Message, message)
	case len(refusal.Hints) == 0 || !strings.HasPrefix(refusal.Hints[0], hint):
		t.Errorf("the hints of %s are %q, want %s", message, refusal.Hints, hint)
	}
}

// ErrorOf returns err as an [apperr.Error]. The test ends if it is none.
func ErrorOf(t *testing.T, err error) *apperr.Error {
	t.Helper()
	own, ok := errors.AsType[*apperr.Error](err)
	if !ok {
		t.Fatalf("%v is no Error", err)
	}
	return own
}
