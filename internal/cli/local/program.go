package local

import (
	"io"

	"github.com/spothandler/spothandler/internal/cli/term"
)

// Program is what the commands in this package use of the program that they are part of.
type Program struct {
	Out, Err       *term.Printer
	Stdout, Stderr io.Writer // of the commands that the demo runs
	Environ        []string  // as os.Environ
	Getenv         func(name string) string
	JSON           bool // whether the output format is JSON
}

// warn prints a warning.
func (p Program) warn(text string) { p.Err.Print(p.Err.Note("", text)) }
