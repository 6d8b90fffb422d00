package term

import (
	"bytes"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// screen returns what a terminal shows after output. It implements the control sequences that Progress uses: moving up by
// lines and erasing below.
func screen(sent string) string {
	var lines []string
	for part := range strings.SplitSeq(sent, "\x1b[") {
		if rest, erases := strings.CutPrefix(part, "J"); erases {
			part = rest
		} else if up, rest, moves := strings.Cut(part, "A\r"); moves && len(up) == 1 {
			lines, part = lines[:len(lines)-int(up[0]-'0')], rest
		}
		for line := range strings.SplitAfterSeq(part, "\n") {
			if line != "" {
				lines = append(lines, line)
			}
		}
	}
	return strings.Join(lines, "")
}

// Output printed during a Progress appears above the table, which remains complete.
func TestPrintAboveProgress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var sent bytes.Buffer
		p := NewPrinter(&sent, in(true, 40, "NO_COLOR=1"))
		progress := p.Progress([]Step{{"role", "a"}, {"rule", "b"}})
		progress.Begin(0)
		time.Sleep(time.Second)
		p.Print(p.Note("", "waiting for credentials"))
		progress.End(0, OK, "created", time.Second)
		_, _ = p.Lines().Write([]byte("  12ms iam:CreateRole ok\n"))
		progress.Begin(1)
		time.Sleep(time.Second)
		progress.End(1, Failed, "failed", 2*time.Second)
		progress.Stop()
		p.Printf("done\n")
		const want = `! waiting for credentials
  12ms iam:CreateRole ok
  ✓ role        a        created   1.0s
  ✗ rule        b         failed   2.0s
done
`
		if got := screen(sent.String()); got != want {
			t.Errorf("\n%s", got)
		}
	})
}

// A table higher than the terminal cannot be repainted: each step is printed when it completes.
func TestProgressHigherThanTheTerminal(t *testing.T) {
	var sent bytes.Buffer
	style := in(true, 40, "NO_COLOR=1")
	style.Height = 3
	p := NewPrinter(&sent, style)
	progress := p.Progress(make([]Step, 3))
	progress.Begin(1)
	progress.End(1, OK, "created", 0)
	progress.Stop()
	if strings.Contains(sent.String(), "\x1b") || strings.Count(sent.String(), "\n") != 1 {
		t.Errorf("%q", sent.String())
	}
}
