package install

import (
	"bytes"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/spothandler/spothandler/internal/cli/term"
	"github.com/spothandler/spothandler/internal/deploy/resource"
)

func twoChanges() []resource.Change {
	return []resource.Change{
		{Action: resource.Create, ID: resource.ID{Kind: resource.KindRole, Name: "prod-spothandler-eu-west-1"}},
		{Action: resource.Create, ID: resource.ID{Kind: resource.KindFunction, Name: "prod-ecs-fargate-spot-handler"}},
	}
}

// printer prints without colors, on a terminal or elsewhere.
func printer(w io.Writer, tty bool) *term.Printer {
	return term.NewPrinter(w, term.Style{TTY: tty, Width: 80})
}

// On a terminal the table is repainted in place: what is done, what is waited for and what is pending.
func TestProgressOnATerminal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var screen bytes.Buffer
		p := newProgress(printer(&screen, true), twoChanges())
		p.report(resource.Progress{Index: 0, Stage: resource.Begun})
		time.Sleep(time.Second)
		p.report(resource.Progress{Index: 0, Stage: resource.Done, Elapsed: 400 * time.Millisecond})
		p.report(resource.Progress{Index: 1, Stage: resource.Begun})
		p.report(resource.Progress{Index: 1, Stage: resource.Waiting, Note: "waiting for the role"})
		time.Sleep(6 * time.Second)
		p.report(resource.Progress{Index: 1, Stage: resource.Done, Elapsed: 6100 * time.Millisecond})
		p.Stop()

		text := screen.String()
		for _, row := range []string{
			"  ◐ role        prod-spothandler-eu-west-1                       working   0.",
			"  · function    prod-ecs-fargate-spot-handler                    pending",
			"  ◐ function    prod-ecs-fargate-spot-handler       waiting for the role   5.",
			"  ✓ role        prod-spothandler-eu-west-1                       created   0.4s",
		} {
			if !strings.Contains(text, row) {
				t.Errorf("%q was never painted", row)
			}
		}
		frames := strings.Split(text, "\x1b[2A") // up two rows, over the last ones
		last := strings.TrimPrefix(frames[len(frames)-1], "\r\x1b[J")
		want := "  ✓ role        prod-spothandler-eu-west-1                       created   0.4s\n" +
			"  ✓ function    prod-ecs-fargate-spot-handler                    created   6.1s\n"
		if last != want {
			t.Errorf("the last frame is\n%s", last)
		}
		if len(frames) < 50 || len(frames) > 70 { // every 120 ms for 7 s
			t.Errorf("%d frames", len(frames))
		}
	})
}

// Without a terminal each change gets one line when it ends, and nothing is repainted.
func TestProgressWithoutATerminal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		p := newProgress(printer(&log, false), twoChanges())
		p.report(resource.Progress{Index: 0, Stage: resource.Begun})
		p.report(resource.Progress{Index: 0, Stage: resource.Waiting, Note: "waiting for IAM"})
		time.Sleep(10 * time.Second)
		p.report(resource.Progress{Index: 0, Stage: resource.Done, Elapsed: 10 * time.Second})
		p.report(resource.Progress{Index: 1, Stage: resource.Begun})
		p.report(resource.Progress{Index: 1, Stage: resource.Failed, Elapsed: time.Second})
		p.Stop()
		want := "  ✓ role        prod-spothandler-eu-west-1                       created  10.0s\n" +
			"  ✗ function    prod-ecs-fargate-spot-handler                     failed   1.0s\n"
		if log.String() != want {
			t.Errorf("\n%s", log.String())
		}
	})
}

// A change that is interrupted has not failed.
func TestProgressInterrupted(t *testing.T) {
	var log bytes.Buffer
	p := newProgress(printer(&log, false), twoChanges())
	p.report(resource.Progress{Index: 1, Stage: resource.Stopped, Elapsed: time.Second})
	p.Stop()
	const want = "  ! function    prod-ecs-fargate-spot-handler                interrupted   1.0s\n"
	if log.String() != want {
		t.Errorf("\n%s", log.String())
	}
}
