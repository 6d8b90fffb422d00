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

// Result is the result of a command for one target, which JSON and Markdown are printed from.
type Result interface {
	Outcome
	// At returns the result as an element of Results, with the location of its target.
	At(where Location) any
}

// Outcome is what a command returns for one target.
type Outcome interface {
	// Brief returns the outcome in a few words, for the target's progress line.
	Brief() string
}

// Work runs a command, or a part of it, for one target. Its outcome is valid if the error is nil or ErrDiffers.
type Work[T Outcome] func(context.Context, *App) (T, error)

// TargetRun is a run of a command for one target. If there are several, its output is buffered until all have completed.
type TargetRun[T Outcome] struct {
	Target
	App    *App
	out    bytes.Buffer
	errOut bytes.Buffer
	Result T     // valid if HasResult
	Err    error // of the work, or the target's AccessErr
	Code   int   // exit code; set only for one of several
}

// RunInRegions runs a command for every target, concurrently; a failure at one target does not stop the others. It returns
// the runs in the order of the targets or, if there are none, the identity of the caller. prefix limits --all-regions to
// Regions with an installation of that prefix; nil means any prefix.
func RunInRegions[T Outcome](ctx context.Context, a *App, prefix *string, do Work[T]) ([]*TargetRun[T], session.Identity, error) {
	targets, id, err := a.Targets(ctx, prefix)
	if err != nil || len(targets) == 0 {
		return nil, id, err
	}
	if one := targets[0]; one.Name == "" {
		v := &TargetRun[T]{App: a.ForTarget(one), Target: one}
		v.Result, v.Err = do(ctx, v.App)
		return []*TargetRun[T]{v}, id, nil
	}
	return RunAll(ctx, a, targets, do), id, nil
}

// RunOncePerRegion is like RunInRegions for a command that inspects Regions: installations in a file that share account and
// Region share one run.
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

// maxConcurrentTargets is the number of targets processed concurrently: enough for every Region of an account, and few
// enough for IAM not to throttle the calls.
const maxConcurrentTargets = 32

// RunAll runs a command for the given targets, concurrently; a failure at one target does not stop the others.
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

// runThrough runs a command, or the next part of it, for prepared runs.
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
		v.Result, v.Err = do(ctx, v.App)
	}
	v.Code = v.App.ReportError(ctx, v.Err)
	sign, words := ending(v.Code)
	if v.HasResult() {
		words = v.Result.Brief()
	}
	progress.End(index, sign, words, time.Since(started))
}

// ending returns the glyph and word for an exit code.
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

// Failure returns the run's error for a JSON result.
func (v *TargetRun[T]) Failure(ctx context.Context) RegionError {
	return RegionError{v.InstallationName, v.App.RegionInUse, bodyOf(v.App.explain(ctx, v.Err))}
}

// HasResult reports whether the run has a result.
func (v *TargetRun[T]) HasResult() bool { return v.Err == nil || errors.Is(v.Err, ErrDiffers) }

// NamesOf returns the names of the runs' installations in the configuration file, without duplicates.
func NamesOf[T Outcome](runs []*TargetRun[T]) []string {
	var names []string
	for _, v := range runs {
		if name := v.InstallationName; len(names) == 0 || names[len(names)-1] != name {
			names = append(names, name)
		}
	}
	return names
}
