// Package term is what this program shows on a terminal or in a log: signs and colours, tables, progress,
// line breaks, hints and questions. It knows nothing of AWS, and lets nothing through that a terminal would
// take for a command: whatever it is given to print is escaped, but for its own Text.
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

// Printer prints on one stream. It may be used concurrently: what is printed while a Progress is repainted
// appears above it.
type Printer struct {
	Style
	out io.Writer

	mu     sync.Mutex
	live   *Progress // that is being repainted; nil: none
	status string    // the StatusLine that is shown; "": none
	failed error     // of the first write that failed
}

// NewPrinter returns the printer of a stream that looks like this.
func NewPrinter(out io.Writer, style Style) *Printer { return &Printer{Style: style, out: out} }

// Printf formats like fmt.Fprintf, with the rules of Textf.
func (p *Printer) Printf(format string, args ...any) {
	p.Print(p.Textf(format, args...))
}

// Print writes texts, one after the other. Failed tells whether that went wrong.
func (p *Printer) Print(texts ...Text) {
	var all strings.Builder
	for _, text := range texts {
		all.WriteString(text.s)
	}
	_ = p.write(all.String())
}

// write writes above a table that is being repainted, or above the status line.
func (p *Printer) write(text string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.live != nil {
		text = p.live.erased() + text + p.live.painted()
	}
	return p.send(p.besideStatus(text))
}

// send writes what is complete. The lock must be held.
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

// Failed returns why something was not written, or nil. A reader who wants no more, such as head, is no failure.
func (p *Printer) Failed() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if errors.Is(p.failed, syscall.EPIPE) {
		return nil
	}
	return p.failed
}

// WriteError is an error of a stream that was written to.
type WriteError struct{ Err error }

func (e *WriteError) Error() string {
	cause := e.Err
	if known, ok := errors.AsType[*fs.PathError](cause); ok { // its path is /dev/stdout, wherever that leads
		cause = known.Err
	}
	return "writing the result: " + cause.Error()
}

// Unwrap returns the stream's own error.
func (e *WriteError) Unwrap() error { return e.Err }

// Println writes a text and ends its line.
func (p *Printer) Println(text Text) { p.Printf("%s\n", text) }

// JSON writes an answer as indented JSON in which every character is printable.
func (p *Printer) JSON(answer any) error {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(answer); err != nil {
		return fmt.Errorf("writing the result: %w", err)
	}
	return p.write(string(escapeJSON(out.Bytes())))
}

// JSONLine writes a value as JSON on a line of its own, in which every character is printable.
func (p *Printer) JSONLine(value any) error {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return fmt.Errorf("writing the result: %w", err)
	}
	return p.write(string(escapeJSON(out.Bytes())))
}

// escapeJSON escapes what is not printable. The encoder has escaped the control characters of ASCII, and what
// is not ASCII stands inside of strings.
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

// Lines returns a writer for what others write, such as the help and the log of calls: it escapes everything
// but line breaks and tabs.
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
