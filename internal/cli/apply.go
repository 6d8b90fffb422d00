package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/deploy"
	"github.com/spothandler/spothandler/internal/session"
)

// job is a prepared install or uninstall.
type job interface {
	Apply(context.Context, deploy.Options) (done int, err error)
	Verify(ctx context.Context, ceiling time.Duration) error
}

// apply does the changes of a job with progress on stderr. Its error says how far it came and what to do.
func (a *app) apply(ctx context.Context, s *connection, j job, changes []deploy.Change) error {
	defer a.repainting()()
	progress := newProgress(a.err, changes)
	done, err := j.Apply(ctx, deploy.Options{Wait: a.wait, Report: progress.report})
	progress.Stop()
	if err == nil {
		return nil
	}
	return a.explainStop(ctx, s, err, done, changes)
}

// explainStop adds to an error what was done before it: it stays, and a second run finishes the rest.
func (a *app) explainStop(ctx context.Context, s *connection, err error, done int, changes []deploy.Change) error {
	sofar := "Nothing was changed."
	if s.Wrote() {
		sofar = fmt.Sprintf("%d of %d done; run again to finish.", done, len(changes))
	}
	if ctx.Err() != nil {
		return &apperr.Error{Code: apperr.CodeInterrupted, Message: "interrupted: " + sofar, Err: err}
	}
	var known *apperr.Error
	if !errors.As(err, &known) {
		known = &apperr.Error{Code: apperr.CodeFailed, Message: err.Error(), Err: err}
	}
	explained := *known
	explained.Detail = append(slices.Clone(explained.Detail), sofar)
	explained.Hints = append(slices.Clone(explained.Hints), a.afterStop(s, known, changes)...)
	return &explained
}

// afterStop is what to do next: each of it is safe.
func (a *app) afterStop(s *connection, stopped *apperr.Error, changes []deploy.Change) []string {
	if !s.Wrote() {
		if stopped.Code == apperr.CodeAccessDenied {
			return []string{a.commandLine() + "   again, once it is allowed"}
		}
		if len(stopped.Hints) > 0 {
			return []string{a.commandLine() + "   again after that"}
		}
		return nil
	}
	hints := []string{a.commandLine() + "   finishes it"}
	if len(stopped.Hints) > 0 && stopped.Code != apperr.CodeNotSettled { // by itself it would most often fail again
		hints = []string{a.commandLine() + "   finishes it after that"}
	}
	if slices.ContainsFunc(changes, func(c deploy.Change) bool { return c.Action == deploy.Create }) {
		hints = append(hints, "spothandler uninstall"+a.scope(a.prefix)+"   removes what is there")
	}
	return hints
}

// verify looks again until nothing is left to change. It says so when that takes long.
func (a *app) verify(ctx context.Context, j job, changes []deploy.Change) error {
	notice := time.AfterFunc(session.NoticeAfter, func() { a.aws.waiting("AWS to show the changes in its answers") })
	defer notice.Stop()
	err := j.Verify(ctx, a.wait)
	if err != nil && ctx.Err() != nil {
		return &apperr.Error{Code: apperr.CodeInterrupted, Message: fmt.Sprintf("interrupted: %d of %d done, and not checked again", len(changes), len(changes)), Err: err}
	}
	return a.sayWhereToLook(err)
}

// sayWhereToLook adds to the error of a job that does not settle what to look at next.
func (a *app) sayWhereToLook(err error) error {
	var known *apperr.Error
	if !errors.As(err, &known) || known.Code != apperr.CodeNotSettled || len(known.Hints) > 0 {
		return err
	}
	explained := *known
	explained.Hints = []string{"spothandler status" + a.scope(a.prefix)}
	return &explained
}

// confirm asks for a word on a terminal; elsewhere only --yes will do.
func (a *app) confirm(ctx context.Context, question, word string) error {
	if !a.inTTY {
		message := "this needs confirmation, and there is no terminal to ask on"
		if a.several {
			message = "this needs confirmation, and several regions cannot be asked about at once"
		}
		return &apperr.Error{
			Code:    "needs_yes",
			Message: message,
			Detail:  []string{"Nothing was changed."},
			Hints:   []string{a.commandLine() + " --yes"},
		}
	}
	typed, err := a.err.Ask(ctx, a.in, question, word)
	if err != nil {
		return err
	}
	if !typed {
		return &apperr.Error{Code: "declined", Message: "not confirmed", Detail: []string{"Nothing was changed."}, Hints: []string{"--yes   skips the question"}}
	}
	return nil
}
