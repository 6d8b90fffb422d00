package resource

import (
	"fmt"
	"time"

	"github.com/spothandler/spothandler/internal/apperr"
)

// goneAfter is how long AWS must not find a resource before it counts as deleted, and find a deleted one before it
// counts as created again: reads are eventually consistent, but within seconds.
const goneAfter = 30 * time.Second

// lasting is how long something has been observed without interruption.
type lasting struct{ since time.Time }

// observe notes an observation, and reports whether it has lasted for goneAfter.
func (l *lasting) observe(seen bool) bool {
	switch {
	case !seen:
		l.since = time.Time{}
	case l.since.IsZero():
		l.since = time.Now()
	}
	return seen && time.Since(l.since) >= goneAfter
}

// gone returns the error for a resource that was deleted while this command was running.
func gone(id ID, last error) *apperr.Error {
	e := &apperr.Error{
		Code:    apperr.CodeFailed,
		Message: id.String() + " was deleted while this command was running",
		Detail:  []string{"Another command, such as an uninstall, or a user deleted it."},
		Hints:   []string{"run the command again when no other command changes this installation"},
	}
	if apperr.IsNotFound(last) {
		e.Detail = append(e.Detail, fmt.Sprintf("AWS last reported: %q.", apperr.Plain(last)))
	}
	return e
}

// createdMeanwhile returns the error for a resource of this installation that another command has created.
func createdMeanwhile(id ID) *apperr.Error {
	return &apperr.Error{
		Code:    apperr.CodeFailed,
		Message: "another command has created " + id.String() + " while this command was running",
		Hints:   []string{"run the command again when no other command changes this installation"},
	}
}

// createdAgain returns the error for a resource that was created while this command was deleting it.
func createdAgain(id ID) *apperr.Error {
	return &apperr.Error{
		Code:    apperr.CodeFailed,
		Message: id.String() + " was deleted, and another command has created it again",
		Hints:   []string{"run the command again when no other command changes this installation"},
	}
}

// needNotBeReplaced returns the error for a resource that was to be created again, and by now works as it is.
func needNotBeReplaced(id ID) *apperr.Error {
	return &apperr.Error{
		Code:    apperr.CodeFailed,
		Message: id.String() + " no longer has to be recreated",
		Detail:  []string{"Another command has recreated it meanwhile, or AWS did not return its role when it was read."},
		Hints:   []string{"run the command again when no other command changes this installation"},
	}
}
