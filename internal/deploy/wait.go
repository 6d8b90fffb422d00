package deploy

import (
	"errors"
	"fmt"
	"time"

	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/session"
)

// wait says what is waited for, how long at most, and which errors mean "not yet".
type wait struct {
	what    string // "waiting for the role"; shown to the user
	ceiling time.Duration
	again   func(error) bool
}

// The ceilings are those of terraform-provider-aws, but for the role's: its 15 minutes serve no person.
const (
	ceilingRole     = 3 * time.Minute
	ceilingIAM      = 2 * time.Minute
	ceilingFunction = 10 * time.Minute
	ceilingConflict = time.Minute
	ceilingTargets  = 5 * time.Minute
	ceilingTags     = 5 * time.Second
)

func waitForRole() wait { return wait{"waiting for the role", ceilingRole, roleNotYet} }

// waitForIAM ends at once where a permissions boundary does not exist: no time makes it.
func waitForIAM() wait {
	return wait{"waiting for IAM", ceilingIAM, func(err error) bool {
		return apperr.IsNotFound(err) && !apperr.Says(err, "is not attachable") || apperr.IsConflict(err) || errors.Is(err, errSettling)
	}}
}

// waitForDelete ends at once where a role stands in an instance profile: no time takes it out of there.
func waitForDelete() wait {
	return wait{"waiting for IAM", ceilingIAM, func(err error) bool {
		return apperr.IsConflict(err) || apperr.HasCode(err, "DeleteConflict", "DeleteConflictException") && !apperr.Says(err, "instance profile")
	}}
}

func waitForFunction() wait {
	return wait{"waiting for the function", ceilingFunction, func(err error) bool {
		return errors.Is(err, errSettling) || apperr.IsConflict(err)
	}}
}

// waitForUpdate also covers a role that the function is given and that Lambda does not see yet.
func waitForUpdate() wait { return wait{"waiting for the function", ceilingFunction, roleNotYet} }

func waitForConflict() wait {
	return wait{"waiting for another change", ceilingConflict, apperr.IsConflict}
}

// waitForPropagation covers calls that name a resource which was created a moment ago.
func waitForPropagation() wait {
	return wait{"waiting for AWS", ceilingConflict, func(err error) bool { return apperr.IsNotFound(err) || apperr.IsConflict(err) }}
}

// waitForMapping covers a mapping that is created or updated just then (Lambda API, DeleteEventSourceMapping).
func waitForMapping() wait {
	return wait{"waiting for an event source mapping", ceilingConflict, func(err error) bool {
		return apperr.IsConflict(err) || apperr.HasCode(err, "ResourceInUseException")
	}}
}

// waitForTags covers a caller whose rights depend on the group's tags, which IAM does not see at once
// (terraform-provider-aws, logs/group.go).
func waitForTags() wait {
	return wait{"waiting for the log group's tags", ceilingTags, func(err error) bool {
		return apperr.IsAccessDenied(err) && apperr.Says(err, "no identity-based policy allows the logs:PutRetentionPolicy action")
	}}
}

// waitForDestination also covers a role whose right to reach the destination has not spread yet
// (terraform-provider-aws, lambda/function_event_invoke_config.go).
func waitForDestination() wait {
	return wait{"waiting for IAM", ceilingIAM, func(err error) bool {
		return apperr.IsNotFound(err) || apperr.IsConflict(err) ||
			apperr.HasCode(err, "InvalidParameterValueException") && apperr.Says(err, "does not have permissions")
	}}
}

func waitForTargets() wait {
	return wait{"waiting for the target to go", ceilingTargets, func(err error) bool {
		return apperr.IsConflict(err) || apperr.HasCode(err, "ValidationException") && apperr.Says(err, "since it has targets")
	}}
}

func roleNotYet(err error) bool { return isRolePropagating(err) || apperr.IsConflict(err) }

// waitError is a wait that reached its ceiling; last is what AWS said last.
type waitError struct {
	what    string
	ceiling time.Duration
	last    error
}

func (e *waitError) Error() string { return fmt.Sprintf("%s for %s: %v", e.what, e.ceiling, e.last) }
func (e *waitError) Unwrap() error { return e.last }

func (e *waitError) lastWords() string {
	if e.last == errSettling { //nolint:errorlint // the bare one: no answer of AWS is in it
		return "At the last look it was still not ready."
	}
	return fmt.Sprintf("AWS said last: %q.", apperr.Plain(e.last))
}

// hints say how to go on; a role's trust policy that is really wrong reads like one that has not spread.
func (e *waitError) hints() []string {
	hints := []string{"--wait 15m   wait longer: AWS may only be slow"}
	if isRolePropagating(e.last) {
		hints = append(hints, "still so then: somebody may have changed the role's trust policy, its policy or a key's")
	}
	return hints
}

// errSettling stands for a resource that is there and not ready.
var errSettling = errors.New("not ready yet")

// isRolePropagating says that Lambda does not see the new role, its policy or its grants yet
// (terraform-provider-aws, lambda/function.go; a trust policy that is really wrong reads the same).
func isRolePropagating(err error) bool {
	return apperr.HasCode(err, "InvalidParameterValueException") && apperr.Says(err,
		"cannot be assumed by Lambda",
		"The provided execution role does not have permissions",
		"KMS key is invalid for CreateGrant",
		"throttled by EC2")
}

// explain is apperr.Explain for what an installation does: it also knows a wait that reached its ceiling.
func explain(doing string, caller session.Identity, err error) error {
	explained := apperr.Explain(doing, caller.Caller, err)
	late, waited := errors.AsType[*waitError](err)
	known, ok := errors.AsType[*apperr.Error](explained)
	if !waited || !ok || known.Code == apperr.CodeAccessDenied {
		return explained
	}
	timeout := *known
	timeout.Code = apperr.CodeNotSettled
	timeout.Message = fmt.Sprintf("%s: %s for %s was not enough", doing, late.what, late.ceiling)
	timeout.Detail = append([]string{late.lastWords()}, known.Detail...)
	timeout.Hints = late.hints()
	return &timeout
}
