package command

import (
	"io"

	"github.com/spothandler/spothandler/internal/cli/term"
)

// WithOutput returns a copy of the App that prints to the given writers, formatted for the terminal's current size, and
// shows no progress.
func (a *App) WithOutput(out, err io.Writer) *App {
	one := *a
	if one.size != nil {
		one.Width, one.Height = one.size()
	}
	stdout, stderr := one.printers()
	stderr.Dumb = true // buffered output cannot be repainted
	one.Stdout, one.Stderr = out, err
	one.Out, one.Err = term.NewPrinter(out, stdout.Style), term.NewPrinter(err, stderr.Style)
	one.noProgress = true
	return &one
}

// TerminalHeight returns the current number of lines of the terminal, or 0 if there is none.
func (a *App) TerminalHeight() int {
	if a.size == nil {
		return a.Height
	}
	_, height := a.size()
	return height
}

// forTargetAmongSeveral returns a copy of the App for one of several targets, which prints to the given writers.
func (a *App) forTargetAmongSeveral(t Target, out, err io.Writer) *App {
	one := *a
	if t.Installation != nil {
		one = *t.Installation.app
	}
	one.Region, one.RegionInUse, one.Prefix, one.target, one.OneOfSeveral = t.Region, t.Region, t.Prefix, t.Name, true
	one.StdinTTY = false
	later := a.Err.Style
	later.Dumb = true // buffered output cannot be repainted
	one.Out, one.Err = term.NewPrinter(out, a.Out.Style), term.NewPrinter(err, later)
	return &one
}

// Replay copies buffered output to the program's streams.
func (a *App) Replay(out, err io.Reader) error {
	if err := copyTo(a.Stderr, err); err != nil {
		return err
	}
	return copyTo(a.Stdout, out)
}

// copyTo copies buffered output to a stream. Its error is a *term.WriteError.
func copyTo(stream io.Writer, shown io.Reader) error {
	if _, err := io.Copy(stream, shown); err != nil {
		return &term.WriteError{Err: err}
	}
	return nil
}
