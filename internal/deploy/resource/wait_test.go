package resource

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/smithy-go"
)

// Every wait has a ceiling, and retries only for its own reason.
func TestWaits(t *testing.T) {
	conflict := &smithy.GenericAPIError{Code: "ResourceConflictException", Message: "An update is in progress"}
	missing := &smithy.GenericAPIError{Code: "NoSuchEntity", Message: "not there"}
	propagating := &smithy.GenericAPIError{Code: "InvalidParameterValueException", Message: "cannot be assumed by Lambda"}
	hasTargets := &smithy.GenericAPIError{Code: "ValidationException", Message: "Rule can't be deleted since it has targets."}
	inUse := &smithy.GenericAPIError{Code: "DeleteConflict", Message: "must delete policies first"}
	untagged := &smithy.GenericAPIError{Code: "AccessDeniedException", Message: "no identity-based policy allows the logs:PutRetentionPolicy action"}
	noBoundary := &smithy.GenericAPIError{Code: "NoSuchEntity", Message: "Scope ARN: arn:aws:iam::111122223333:policy/nope does not exist or is not attachable."}
	all := []error{conflict, missing, noBoundary, propagating, hasTargets, inUse, untagged, errSettling}
	for _, test := range []struct {
		wait    wait
		ceiling time.Duration
		again   []error
	}{
		{waitForRole(), 3 * time.Minute, []error{conflict, propagating}},
		{waitForIAM(), 2 * time.Minute, []error{conflict, missing, errSettling}},
		{waitForDelete(), 2 * time.Minute, []error{conflict, inUse}},
		{waitForFunction(), 10 * time.Minute, []error{conflict, errSettling}},
		{waitForUpdate(), 10 * time.Minute, []error{conflict, propagating}},
		{waitForConflict(), time.Minute, []error{conflict}},
		{waitForPropagation(), time.Minute, []error{conflict, missing, noBoundary}},
		{waitForTargets(), 5 * time.Minute, []error{conflict, hasTargets}},
		{waitForTags(), 5 * time.Second, []error{untagged}},
	} {
		t.Run(test.wait.what, func(t *testing.T) {
			for _, err := range all {
				if got := test.wait.again(err); got != slices.Contains(test.again, err) {
					t.Errorf("%v is repeated: %t", err, got)
				}
			}
			if test.wait.again(&smithy.GenericAPIError{Code: "AccessDeniedException", Message: "no"}) || test.wait.again(errors.New("broken")) {
				t.Error("any error is repeated")
			}
			synctest.Test(t, func(t *testing.T) {
				started, notes := time.Now(), 0
				r := &runner{note: func(string) { notes++ }}
				err := r.retry(t.Context(), test.wait, func() error { return test.again[0] })
				late, ok := errors.AsType[*waitError](err)
				waited := time.Since(started)
				if !ok || !errors.Is(late, test.again[0]) || waited > test.ceiling || waited < test.ceiling-min(longestPause, test.ceiling/2) || notes < 4 {
					t.Errorf("after %s and %d notes: %v", waited, notes, err)
				}
			})
		})
	}
}

// The delays grow, and end with the context.
func TestRetry(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var at []time.Duration
		started := time.Now()
		r := &runner{note: func(string) {}}
		err := r.retry(t.Context(), waitForConflict(), func() error {
			if at = append(at, time.Since(started)); len(at) < 5 {
				return &smithy.GenericAPIError{Code: "ConcurrentModificationException", Message: ""}
			}
			return nil
		})
		if want := []time.Duration{0, 400 * time.Millisecond, time.Second, 1900 * time.Millisecond, 3250 * time.Millisecond}; err != nil || !slices.Equal(at, want) {
			t.Errorf("%v, %v", at, err)
		}

		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		err = r.retry(ctx, waitForConflict(), func() error { return &smithy.GenericAPIError{Code: "ConcurrentModificationException", Message: ""} })
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%v", err)
		}
	})
}

// The error of a wait that reached its ceiling.
func TestWaitError(t *testing.T) {
	err := &waitError{"waiting for IAM", 2 * time.Minute, errSettling}
	if err.Error() != "waiting for IAM for 2m0s: not ready yet" {
		t.Error(err)
	}
}
