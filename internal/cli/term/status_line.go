package term

import (
	"sync"
)

// StatusLine is one line that says how far something is, on a terminal alone, and is gone when that has ended.
type StatusLine struct {
	out   *Printer
	mu    sync.Mutex
	drawn bool
}

// StatusLine returns an empty one. It has to be cleared.
func (p *Printer) StatusLine() *StatusLine { return &StatusLine{out: p} }

// Set shows a text instead of the one before.
func (l *StatusLine) Set(text string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.out.Live() {
		return
	}
	l.drawn = true
	l.out.Print(Text{"\r\x1b[K" + l.out.Glyph(Working).s + " " + l.out.Shorten(text, l.out.Width-3)})
}

// Clear takes the line off the terminal.
func (l *StatusLine) Clear() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.drawn {
		l.out.Print(Text{"\r\x1b[K"})
		l.drawn = false
	}
}
