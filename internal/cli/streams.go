package cli

import (
	"io"
	"os"
	"strings"

	"golang.org/x/term"
)

// Streams are the edges of the process, so that a test can stand in for all of them.
type Streams struct {
	in     io.Reader
	out    io.Writer
	err    io.Writer
	getenv func(string) string
	env    []string // as os.Environ

	inTTY, outTTY, errTTY bool
	width                 int // columns of the terminal; 80 where there is none
}

// SystemStreams returns the streams, the environment and the terminal of this process.
func SystemStreams() Streams {
	width := 80
	if columns, _, err := term.GetSize(int(os.Stderr.Fd())); err == nil && columns > 0 {
		width = columns
	}
	return Streams{
		in: os.Stdin, out: os.Stdout, err: os.Stderr,
		getenv: os.Getenv, env: os.Environ(),
		inTTY:  term.IsTerminal(int(os.Stdin.Fd())),
		outTTY: term.IsTerminal(int(os.Stdout.Fd())),
		errTTY: term.IsTerminal(int(os.Stderr.Fd())),
		width:  max(60, min(width, 120)),
	}
}

// NewStreams returns streams that are no terminal, with the environment of this process.
func NewStreams(in io.Reader, out, err io.Writer) Streams {
	return Streams{in: in, out: out, err: err, getenv: os.Getenv, env: os.Environ(), width: 80}
}

// utf8 says whether the terminal shows our glyphs: the locale's variables, in their order of precedence.
// Where none is set, as in most CI, UTF-8 is assumed.
func (s Streams) utf8() bool {
	for _, name := range []string{"LC_ALL", "LC_CTYPE", "LANG"} {
		if locale := strings.ToUpper(s.getenv(name)); locale != "" {
			return strings.Contains(locale, "UTF-8") || strings.Contains(locale, "UTF8")
		}
	}
	return true
}

// outStyle and errStyle are how the two streams look.
func (s Streams) outStyle() style { return newStyle(s, s.outTTY) }
func (s Streams) errStyle() style { return newStyle(s, s.errTTY) }
