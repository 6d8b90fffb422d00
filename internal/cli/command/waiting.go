package command

import (
	"io"

	"github.com/spothandler/spothandler/internal/cli/term"
)

// Waiting says on stderr what takes long, unless something is repainted there.
func (a *App) Waiting(what string) { a.aws.waiting(what) }

// Repainting is Quiet where stderr is a terminal that is repainted; elsewhere it does nothing.
func (a *App) Repainting() (end func()) {
	if !a.Err.Live() {
		return func() {}
	}
	return a.Quiet()
}

// Quiet keeps Waiting from printing until end is called.
func (a *App) Quiet() (end func()) {
	a.aws.quiet.Add(1)
	return func() { a.aws.quiet.Add(-1) }
}

// Silent returns a copy of the program that prints nothing on stderr, asks for no MFA code, and shares no configuration.
func (a *App) Silent() *App {
	one := *a
	one.Err = term.NewPrinter(io.Discard, a.Err.Style)
	one.aws = &awsSource{person: &person{err: one.Err}}
	return &one
}
