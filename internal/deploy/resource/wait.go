package resource

import (
	"context"
	"errors"
	"fmt"
	"time"

	smithytime "github.com/aws/smithy-go/time"

	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/session"
)

// wait describes what is waited for, for how long at most, and which errors mean "not yet".
type wait struct {
	what    string // "waiting for the role"; shown to the user
	ceiling time.Duration
	again   func(error) bool
	on      ID // the resource that AWS does not find if it says so; the zero value if that can be another
}

// of returns the wait for calls on a resource, whose deletion ends it.
func (w wait) of(id ID) wait {
	w.on = id
	return w
}

// ofEntries also repeats what AWS refused within a batch for a reason of its own: the response has status 200, so that
// the SDK does not repeat it.
func (w wait) ofEntries() wait {
	again := w.again
	w.again = func(err error) bool {
		return again(err) || apperr.IsThrottled(err) || apperr.HasCode(err, "InternalException", "InternalFailure")
	}
	return w
}

// The ceilings are those of terraform-provider-aws, except the role's: its 15 minutes are too long for an
// interactive command.
const (
	ceilingRole     = 3 * time.Minute
	ceilingIAM      = 2 * time.Minute
	ceilingFunction = 10 * time.Minute
	ceilingConflict = time.Minute
	ceilingTargets  = 5 * time.Minute
	ceilingTags     = 5 * time.Second
)

func waitForRole() wait {
	return wait{what: "waiting for the role", ceiling: ceilingRole, again: roleNotYet}
}

// waitForIAM fails at once if a permissions boundary does not exist: waiting does not create it.
func waitForIAM() wait {
	return wait{what: "waiting for IAM", ceiling: ceilingIAM, again: func(err error) bool {
		return apperr.IsNotFound(err) && !apperr.Says(err, "is not attachable") || apperr.IsConflict(err) || errors.Is(err, errSettling)
	}}
}

// waitForDelete fails at once if a role is in an instance profile: waiting does not remove it.
func waitForDelete() wait {
	return wait{what: "waiting for IAM", ceiling: ceilingIAM, again: func(err error) bool {
		return apperr.IsConflict(err) || apperr.HasCode(err, "DeleteConflict", "DeleteConflictException") && !apperr.Says(err, "instance profile")
	}}
}

func waitForFunction() wait {
	return wait{what: "waiting for the function", ceiling: ceilingFunction, again: func(err error) bool {
		return errors.Is(err, errSettling) || apperr.IsConflict(err)
	}}
}

// waitForUpdate also covers a role that the function gets and that Lambda does not see yet.
func waitForUpdate() wait {
	return wait{what: "waiting for the function", ceiling: ceilingFunction, again: roleNotYet}
}

func waitForConflict() wait {
	return wait{what: "waiting for another change", ceiling: ceilingConflict, again: apperr.IsConflict}
}

// waitForPropagation covers calls that refer to a resource that was just created.
func waitForPropagation() wait {
	return wait{what: "waiting for AWS", ceiling: ceilingConflict, again: func(err error) bool { return apperr.IsNotFound(err) || apperr.IsConflict(err) }}
}

// waitForMapping covers a mapping that is being created or updated (Lambda API, DeleteEventSourceMapping).
func waitForMapping() wait {
	return wait{what: "waiting for an event source mapping", ceiling: ceilingConflict, again: func(err error) bool {
		return apperr.IsConflict(err) || apperr.HasCode(err, "ResourceInUseException")
	}}
}

// waitForTags covers a caller whose permissions depend on the group's tags, which IAM does not see at once
// (terraform-provider-aws, logs/group.go).
func waitForTags() wait {
	return wait{what: "waiting for the log group's tags", ceiling: ceilingTags, again: func(err error) bool {
		return apperr.IsAccessDenied(err) && apperr.Says(err, "no identity-based policy allows the logs:PutRetentionPolicy action")
	}}
}

// waitForDestination also covers a role whose permission for the destination has not propagated yet
// (terraform-provider-aws, lambda/function_event_invoke_config.go).
func waitForDestination() wait {
	return wait{what: "waiting for IAM", ceiling: ceilingIAM, again: func(err error) bool {
		return apperr.IsNotFound(err) || apperr.IsConflict(err) ||
			apperr.HasCode(err, "InvalidParameterValueException") && apperr.Says(err, "does not have permissions")
	}}
}

func waitForTargets() wait {
	return wait{what: "waiting for the target's deletion", ceiling: ceilingTargets, again: func(err error) bool {
		return apperr.IsConflict(err) || apperr.HasCode(err, "ValidationException") && apperr.Says(err, "since it has targets")
	}}
}

func roleNotYet(err error) bool { return isRolePropagating(err) || apperr.IsConflict(err) }

// waitError is the error of a wait that reached its ceiling; last is AWS's last response.
type waitError struct {
	what    string
	ceiling time.Duration
	last    error
}

func (e *waitError) Error() string { return fmt.Sprintf("%s for %s: %v", e.what, e.ceiling, e.last) }
func (e *waitError) Unwrap() error { return e.last }

func (e *waitError) lastResponse() string {
	if e.last == errSettling || e.last == errMissing { //nolint:errorlint // exactly these, without a response of AWS in them
		return "It was still not ready at the last check."
	}
	return fmt.Sprintf("AWS last reported: %q.", apperr.Plain(e.last))
}

// hints returns how to continue; a wrong trust policy gives the same error as one that has not propagated, and a role of
// the same name in another case the same as one that is not visible yet.
func (e *waitError) hints() []string {
	hints := []string{"--wait 15m   wait longer: AWS may just be slow"}
	if isRolePropagating(e.last) {
		hints = append(hints, "if it still fails, check the role's trust policy, its policy and any key policy")
	}
	if apperr.IsAlreadyThere(e.last) {
		hints = append(hints, "--prefix NAME   another prefix, if the account has a role of this name in upper or lower case")
	}
	return hints
}

// errSettling is the error for a resource that exists but is not ready.
var errSettling = errors.New("not ready yet")

// errMissing is errSettling for a resource that AWS does not find.
var errMissing = fmt.Errorf("%w: not found", errSettling)

// isRolePropagating reports whether Lambda does not see the new role, its policy or its grants yet
// (terraform-provider-aws, lambda/function.go; a wrong trust policy gives the same error).
func isRolePropagating(err error) bool {
	return apperr.HasCode(err, "InvalidParameterValueException") && apperr.Says(err,
		"cannot be assumed by Lambda",
		"The provided execution role does not have permissions",
		"KMS key is invalid for CreateGrant",
		"throttled by EC2")
}

// explain is apperr.Explain for an installation: it also explains a wait that reached its ceiling.
func explain(doing string, caller session.Identity, err error) error {
	explained := apperr.Explain(doing, caller.Caller, err)
	late, waited := errors.AsType[*waitError](err)
	known, ok := errors.AsType[*apperr.Error](explained)
	if !waited || !ok || known.Code == apperr.CodeAccessDenied {
		return explained
	}
	timeout := *known
	timeout.Code = apperr.CodeNotSettled
	timeout.Message = fmt.Sprintf("%s: timed out after %s %s", doing, late.ceiling, late.what)
	timeout.Detail = append([]string{late.lastResponse()}, known.Detail...)
	timeout.Hints = late.hints()
	return &timeout
}

// runner is the context of a change while it is applied.
type runner struct {
	Clients
	names   Names
	ceiling time.Duration // of each wait; 0 uses each wait's own
	note    func(string)  // reports what is waited for
}

const (
	firstPause   = 400 * time.Millisecond
	longestPause = 5 * time.Second
)

// retry repeats do while its error means "not yet", with growing delays, up to the ceiling (or the user's).
// The error includes AWS's last response. It ends at once with the context, and if the resource was deleted.
func (r *runner) retry(ctx context.Context, w wait, do func() error) error {
	ceiling := w.ceiling
	if r.ceiling > 0 {
		ceiling = r.ceiling
	}
	deadline := time.Now().Add(ceiling)
	var missing lasting
	for pause := firstPause; ; pause = min(pause*3/2, longestPause) {
		err := do()
		if w.isGone(err, &missing) {
			return gone(w.on, err)
		}
		if err == nil || !w.again(err) {
			return err
		}
		if time.Now().Add(pause).After(deadline) {
			return &waitError{w.what, ceiling, err}
		}
		r.note(w.what)
		if err := smithytime.SleepWithContext(ctx, pause); err != nil {
			return err
		}
	}
}

// isGone reports whether the resource of the wait was deleted; missing is how long AWS has not found it. Only a
// response that can be too early, because the resource is new, has to last.
func (w wait) isGone(err error, missing *lasting) bool {
	if w.on == (ID{}) {
		return false
	}
	if !w.again(err) {
		return apperr.HasCode(err, "ResourceNotFoundException")
	}
	return missing.observe(apperr.IsNotFound(err) || errors.Is(err, errMissing))
}

// step is one write of a change, skipped if it is not needed.
type step struct {
	needed bool
	do     func() error
}

// runSteps runs the steps that are needed, up to the first that fails.
func runSteps(steps ...step) error {
	for _, step := range steps {
		if !step.needed {
			continue
		}
		if err := step.do(); err != nil {
			return err
		}
	}
	return nil
}

// retrySteps is runSteps with each step repeated while AWS responds with "not yet".
func (r *runner) retrySteps(ctx context.Context, w wait, steps ...step) error {
	for index, each := range steps {
		steps[index].do = func() error { return r.retry(ctx, w, each.do) }
	}
	return runSteps(steps...)
}
