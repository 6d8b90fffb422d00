package status

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"time"

	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/cli/command"
	"github.com/spothandler/spothandler/internal/cli/term"
)

// watchEvery is how long --watch waits between two looks: they cost some twenty calls each, of what AWS allows the account.
const watchEvery = 5 * time.Second

// every is how long to wait between two looks.
func (r run) every() time.Duration { return cmp.Or(r.Refresh, watchEvery) }

// checkWatch refuses what cannot be repainted.
func (r run) checkWatch() error {
	switch {
	case !r.asked.watch:
		return nil
	case !r.IsText():
		return apperr.Invalid("leave one of them out", "--watch and --output %s cannot be combined", r.Output)
	case r.WritesFiles():
		return apperr.Invalid("leave one of them out", "--watch cannot be combined with --summary-file and --outputs-file")
	case !r.Out.Live():
		return apperr.Invalid("spothandler logs --follow"+r.InstallationFlags(r.asked.prefix)+"   a line for each event, anywhere", "--watch needs a terminal, and standard output is not one")
	case r.Verbose:
		return apperr.Invalid("leave one of them out", "--watch and --verbose cannot be combined")
	}
	return nil
}

// look is what one status showed.
type look struct {
	out, err bytes.Buffer
	code     int
	failed   error // what to return where it was the first
	expired  bool
}

// watch shows the status again and again until the context ends, which is how it is meant to end and no error. The first
// look has to succeed; one that fails later is told below what was seen before.
func (r run) watch(ctx context.Context) error {
	defer r.MuteWaiting()()
	screen, seen := r.Out.Screen(), ""
	for first := true; ; first = false {
		one := r.look(ctx)
		switch {
		case first && one.isBad():
			return errors.Join(r.Replay(&one.out, &one.err), one.failed)
		case ctx.Err() != nil:
			return nil
		case one.code != command.ExitError:
			seen = one.out.String()
		}
		if one.expired {
			r.ForgetCredentials()
		}
		r.paint(screen, seen, one.err.String())
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(r.every()):
		}
	}
}

// isBad reports whether there is nothing to be watched.
func (l *look) isBad() bool { return l.code != command.ExitOK && l.code != command.ExitDiffers }

// look does a status whose text is held back.
func (r run) look(ctx context.Context) *look {
	seen := &look{}
	one := r.WithOutput(&seen.out, &seen.err)
	seen.failed = run{App: one, asked: r.asked, unchecked: &unchecked{}, failure: func(err error) {
		seen.expired = seen.expired || command.IsExpired(err)
	}}.once(ctx)
	seen.code = one.ReportError(ctx, seen.failed)
	seen.failed = command.AlreadyShown(seen.code)
	return seen
}

// paint shows what was seen, and below it what has gone wrong since.
func (r run) paint(screen *term.Screen, seen, trouble string) {
	text := seen
	if trouble != "" {
		text += "\n" + trouble
	}
	at := r.Out.Dim(time.Now().UTC().Format("15:04:05 UTC") + " · refreshed every " + r.every().String() + " · ctrl-C to end")
	screen.Paint(text+"\n"+at.String()+"\n", r.TerminalHeight())
}
