package command

import (
	"context"
	"slices"

	"github.com/spothandler/spothandler/internal/cli/term"
)

// RunAndDeliver runs a command in every requested Region, prints the output and delivers the results. It returns an error
// if --all-regions finds no installation in the account.
func RunAndDeliver[T Result](ctx context.Context, a *App, prefix string, do Work[T]) error {
	runs, id, err := RunInRegions(ctx, a, &prefix, do)
	switch {
	case err != nil:
		return err
	case len(runs) == 0:
		return a.DeliverNone(a.NowhereInstalled(ctx, prefix, id))
	}
	return DeliverAll(ctx, a, runs)
}

// DeliverAll prints the output of the runs, of which there must be at least one, and delivers their results.
func DeliverAll[T Result](ctx context.Context, a *App, runs []*TargetRun[T]) error {
	if runs[0].App.OneOfSeveral {
		return report(ctx, a, runs)
	}
	v := runs[0]
	if v.HasResult() {
		if err := a.Deliver(v.Result); err != nil {
			return err
		}
	}
	return v.Err
}

// report prints the buffered output of several runs and delivers their results. The error it returns has the worst exit
// code.
func report[T Result](ctx context.Context, a *App, runs []*TargetRun[T]) error {
	all := Results{Results: []any{}}
	for index, v := range runs {
		if index > 0 && a.IsText() {
			v.firstPrinter(a).Printf("\n")
		}
		if err := v.Show(a); err != nil {
			return err
		}
		where := Location{v.InstallationName, v.Prefix, v.Region, v.App.Account}
		if v.HasResult() {
			all.Results = append(all.Results, v.Result.At(where))
		} else {
			all.Results = append(all.Results, failedResult{where, bodyOf(v.App.explain(ctx, v.Err))})
		}
	}
	if err := a.Deliver(all); err != nil {
		return err
	}
	a.ErrorsInResult = true
	return Conclude(ctx, a, runs)
}

// Show prints the run's buffered output on the program's streams.
func (v *TargetRun[T]) Show(a *App) error { return a.Replay(&v.out, &v.errOut) }

// firstPrinter returns the printer of the stream on which the run's output begins.
func (v *TargetRun[T]) firstPrinter(a *App) *term.Printer {
	if v.errOut.Len() > 0 {
		return a.Err
	}
	return a.Out
}

// Conclude returns the error of a command whose results for several targets were printed: one with the worst exit code or, if
// none of the targets is installed, one that names the installations that are.
func Conclude[T Outcome](ctx context.Context, a *App, runs []*TargetRun[T]) error {
	code := WorstExitCode(runs)
	if code == ExitNotInstalled && !slices.ContainsFunc(runs, func(v *TargetRun[T]) bool { return v.Code != ExitNotInstalled }) {
		return noneInstalled(ctx, a, runs)
	}
	return AlreadyShown(code)
}

// WorstExitCode returns the exit code for several runs: the first of 130, 1, 2, 3 and 0 that any of them has.
func WorstExitCode[T Outcome](runs []*TargetRun[T]) int {
	code := ExitOK
	for _, v := range runs {
		code = worse(code, v.Code)
	}
	return code
}

// worse returns the worse of two exit codes, in the order of WorstExitCode.
func worse(a, b int) int {
	for _, code := range []int{ExitInterrupted, ExitError, ExitDiffers, ExitNotInstalled} {
		if a == code || b == code {
			return code
		}
	}
	return ExitOK
}

// noneInstalled returns the error of a command for several targets none of which is installed.
func noneInstalled[T Outcome](ctx context.Context, a *App, runs []*TargetRun[T]) error {
	if a.Installations != nil {
		return NotInstalledError("no installation in "+a.Sources.File+" is installed", "spothandler install"+a.Hints().FileFlags(NamesOf(runs)...))
	}
	regions := make([]string, len(runs))
	for i, v := range runs {
		regions[i] = v.Region
	}
	return a.NotInstalledInAny(ctx, runs[0].Prefix, regions)
}
