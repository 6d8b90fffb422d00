package cli

import (
	"context"
	"io"

	"github.com/spothandler/spothandler/internal/cli/term"
)

// results is the answer of a command that writes, for several targets.
type results struct {
	Results []any `json:"results"`
}

// failedResult is the result of a target that ended in an error.
type failedResult struct {
	place
	Error errorBody `json:"error"`
}

// report shows what several runs printed, and gives the worst exit code.
func report[T answer](ctx context.Context, a *app, runs []*targetRun[T]) error {
	all := results{Results: []any{}}
	for index, v := range runs {
		if index > 0 && a.isText() {
			v.firstPrinter(a).Printf("\n")
		}
		if err := v.show(a); err != nil {
			return err
		}
		where := place{v.label, v.prefix, v.region, v.app.account}
		if v.answered() {
			all.Results = append(all.Results, v.answer.at(where))
		} else {
			all.Results = append(all.Results, failedResult{where, bodyOf(v.app.explain(ctx, v.err))})
		}
	}
	if err := a.deliver(all); err != nil {
		return err
	}
	return alreadyShown(worst(runs))
}

// show prints what was held back.
func (v *targetRun[T]) show(a *app) error { return a.replay(&v.out, &v.errOut) }

// replay prints what was captured.
func (a *app) replay(out, err io.Reader) error {
	if err := copyTo(a.Streams.err, err); err != nil {
		return err
	}
	return copyTo(a.Streams.out, out)
}

// copyTo prints what was printed once, to be shown later.
func copyTo(stream io.Writer, shown io.Reader) error {
	if _, err := io.Copy(stream, shown); err != nil {
		return &term.WriteError{Err: err}
	}
	return nil
}

// firstPrinter is where the block of a region begins.
func (v *targetRun[T]) firstPrinter(a *app) *term.Printer {
	if v.errOut.Len() > 0 {
		return a.err
	}
	return a.out
}

func worst[T finding](runs []*targetRun[T]) int {
	code := exitFine
	for _, v := range runs {
		code = worse(code, v.code)
	}
	return code
}

// worse orders exit codes: 130, 1, 2, 3, 0.
func worse(a, b int) int {
	for _, code := range []int{exitInterrupted, exitError, exitDiffers, exitNotInstalled} {
		if a == code || b == code {
			return code
		}
	}
	return exitFine
}
