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
