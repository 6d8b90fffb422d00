package command

import (
	"context"
	"errors"
	"fmt"
)

// The exit codes, as documented in the help of the program.
const (
	ExitOK           = 0
	ExitError        = 1
	ExitDiffers      = 2
	ExitNotInstalled = 3
	ExitInterrupted  = 130
)

// ErrDiffers is returned by a command that has printed its result and exits with ExitDiffers. ErrNotInstalled is wrapped by
// errors that make the program exit with ExitNotInstalled.
var (
	ErrDiffers      = errors.New("it differs")
	ErrNotInstalled = errors.New("not installed")
)

// ReportError prints err, unless it is nil or was printed already, and returns the exit code.
func (a *App) ReportError(ctx context.Context, err error) int {
	if printed, ok := errors.AsType[*shownError](err); ok {
		return printed.code
	}
	if err == nil || errors.Is(err, ErrDiffers) {
		return exitCode(err)
	}
	if !a.OneOfSeveral || !errors.Is(err, ErrNotInstalled) { // the target's line says so
		a.printError(a.explain(ctx, err))
	}
	if ctx.Err() != nil {
		return ExitInterrupted
	}
	return exitCode(err)
}

// Finish reports the error of the program's command, completes the file of --outputs-file, and returns the exit code of the
// process.
func (a *App) Finish(ctx context.Context, err error) int {
	if err != nil { // possibly before the flags were parsed
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

// shownError is an error that was printed already, with its exit code.
type shownError struct{ code int }

func (e *shownError) Error() string { return fmt.Sprintf("exit code %d", e.code) }

// AlreadyShown returns an error that makes the program exit with code and print nothing more, or nil if code is ExitOK.
func AlreadyShown(code int) error {
	if code == ExitOK {
		return nil
	}
	return &shownError{code}
}
