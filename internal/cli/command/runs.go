package command

import (
	"bytes"
	"context"
	"errors"
	"io"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/spothandler/spothandler/internal/cli/term"
	"github.com/spothandler/spothandler/internal/session"
)

// Answer is what a command delivers of one target, beside what it prints as text.
type Answer interface {
	Outcome
	// At returns the answer as one of the results of several targets.
	At(where Location) any
}

// Outcome is what a command comes to at one target.
type Outcome interface {
	// Brief returns it in a few words, for a line among those of other targets.
	Brief() string
}

// Work does a command, or a part of it, at one target. Its outcome counts where the error is nil or ErrDiffers.
type Work[T Outcome] func(context.Context, *App) (T, error)

// AnswerInRegions does a command in every Region that was asked for, shows what it came to, and delivers its answer. It is an
// error that the account has no installation in any.
func AnswerInRegions[T Answer](ctx context.Context, a *App, prefix string, do Work[T]) error {
	runs, id, err := RunInRegions(ctx, a, &prefix, do)
	switch {
	case err != nil:
		return err
	case len(runs) == 0:
		return a.NowhereInstalled(id)
	}
	return AnswerAll(ctx, a, runs)
}

// AnswerAll shows what the runs came to, of which there is at least one, and delivers their answers.
func AnswerAll[T Answer](ctx context.Context, a *App, runs []*TargetRun[T]) error {
	if runs[0].App.OneOfSeveral {
		return report(ctx, a, runs)
	}
	v := runs[0]
	if v.Answered() {
		if err := a.Deliver(v.Answer); err != nil {
			return err
		}
	}
	return v.Err
}

// TargetRun is a command at one target. Among several its text is held back until all are done.
type TargetRun[T Outcome] struct {
	Target
	App    *App
	out    bytes.Buffer
	errOut bytes.Buffer
	Answer T     // counts where Answered
	Err    error // of the work, or of the target
	Code   int   // exit code, of one of several
}

// RunInRegions does a command at every target, side by side: one's failure does not stop the others. It returns the runs
// in the order of the targets, and the account where there is none. Prefix limits --all-regions to the Regions that have
// such an installation; nil is any.
func RunInRegions[T Outcome](ctx context.Context, a *App, prefix *string, do Work[T]) ([]*TargetRun[T], session.Identity, error) {
	targets, id, err := a.Targets(ctx, prefix)
	if err != nil || len(targets) == 0 {
		return nil, id, err
	}
	if one := targets[0]; one.Name == "" {
		v := &TargetRun[T]{App: a.ForTarget(one), Target: one}
		v.Answer, v.Err = do(ctx, v.App)
		return []*TargetRun[T]{v}, id, nil
	}
	return RunAll(ctx, a, targets, do), id, nil
}

// RunOncePerRegion is RunInRegions for a command that is about Regions: of a file it takes those of its installations.
func RunOncePerRegion[T Outcome](ctx context.Context, a *App, do Work[T]) ([]*TargetRun[T], session.Identity, error) {
	if a.Installations == nil {
		return RunInRegions(ctx, a, nil, do)
	}
	targets, err := a.targetsOfFile(ctx)
	if err != nil {
		return nil, session.Identity{}, err
	}
	return RunAll(ctx, a, onePerRegion(targets), do), session.Identity{}, nil
}

// maxConcurrentTargets is how many targets are worked on side by side: enough for every region of an account, and within what IAM
// answers without throttling.
const maxConcurrentTargets = 32

// RunAll does a command at these targets, side by side: one's failure does not stop the others.
func RunAll[T Outcome](ctx context.Context, a *App, targets []Target, do Work[T]) []*TargetRun[T] {
	runs := make([]*TargetRun[T], len(targets))
	for index, each := range targets {
		v := &TargetRun[T]{Target: each}
		v.App = a.forTargetAmongSeveral(each, &v.out, &v.errOut)
		runs[index] = v
	}
	runThrough(ctx, a, runs, do)
	return runs
}

// runThrough does a command, or the next part of it, at targets that have been prepared.
func runThrough[T Outcome](ctx context.Context, a *App, runs []*TargetRun[T], do Work[T]) {
	steps := make([]term.Step, len(runs))
	for index, v := range runs {
		steps[index] = term.Step{Kind: v.Kind, Name: v.Name}
	}
	defer a.MuteWaitingOnTerminal()()
	shown := a.Err
	if a.noProgress {
		shown = term.NewPrinter(io.Discard, term.Style{})
	}
	progress := shown.Progress(steps)
	var group errgroup.Group
	group.SetLimit(maxConcurrentTargets)
	for index, v := range runs {
		group.Go(func() error {
			v.run(ctx, do, progress, index)
			return nil
		})
	}
	_ = group.Wait() // each run has its own error
	progress.Stop()
	if a.IsText() {
		shown.Printf("\n")
	}
}

func (v *TargetRun[T]) run(ctx context.Context, do Work[T], progress *term.Progress, index int) {
	started := time.Now()
	progress.Begin(index)
	if v.Err = v.AccessErr; v.Err == nil {
		v.Answer, v.Err = do(ctx, v.App)
	}
	v.Code = v.App.ReportError(ctx, v.Err)
	sign, words := ending(v.Code)
	if v.Answered() {
		words = v.Answer.Brief()
	}
	progress.End(index, sign, words, time.Since(started))
}

// ending is how a command ended, in a sign and a word.
func ending(code int) (term.Glyph, string) {
	switch code {
	case ExitOK:
		return term.OK, ""
	case ExitDiffers:
		return term.Attention, ""
	case ExitNotInstalled:
		return term.Quiet, "not installed"
	case ExitInterrupted:
		return term.Attention, "interrupted"
	}
	return term.Failed, "failed"
}

// Failure returns why the command failed at the target, for an answer in JSON.
func (v *TargetRun[T]) Failure(ctx context.Context) RegionError {
	return RegionError{v.InstallationName, v.App.RegionInUse, bodyOf(v.App.explain(ctx, v.Err))}
}

// Answered reports whether the command came to an answer.
func (v *TargetRun[T]) Answered() bool { return v.Err == nil || errors.Is(v.Err, ErrDiffers) }
