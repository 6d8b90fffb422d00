package cli

import "github.com/spothandler/spothandler/internal/cli/local"

// programOf returns what demo and local use of the app, once its flags were read.
func programOf(a *app) func() local.Program {
	return func() local.Program {
		return local.Program{Out: a.out, Err: a.err, Stdout: a.Streams.out, Stderr: a.Streams.err, Environ: a.env, Getenv: a.getenv, JSON: a.json()}
	}
}
