package term

import "strings"

// StatusLine is one line that says how far something is, on a terminal alone, and is gone when that has ended. What else
// is printed by the same Printer appears above it.
type StatusLine struct{ out *Printer }

// StatusLine returns an empty one. It has to be cleared.
func (p *Printer) StatusLine() *StatusLine { return &StatusLine{p} }

// Set shows a text instead of the one before.
func (l *StatusLine) Set(text string) {
	if l.out.Live() {
		l.out.setStatus(l.out.Glyph(Working).s + " " + l.out.Shorten(text, l.out.Width-3))
	}
}

// Clear takes the line off the terminal.
func (l *StatusLine) Clear() {
	if l.out.Live() {
		l.out.setStatus("")
	}
}

// setStatus shows another status line; "" is none.
func (p *Printer) setStatus(line string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	before := p.status
	p.status = line
	if before != "" || line != "" {
		_ = p.send(eraseLine + line)
	}
}

const eraseLine = "\r\x1b[K"

// besideStatus is a text with what takes the status line off before it, and puts it back where the text ends its line.
// The lock must be held.
func (p *Printer) besideStatus(text string) string {
	if p.status == "" || text == "" {
		return text
	}
	text = eraseLine + text
	if !strings.HasSuffix(text, "\n") {
		p.status = ""
		return text
	}
	return text + p.status
}
