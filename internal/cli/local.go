package cli

import (
	"github.com/spothandler/spothandler/internal/cli/local"

	"github.com/spothandler/spothandler/internal/cli/command"
)

// programOf returns what demo and local use of the app, once its flags were read.
func programOf(a *command.App) func() local.Program {
	return func() local.Program {
		return local.Program{Out: a.Out, Err: a.Err, Stdout: a.Stdout, Stderr: a.Stderr, Environ: a.Environ, Getenv: a.Getenv, JSON: a.JSON()}
	}
}
