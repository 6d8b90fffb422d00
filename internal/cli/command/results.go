package command

import (
	"context"

	"github.com/spothandler/spothandler/internal/cli/term"
)

// Results is the answer of a command that writes, for several targets.
type Results struct {
	Results []any `json:"results"`
}

// failedResult is the result of a target that ended in an error.
type failedResult struct {
	Place
	Error ErrorBody `json:"error"`
}

// Report shows what several runs printed, and gives the worst exit code.
func Report[T Answer](ctx context.Context, a *App, runs []*TargetRun[T]) error {
	all := Results{Results: []any{}}
	for index, v := range runs {
		if index > 0 && a.IsText() {
			v.firstPrinter(a).Printf("\n")
		}
		if err := v.Show(a); err != nil {
			return err
		}
		where := Place{v.Label, v.Prefix, v.Region, v.App.Account}
		if v.Answered() {
			all.Results = append(all.Results, v.Answer.At(where))
		} else {
			all.Results = append(all.Results, failedResult{where, bodyOf(v.App.explain(ctx, v.Err))})
		}
	}
	if err := a.Deliver(all); err != nil {
		return err
	}
	return AlreadyShown(Worst(runs))
}

// Show prints what was held back.
func (v *TargetRun[T]) Show(a *App) error { return a.Replay(&v.out, &v.errOut) }

// firstPrinter is where the block of a region begins.
func (v *TargetRun[T]) firstPrinter(a *App) *term.Printer {
	if v.errOut.Len() > 0 {
		return a.Err
	}
	return a.Out
}
