package term

import (
	"fmt"
	"strings"
)

// Screen is the full screen of a terminal, for repeated painting. Earlier output is scrolled up and not lost.
type Screen struct {
	out   *Printer
	begun bool
}

// Screen returns a screen that has not been painted.
func (p *Printer) Screen() *Screen { return &Screen{out: p} }

// usualHeight is the assumed height of a terminal whose height is unknown.
const usualHeight = 24

// Paint replaces the contents of the screen with the output of a Printer of the same style. height is the number of lines of
// the terminal, or 0 if it is unknown. Output that does not fit is replaced by a line that says so.
func (s *Screen) Paint(written string, height int) {
	if height <= 0 {
		height = usualHeight
	}
	lines := strings.Split(strings.TrimSuffix(written, "\n"), "\n")
	if room := height - 1; len(lines) > room { // the cursor is in the last line
		more := s.out.Dim(fmt.Sprintf("… %d more lines: enlarge the terminal", len(lines)-room+1))
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
