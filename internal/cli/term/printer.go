// Package term formats output for a terminal or a log: glyphs and colors, tables, progress, wrapping, hints and questions. It
// does not depend on AWS. Everything it prints is escaped, except its own type Text, so that no text can control the
// terminal.
package term

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"unicode/utf16"
	"unicode/utf8"
)

// Printer prints on a stream. It is safe for concurrent use. Text that is printed while a Progress is shown appears above it.
type Printer struct {
	Style
	out io.Writer

	mu     sync.Mutex
	live   *Progress // shown at present, or nil
	status string    // text of the StatusLine, or ""
	failed error     // first write error
}

// NewPrinter returns a printer for a stream with the given style.
func NewPrinter(out io.Writer, style Style) *Printer { return &Printer{Style: style, out: out} }

// Printf formats according to a format and prints the result, escaping arguments as Textf does.
func (p *Printer) Printf(format string, args ...any) {
	p.Print(p.Textf(format, args...))
}

// Print writes texts. Failed returns the error of the first write that failed.
func (p *Printer) Print(texts ...Text) {
	var all strings.Builder
	for _, text := range texts {
		all.WriteString(text.s)
	}
	_ = p.write(all.String())
}

// write writes text above a progress table or the status line.
func (p *Printer) write(text string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.live != nil {
		text = p.live.erased() + text + p.live.painted()
	}
	return p.send(p.besideStatus(text))
}

// send writes text to the stream. The caller must hold the lock.
func (p *Printer) send(text string) error {
	_, err := io.WriteString(p.out, text)
	if err == nil {
		return nil
	}
	if p.failed == nil {
		p.failed = &WriteError{err}
	}
	return &WriteError{err}
}

// Failed returns the error of the first write that failed, or nil. A closed pipe, as after head, is not a failure.
func (p *Printer) Failed() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if errors.Is(p.failed, syscall.EPIPE) {
		return nil
	}
	return p.failed
}

// WriteError is an error from writing to a stream.
type WriteError struct{ Err error }

func (e *WriteError) Error() string {
	cause := e.Err
	if known, ok := errors.AsType[*fs.PathError](cause); ok { // its path is /dev/stdout, which is of no use
		cause = known.Err
	}
	return "writing the result: " + cause.Error()
}

// Unwrap returns the error of the stream.
func (e *WriteError) Unwrap() error { return e.Err }

// Println writes a text and a line break.
func (p *Printer) Println(text Text) { p.Printf("%s\n", text) }

// JSON writes a value as indented JSON that consists of printable characters.
func (p *Printer) JSON(value any) error {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return fmt.Errorf("writing the result: %w", err)
	}
	return p.write(string(escapeJSON(out.Bytes())))
}

// JSONLine writes a value as JSON on one line that consists of printable characters.
func (p *Printer) JSONLine(value any) error {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return fmt.Errorf("writing the result: %w", err)
	}
	return p.write(string(escapeJSON(out.Bytes())))
}

// escapeJSON escapes characters that are not printable. The encoder has escaped the ASCII control characters, and other
// characters occur only in strings.
func escapeJSON(text []byte) []byte {
	var out bytes.Buffer
	for len(text) > 0 {
		r, size := utf8.DecodeRune(text)
		switch {
		case r < utf8.RuneSelf && r != 0x7f || strconv.IsPrint(r):
			out.Write(text[:size])
		case r > 0xffff:
			high, low := utf16.EncodeRune(r)
			fmt.Fprintf(&out, `\u%04x\u%04x`, high, low)
		default:
			fmt.Fprintf(&out, `\u%04x`, r)
		}
		text = text[size:]
	}
	return out.Bytes()
}

// Lines returns a writer for text from other packages, such as the help and the log of API calls. It escapes everything
// except line breaks and tabs.
func (p *Printer) Lines() io.Writer { return lines{p} }

type lines struct{ out *Printer }

func (l lines) Write(text []byte) (int, error) {
	var safe bytes.Buffer
	for rest := text; len(rest) > 0; {
		end := bytes.IndexAny(rest, "\n\t")
		if end < 0 {
			end = len(rest)
		}
		safe.WriteString(Escape(string(rest[:end])))
		if end < len(rest) {
			safe.WriteByte(rest[end])
			end++
		}
		rest = rest[end:]
	}
	if err := l.out.write(safe.String()); err != nil {
		return 0, err
	}
	return len(text), nil
}
