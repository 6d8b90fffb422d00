package command

import (
	"context"
	"io"
	"sync"
	"sync/atomic"

	"github.com/spothandler/spothandler/internal/cli/term"
)

// person is how to reach one, whatever the targets' own output is held back for.
type person struct {
	canAsk bool
	in     io.Reader
	err    *term.Printer
	quiet  atomic.Int32 // how much is repainted on stderr, which shows what is waited for

	endpoints sync.Once // shown, where there is no header
}

// Waiting says what takes long, unless something is repainted.
func (a *App) Waiting(what string) { a.aws.waiting(what) }

// waiting says what takes long.
func (s *person) waiting(what string) {
	if s.quiet.Load() == 0 {
		s.err.Println(s.err.Dim("waiting for " + what))
	}
}

// Repainting says that something is repainted on stderr until the end is called.
func (a *App) Repainting() (end func()) {
	if !a.Err.Live() {
		return func() {}
	}
	return a.Quiet()
}

// Quiet keeps what is waited for from being said until the end is called.
func (a *App) Quiet() (end func()) {
	a.aws.quiet.Add(1)
	return func() { a.aws.quiet.Add(-1) }
}

// Silent returns the program as it is, which now prints nothing on stderr and asks nobody for a code.
func (a *App) Silent() *App {
	one := *a
	one.Err = term.NewPrinter(io.Discard, a.Err.Style)
	one.aws = &awsSource{person: &person{err: one.Err}}
	return &one
}

func (s *person) askCode(ctx context.Context, device string) (string, error) {
	return s.err.AskLine(ctx, s.in, s.err.Textf("MFA code of %s: ", device))
}
