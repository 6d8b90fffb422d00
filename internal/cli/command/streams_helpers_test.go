package command

import "strings"

// fakeStreams returns the streams of a process with the given environment.
func fakeStreams(tty bool, env ...string) Streams {
	return Streams{
		Getenv: func(name string) string {
			for _, entry := range env {
				if value, found := strings.CutPrefix(entry, name+"="); found {
					return value
				}
			}
			return ""
		},
		Environ: env, StdoutTTY: tty, StderrTTY: tty, Width: 80,
	}
}
