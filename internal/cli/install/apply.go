package install

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/cli/command"
	"github.com/spothandler/spothandler/internal/deploy/resource"
	"github.com/spothandler/spothandler/internal/session"
)

// job is a prepared install or uninstall.
type job interface {
	Apply(context.Context, resource.Options) (done int, err error)
	Verify(ctx context.Context, ceiling time.Duration) error
}

// jobRun applies the changes of a job.
type jobRun struct {
	*command.App
	*command.Connection
	job     job
	changes []resource.Change
}

// run applies the changes, and verifies that none remain.
func (r jobRun) run(ctx context.Context) error {
	if err := r.apply(ctx); err != nil {
		return err
	}
	return r.verify(ctx)
}

// apply applies the changes, and shows progress on stderr. Its error says how many were applied and what to do next.
func (r jobRun) apply(ctx context.Context) error {
	defer r.MuteWaitingOnTerminal()()
	progress := newProgress(r.Err, r.changes)
	done, err := r.job.Apply(ctx, resource.Options{Wait: r.Wait, Report: progress.report})
	progress.Stop()
	if err == nil {
		return nil
	}
	r.Err.Printf("\n") // before the error
	return r.explainStop(ctx, err, done)
}

// explainStop adds to err how many changes were applied before it: they stay, and a second run applies the rest.
func (r jobRun) explainStop(ctx context.Context, err error, done int) error {
	soFar := "Nothing was changed."
	if r.Wrote() {
		soFar = fmt.Sprintf("%d of %d done; run again to finish.", done, len(r.changes))
	}
	if ctx.Err() != nil {
		return &apperr.Error{Code: apperr.CodeInterrupted, Message: "interrupted: " + soFar, Err: err}
	}
	var known *apperr.Error
	if !errors.As(err, &known) {
		known = &apperr.Error{Code: apperr.CodeFailed, Message: err.Error(), Err: err}
	}
	explained := *known
	explained.Detail = append(slices.Clone(explained.Detail), soFar)
	explained.Hints = append(slices.Clone(explained.Hints), r.afterStop(known)...)
	return &explained
}

// afterStop returns hints on what to do next. Each of them is safe to run.
func (r jobRun) afterStop(stopped *apperr.Error) []string {
	if !r.Wrote() {
		if stopped.Code == apperr.CodeAccessDenied {
			return []string{r.Hints().CommandLine() + "   retry once it is allowed"}
		}
		if len(stopped.Hints) > 0 {
			return []string{r.Hints().CommandLine() + "   retry after that"}
		}
		return nil
	}
	hints := []string{r.Hints().CommandLine() + "   completes it"}
	if len(stopped.Hints) > 0 && stopped.Code != apperr.CodeNotSettled { // without them it would probably fail again
		hints = []string{r.Hints().CommandLine() + "   completes it after that"}
	}
	if slices.ContainsFunc(r.changes, func(c resource.Change) bool { return c.Action == resource.Create }) {
		hints = append(hints, "spothandler uninstall"+r.Hints().AddressFlags(r.Prefix)+"   removes what exists so far")
	}
	return hints
}

// verify waits until AWS shows that no changes remain, and prints a notice if that takes long.
func (r jobRun) verify(ctx context.Context) error {
	if !r.Patient {
		defer session.Notice(func() { r.PrintWaiting("AWS to reflect the changes") })()
	}
	err := r.job.Verify(ctx, r.Wait)
	if err != nil && ctx.Err() != nil {
		return &apperr.Error{Code: apperr.CodeInterrupted, Message: fmt.Sprintf("interrupted: %d of %d done, but not verified", len(r.changes), len(r.changes)), Err: err}
	}
	return r.hintStatus(err)
}

// hintStatus adds the command status to the hints of a job that does not settle.
func (r jobRun) hintStatus(err error) error {
	var known *apperr.Error
	if !errors.As(err, &known) || known.Code != apperr.CodeNotSettled || len(known.Hints) > 0 {
		return err
	}
	explained := *known
	explained.Hints = []string{"spothandler status" + r.Hints().InstallationFlags(r.Prefix)}
	return &explained
}

// endWarnings separates the warnings that were shown from what follows.
func endWarnings(a *command.App, warnings []string) {
	if len(warnings) > 0 {
		a.Err.Printf("\n")
	}
}
