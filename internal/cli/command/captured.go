package command

import (
	"io"

	"github.com/spothandler/spothandler/internal/cli/term"
)

// WithOutput returns a copy of the command that prints to these writers, for the terminal's present size, and shows no
// progress.
func (a *App) WithOutput(out, err io.Writer) *App {
	one := *a
	if one.size != nil {
		one.Width, one.Height = one.size()
	}
	stdout, stderr := one.printers()
	stderr.Dumb = true // nothing moves in what is shown later
	one.Stdout, one.Stderr = out, err
	one.Out, one.Err = term.NewPrinter(out, stdout.Style), term.NewPrinter(err, stderr.Style)
	one.noProgress = true
	return &one
}

// TerminalHeight returns how many lines the terminal has now; 0 where there is none.
func (a *App) TerminalHeight() int {
	if a.size == nil {
		return a.Height
	}
	_, height := a.size()
	return height
}

// forTargetAmongSeveral returns the command at one of several targets.
func (a *App) forTargetAmongSeveral(t Target, out, err io.Writer) *App {
	one := *a
	if t.Installation != nil {
		one = *t.Installation.app
	}
	one.Region, one.RegionInUse, one.Prefix, one.target, one.OneOfSeveral = t.Region, t.Region, t.Prefix, t.Name, true
	one.StdinTTY = false
	later := a.Err.Style
	later.Dumb = true // nothing moves in what is shown later
	one.Out, one.Err = term.NewPrinter(out, a.Out.Style), term.NewPrinter(err, later)
	return &one
}

// Replay prints on the program's streams what was captured.
func (a *App) Replay(out, err io.Reader) error {
	if err := copyTo(a.Stderr, err); err != nil {
		return err
	}
	return copyTo(a.Stdout, out)
}

// copyTo prints what was printed once, to be shown later.
func copyTo(stream io.Writer, shown io.Reader) error {
	if _, err := io.Copy(stream, shown); err != nil {
		return &term.WriteError{Err: err}
	}
	return nil
}
