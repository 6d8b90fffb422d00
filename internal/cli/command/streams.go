package command

import (
	"io"
	"os"
	"time"

	xterm "golang.org/x/term"

	"github.com/spothandler/spothandler/internal/cli/input"
	"github.com/spothandler/spothandler/internal/cli/term"
)

// Streams are the standard streams, the environment and the terminal of the process. Tests replace them.
type Streams struct {
	Stdin   io.Reader
	Stdout  io.Writer
	Stderr  io.Writer
	Environ []string // as os.Environ

	StdinTTY, StdoutTTY, StderrTTY bool
	Width                          int // columns of the terminal; 80 if there is none
	Height                         int // lines of the terminal; 0 if there is none

	// Refresh is the interval at which a command repaints the screen; 0 means the command's default.
	Refresh time.Duration

	// Patient makes commands wait for AWS however long it takes, without a notice. Tests set it: their results must not
	// depend on the speed of the machine.
	Patient bool

	// size returns the current size of the terminal. If it is nil, Width and Height do not change.
	size func() (width, height int)
}

// SystemStreams returns the streams, the environment and the terminal of this process.
func SystemStreams() Streams {
	width, height := terminalSize()
	return Streams{
		Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr,
		Environ:   os.Environ(),
		StdinTTY:  xterm.IsTerminal(int(os.Stdin.Fd())),
		StdoutTTY: xterm.IsTerminal(int(os.Stdout.Fd())),
		StderrTTY: xterm.IsTerminal(int(os.Stderr.Fd())),
		Width:     width, Height: height, size: terminalSize,
	}
}

// terminalSize returns the size of the terminal, its width limited to 60 to 120 columns.
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

// NewStreams returns patient streams without a terminal, with the environment of this process.
func NewStreams(in io.Reader, out, err io.Writer) Streams {
	return Streams{Stdin: in, Stdout: out, Stderr: err, Environ: os.Environ(), Width: 80, Patient: true}
}

// Getenv returns the value of an environment variable, or "" if it is not set.
func (s Streams) Getenv(name string) string {
	value, _ := input.LookupEnv(s.Environ, name)
	return value
}

// printers returns the printers of Stdout and Stderr.
func (s Streams) printers() (out, err *term.Printer) {
	style := func(tty bool) term.Style {
		style := term.NewStyle(s.Getenv, tty, s.Width)
		style.Height = s.Height
		return style
	}
	return term.NewPrinter(s.Stdout, style(s.StdoutTTY)), term.NewPrinter(s.Stderr, style(s.StderrTTY))
}

// TerminalHeight returns the current number of lines of the terminal, or 0 if there is none.
func (s Streams) TerminalHeight() int {
	if s.size == nil {
		return s.Height
	}
	_, height := s.size()
	return height
}

// Replay copies buffered output to Stdout and Stderr.
func (s Streams) Replay(out, err io.Reader) error {
	if err := copyTo(s.Stderr, err); err != nil {
		return err
	}
	return copyTo(s.Stdout, out)
}

// copyTo copies buffered output to a stream. Its error is a *term.WriteError.
func copyTo(stream io.Writer, shown io.Reader) error {
	if _, err := io.Copy(stream, shown); err != nil {
		return &term.WriteError{Err: err}
	}
	return nil
}
