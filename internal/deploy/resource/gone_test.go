package resource

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/smithy-go"

	"github.com/spothandler/spothandler/internal/apperr"
)

// A resource that AWS does not find for longer than its reads may be late was deleted; the error names it.
func TestGone(t *testing.T) {
	role, function := ID{KindRole, "x"}, ID{KindFunction, "x"}
	noRole := &smithy.GenericAPIError{Code: "NoSuchEntity", Message: "The role with name x cannot be found."}
	noFunction := &smithy.GenericAPIError{Code: "ResourceNotFoundException", Message: "Function not found: x"}
	noBoundary := &smithy.GenericAPIError{Code: "NoSuchEntity", Message: "Scope ARN: y does not exist or is not attachable."}
	for _, test := range []struct {
		name  string
		wait  wait
		err   error
		lasts time.Duration // of the error
		after time.Duration // until the end, at most longestPause later
		want  string
	}{
		{"visible late", waitForIAM().of(role), noRole, 20 * time.Second, 20 * time.Second, ""},
		{"a deleted role", waitForIAM().of(role), noRole, time.Hour, goneAfter, "role x was deleted while this command was running"},
		{"a function that does not become ready", waitForFunction().of(function), errMissing, time.Hour, goneAfter, "function x was deleted while this command was running"},
		{"an update of a deleted function", waitForUpdate().of(function), noFunction, time.Hour, 0, "function x was deleted while this command was running"},
		{"a boundary that does not exist", waitForIAM().of(role), noBoundary, time.Hour, 0, apperr.Plain(noBoundary)},
		{"slow", waitForFunction().of(function), errSettling, 5 * time.Minute, 5 * time.Minute, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				began := time.Now()
				r := &runner{note: func(string) {}}
				err := r.retry(t.Context(), test.wait, func() error {
					if time.Since(began) < test.lasts {
						return test.err
					}
					return nil
				})
				got := ""
				if err != nil {
					got = apperr.Plain(err)
				}
				if took := time.Since(began); got != test.want || took < test.after || took > test.after+longestPause {
					t.Errorf("after %s: %q", took, got)
				}
			})
		})
	}
}
