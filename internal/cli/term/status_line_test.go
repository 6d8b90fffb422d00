package term

import (
	"strings"
	"testing"
)

// Output printed while a status line is shown appears above it. An incomplete line, such as a question, is not changed until
// the next Set.
func TestStatusLine(t *testing.T) {
	var sent strings.Builder
	p := NewPrinter(&sent, Style{TTY: true, Width: 80, ASCII: true})
	shows := func(want string) {
		t.Helper()
		if got := strings.ReplaceAll(sent.String(), eraseLine, "<"); got != want {
			t.Errorf("%q, want %q", got, want)
		}
		sent.Reset()
	}
	line := p.StatusLine()
	line.Clear()
	shows("")
	line.Set("half")
	shows("<" + p.Glyph(Working).s + " half")
	_, _ = p.Lines().Write([]byte("0ms lambda:GetFunction ok\n"))
	shows("<0ms lambda:GetFunction ok\n" + p.Glyph(Working).s + " half")
	_ = p.JSONLine(1)
	shows("<1\n" + p.Glyph(Working).s + " half")
	p.Printf("code: ")
	shows("<code: ")
	p.Printf("said\n")
	shows("said\n")
	line.Set("all")
	line.Clear()
	p.Printf("done\n")
	shows("<" + p.Glyph(Working).s + " all<done\n")

	p = NewPrinter(&sent, Style{Width: 80})
	p.StatusLine().Set("no terminal")
	shows("")
}
