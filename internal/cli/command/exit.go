package command

import (
	"context"
	"errors"
	"fmt"
)

// The exit codes, which the help of the program documents.
const (
	ExitOK           = 0
	ExitError        = 1
	ExitDiffers      = 2
	ExitNotInstalled = 3
	ExitInterrupted  = 130
)

// ErrDiffers is the error of a command whose answer was shown and that ends with ExitDiffers. ErrNotInstalled is the cause
// of errors that end with ExitNotInstalled.
var (
	ErrDiffers      = errors.New("it differs")
	ErrNotInstalled = errors.New("not installed")
)

// ReportError prints an error, unless it was shown already, and returns the exit code.
func (a *App) ReportError(ctx context.Context, err error) int {
	if printed, ok := errors.AsType[*shownError](err); ok {
		return printed.code
	}
	if err == nil || errors.Is(err, ErrDiffers) {
		return exitCode(err)
	}
	if !a.OneOfSeveral || !errors.Is(err, ErrNotInstalled) { // the region's own line says it
		a.printError(a.explain(ctx, err))
	}
	if ctx.Err() != nil {
		return ExitInterrupted
	}
	return exitCode(err)
}

// Finish concludes the program with the error of its command, and returns the exit code.
func (a *App) Finish(ctx context.Context, err error) int {
	if err != nil { // perhaps before the flags were read
		a.files.fill(a.Environ)
	}
	code := a.ReportError(ctx, err)
	if failed := a.Out.Failed(); failed != nil && code != ExitError && code != ExitInterrupted {
		code = a.ReportError(ctx, failed)
	}
	if err := a.files.end(code); err != nil && code != ExitError {
		return a.ReportError(ctx, err)
	}
	return code
}

func exitCode(err error) int {
	switch {
	case err == nil:
		return ExitOK
	case errors.Is(err, ErrDiffers):
		return ExitDiffers
	case errors.Is(err, ErrNotInstalled):
		return ExitNotInstalled
	}
	return ExitError
}

// shownError carries the exit code of what was printed already.
type shownError struct{ code int }

func (e *shownError) Error() string { return fmt.Sprintf("exit code %d", e.code) }

// AlreadyShown returns the error of an exit code whose reason was printed already.
func AlreadyShown(code int) error {
	if code == ExitOK {
		return nil
	}
	return &shownError{code}
}
