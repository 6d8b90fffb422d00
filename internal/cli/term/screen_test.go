package term

import (
	"fmt"
	"strings"
	"testing"
)

// Paint replaces the previous contents, and omits what does not fit.
func TestScreen(t *testing.T) {
	var sent strings.Builder
	s := NewPrinter(&sent, Style{TTY: true, Width: 80}).Screen()
	s.Paint("one\ntwo\n", 5)
	if got, want := sent.String(), "\n\n\n\n\n\x1b[Hone\x1b[K\ntwo\x1b[K\n\x1b[J"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	for _, test := range []struct {
		lines int
		want  string
	}{
		{4, "\x1b[H0\x1b[K\n1\x1b[K\n2\x1b[K\n3\x1b[K\n\x1b[J"},
		{7, "\x1b[H0\x1b[K\n1\x1b[K\n2\x1b[K\n… 4 more lines: enlarge the terminal\x1b[K\n\x1b[J"},
	} {
		var text strings.Builder
		for i := range test.lines {
			fmt.Fprintln(&text, i)
		}
		sent.Reset()
		if s.Paint(text.String(), 5); sent.String() != test.want {
			t.Errorf("%d lines: %q", test.lines, sent.String())
		}
	}
}
