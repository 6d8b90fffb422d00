package term

import (
	"fmt"
	"strings"
)

// Screen is the whole of a terminal, painted again and again. What was on it before is scrolled up, and not lost.
type Screen struct {
	out   *Printer
	begun bool
}

// Screen returns one that has not been painted yet.
func (p *Printer) Screen() *Screen { return &Screen{out: p} }

// usualHeight is that of a terminal that does not tell its own.
const usualHeight = 24

// Paint shows what a Printer of the same style has written, in place of what was painted before, on so many lines; 0 is
// as many as are usual. What is more than fits is left out, and said to be.
func (s *Screen) Paint(written string, height int) {
	if height <= 0 {
		height = usualHeight
	}
	lines := strings.Split(strings.TrimSuffix(written, "\n"), "\n")
	if room := height - 1; len(lines) > room { // the cursor has the last line
		more := s.out.Dim(fmt.Sprintf("… %d more lines: the terminal is too low", len(lines)-room+1))
		lines = append(lines[:room-1:room-1], more.s)
	}
	var all strings.Builder
	if !s.begun {
		s.begun = true
		all.WriteString(strings.Repeat("\n", height))
	}
	all.WriteString("\x1b[H")
	for _, line := range lines {
		all.WriteString(line + "\x1b[K\n")
	}
	all.WriteString("\x1b[J")
	_ = s.out.write(all.String())
}
