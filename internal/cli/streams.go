package cli

import (
	"io"
	"os"

	xterm "golang.org/x/term"

	"github.com/spothandler/spothandler/internal/cli/term"
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
	height                int // its lines; 0 where there is none

	// size measures the terminal again, which may have been resized. Nil: it has not.
	size func() (width, height int)
}

// SystemStreams returns the streams, the environment and the terminal of this process.
func SystemStreams() Streams {
	width, height := terminalSize()
	return Streams{
		in: os.Stdin, out: os.Stdout, err: os.Stderr,
		getenv: os.Getenv, env: os.Environ(),
		inTTY:  xterm.IsTerminal(int(os.Stdin.Fd())),
		outTTY: xterm.IsTerminal(int(os.Stdout.Fd())),
		errTTY: xterm.IsTerminal(int(os.Stderr.Fd())),
		width:  width, height: height, size: terminalSize,
	}
}

// terminalSize measures the terminal, and answers with columns that can be printed in.
func terminalSize() (width, height int) {
	width, height = 80, 0
	for _, stream := range []*os.File{os.Stderr, os.Stdout} {
		if columns, lines, err := xterm.GetSize(int(stream.Fd())); err == nil && columns > 0 {
			width, height = columns, lines
			break
		}
	}
	return max(60, min(width, 120)), height
}

// NewStreams returns streams that are no terminal, with the environment of this process.
func NewStreams(in io.Reader, out, err io.Writer) Streams {
	return Streams{in: in, out: out, err: err, getenv: os.Getenv, env: os.Environ(), width: 80}
}

// printers are what prints on the two streams.
func (s Streams) printers() (out, err *term.Printer) {
	style := func(tty bool) term.Style {
		style := term.NewStyle(s.getenv, tty, s.width)
		style.Height = s.height
		return style
	}
	return term.NewPrinter(s.out, style(s.outTTY)), term.NewPrinter(s.err, style(s.errTTY))
}
