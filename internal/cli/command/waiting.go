package command

import (
	"io"

	"github.com/spothandler/spothandler/internal/cli/term"
)

// PrintWaiting prints on stderr what the program is waiting for, unless MuteWaiting is in effect.
func (a *App) PrintWaiting(what string) { a.aws.waiting(what) }

// MuteWaitingOnTerminal is MuteWaiting if stderr is a terminal that can be repainted; otherwise it does nothing.
func (a *App) MuteWaitingOnTerminal() (end func()) {
	if !a.Err.Live() {
		return func() {}
	}
	return a.MuteWaiting()
}

// MuteWaiting stops PrintWaiting from printing until end is called.
func (a *App) MuteWaiting() (end func()) {
	a.aws.quiet.Add(1)
	return func() { a.aws.quiet.Add(-1) }
}

// NonInteractive returns a copy of the App that prints nothing on stderr, asks for no MFA code, and loads its own AWS
// configuration.
func (a *App) NonInteractive() *App {
	one := *a
	one.Err = term.NewPrinter(io.Discard, a.Err.Style)
	one.aws = &awsSource{userTerminal: &userTerminal{err: one.Err}}
	return &one
}
