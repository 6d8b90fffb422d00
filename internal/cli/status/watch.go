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

// watchInterval is how long --watch waits between two refreshes: each makes about twenty calls, which count towards the
// account's API limits.
const watchInterval = 5 * time.Second

// interval returns how long to wait between two refreshes.
func (r run) interval() time.Duration { return cmp.Or(r.Refresh, watchInterval) }

// checkWatch rejects options that cannot be combined with --watch.
func (r run) checkWatch() error {
	switch {
	case !r.opts.watch:
		return nil
	case !r.IsText():
		return apperr.Invalid("omit one of them", "--watch and --output %s cannot be combined", r.Output)
	case r.WritesFiles():
		return apperr.Invalid("omit one of them", "--watch cannot be combined with --summary-file and --outputs-file")
	case !r.Out.Live():
		return apperr.Invalid("spothandler logs --follow"+r.Hints().InstallationFlags(r.opts.prefix)+"   prints a line for each event, without a terminal", "--watch requires a terminal, and standard output is not one")
	case r.Verbose:
		return apperr.Invalid("omit one of them", "--watch and --verbose cannot be combined")
	}
	return nil
}

// snapshot is the output and result of one status.
type snapshot struct {
	out, err bytes.Buffer
	code     int
	failed   error // what to return if it is the first
	expired  bool
}

// watch refreshes the status until the context ends, which is not an error. The first status has to succeed; the error of a
// later one is shown below the last status that succeeded.
func (r run) watch(ctx context.Context) error {
	defer r.MuteWaiting()()
	screen, seen := r.Out.Screen(), ""
	for first := true; ; first = false {
		one := r.snapshot(ctx)
		switch {
		case first && one.hasFailed():
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
		case <-time.After(r.interval()):
		}
	}
}

// hasFailed reports whether there is no status to show.
func (s *snapshot) hasFailed() bool {
	return s.code != command.ExitOK && s.code != command.ExitDiffers
}

// snapshot runs status once, and holds its output back.
func (r run) snapshot(ctx context.Context) *snapshot {
	seen := &snapshot{}
	one := r.WithOutput(&seen.out, &seen.err)
	seen.failed = run{App: one, opts: r.opts, unchecked: &unchecked{}, onError: func(err error) {
		seen.expired = seen.expired || command.IsExpired(err)
	}}.once(ctx)
	seen.code = one.ReportError(ctx, seen.failed)
	seen.failed = command.AlreadyShown(seen.code)
	return seen
}

// paint paints the last status that succeeded, and below it the errors since.
func (r run) paint(screen *term.Screen, seen, failures string) {
	text := seen
	if failures != "" {
		text += "\n" + failures
	}
	at := r.Out.Dim(time.Now().UTC().Format("15:04:05 UTC") + " · refreshed every " + r.interval().String() + " · Ctrl-C to exit")
	screen.Paint(text+"\n"+at.String()+"\n", r.TerminalHeight())
}
