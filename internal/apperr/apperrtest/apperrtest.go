// Package apperrtest checks the errors of bad input that tests provoke.
package apperrtest

import (
	"errors"
	"strings"
	"testing"

	"github.com/spothandler/spothandler/internal/apperr"
)

// Refused checks an error of bad input: its message, and the beginning of its first hint.
func Refused(t *testing.T, err error, message, hint string) {
	t.Helper()
	refusal, ok := errors.AsType[*apperr.Error](err)
	switch {
	case !ok:
		t.Errorf("%v, and not %s", err, message)
	case refusal.Code != apperr.CodeInvalid || refusal.Message != message:
		t.Errorf("%s: %s\nand not %s", refusal.Code, refusal.Message, message)
	case len(refusal.Hints) == 0 || !strings.HasPrefix(refusal.Hints[0], hint):
		t.Errorf("the hints of %s are %q, and not %s", message, refusal.Hints, hint)
	}
}
