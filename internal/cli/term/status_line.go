package term

import "strings"

// StatusLine is a temporary line that shows progress, only on a terminal. Other output of the same Printer appears above it.
type StatusLine struct{ out *Printer }

// StatusLine returns an empty status line. The caller must call Clear.
func (p *Printer) StatusLine() *StatusLine { return &StatusLine{p} }

// Set replaces the text of the line.
func (l *StatusLine) Set(text string) {
	if l.out.Live() {
		l.out.setStatus(l.out.Glyph(Working).s + " " + l.out.Shorten(text, l.out.Width-3))
	}
}

// Clear removes the line.
func (l *StatusLine) Clear() {
	if l.out.Live() {
		l.out.setStatus("")
	}
}

// setStatus replaces the status line; "" removes it.
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

// besideStatus returns text with the control sequences that erase the status line before it and, if the text ends with a line
// break, restore it after it. The caller must hold the lock.
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
