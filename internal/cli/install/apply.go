package install

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/cli/command"
	"github.com/spothandler/spothandler/internal/deploy"
	"github.com/spothandler/spothandler/internal/session"
)

// job is a prepared install or uninstall.
type job interface {
	Apply(context.Context, deploy.Options) (done int, err error)
	Verify(ctx context.Context, ceiling time.Duration) error
}

// applying is a job whose changes are made.
type applying struct {
	*command.App
	*command.Connection
	job     job
	changes []deploy.Change
}

// run makes the changes, and looks again until nothing is left to change.
func (p applying) run(ctx context.Context) error {
	if err := p.apply(ctx); err != nil {
		return err
	}
	return p.verify(ctx)
}

// apply makes the changes with progress on stderr. Its error says how far it came and what to do.
func (p applying) apply(ctx context.Context) error {
	defer p.MuteWaitingOnTerminal()()
	progress := newProgress(p.Err, p.changes)
	done, err := p.job.Apply(ctx, deploy.Options{Wait: p.Wait, Report: progress.report})
	progress.Stop()
	if err == nil {
		return nil
	}
	return p.explainStop(ctx, err, done)
}

// explainStop adds to an error what was done before it: it stays, and a second run finishes the rest.
func (p applying) explainStop(ctx context.Context, err error, done int) error {
	sofar := "Nothing was changed."
	if p.Wrote() {
		sofar = fmt.Sprintf("%d of %d done; run again to finish.", done, len(p.changes))
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
	explained.Hints = append(slices.Clone(explained.Hints), p.afterStop(known)...)
	return &explained
}

// afterStop is what to do next: each of it is safe.
func (p applying) afterStop(stopped *apperr.Error) []string {
	if !p.Wrote() {
		if stopped.Code == apperr.CodeAccessDenied {
			return []string{p.CommandLine() + "   again, once it is allowed"}
		}
		if len(stopped.Hints) > 0 {
			return []string{p.CommandLine() + "   again after that"}
		}
		return nil
	}
	hints := []string{p.CommandLine() + "   finishes it"}
	if len(stopped.Hints) > 0 && stopped.Code != apperr.CodeNotSettled { // by itself it would most often fail again
		hints = []string{p.CommandLine() + "   finishes it after that"}
	}
	if slices.ContainsFunc(p.changes, func(c deploy.Change) bool { return c.Action == deploy.Create }) {
		hints = append(hints, "spothandler uninstall"+p.AddressFlags(p.Prefix)+"   removes what is there")
	}
	return hints
}

// verify looks again until nothing is left to change. It says so when that takes long.
func (p applying) verify(ctx context.Context) error {
	notice := time.AfterFunc(session.NoticeAfter, func() { p.PrintWaiting("AWS to show the changes in its answers") })
	defer notice.Stop()
	err := p.job.Verify(ctx, p.Wait)
	if err != nil && ctx.Err() != nil {
		return &apperr.Error{Code: apperr.CodeInterrupted, Message: fmt.Sprintf("interrupted: %d of %d done, and not checked again", len(p.changes), len(p.changes)), Err: err}
	}
	return p.sayWhereToLook(err)
}

// sayWhereToLook adds to the error of a job that does not settle what to look at next.
func (p applying) sayWhereToLook(err error) error {
	var known *apperr.Error
	if !errors.As(err, &known) || known.Code != apperr.CodeNotSettled || len(known.Hints) > 0 {
		return err
	}
	explained := *known
	explained.Hints = []string{"spothandler status" + p.InstallationFlags(p.Prefix)}
	return &explained
}

// endWarnings keeps warnings that were shown apart from what comes next.
func endWarnings(a *command.App, warnings []string) {
	if len(warnings) > 0 {
		a.Err.Printf("\n")
	}
}
