package cli

import (
	"github.com/spothandler/spothandler/internal/cli/local"

	"github.com/spothandler/spothandler/internal/cli/command"
)

// programOf returns a function that, once the flags are parsed, returns the part of the App that demo and local use.
func programOf(a *command.App) func() local.Program {
	return func() local.Program {
		return local.Program{Out: a.Out, Err: a.Err, Stdout: a.Stdout, Stderr: a.Stderr, Environ: a.Environ, Getenv: a.Getenv, JSON: a.JSON()}
	}
}
