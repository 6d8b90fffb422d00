package command

import (
	"io"

	"github.com/spothandler/spothandler/internal/cli/term"
)

// PrintWaiting says on stderr what takes long, unless something is repainted there.
func (a *App) PrintWaiting(what string) { a.aws.waiting(what) }

// MuteWaitingOnTerminal is MuteWaiting where stderr is a terminal that is repainted; elsewhere it does nothing.
func (a *App) MuteWaitingOnTerminal() (end func()) {
	if !a.Err.Live() {
		return func() {}
	}
	return a.MuteWaiting()
}

// MuteWaiting keeps Waiting from printing until end is called.
func (a *App) MuteWaiting() (end func()) {
	a.aws.quiet.Add(1)
	return func() { a.aws.quiet.Add(-1) }
}

// NonInteractive returns a copy of the program that prints nothing on stderr, asks for no MFA code, and shares no configuration.
func (a *App) NonInteractive() *App {
	one := *a
	one.Err = term.NewPrinter(io.Discard, a.Err.Style)
	one.aws = &awsSource{userTerminal: &userTerminal{err: one.Err}}
	return &one
}
