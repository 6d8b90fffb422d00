package cli

import "strings"

// fake is the edges of a process that is not there.
func fake(tty bool, env ...string) Streams {
	return Streams{
		getenv: func(name string) string {
			for _, entry := range env {
				if value, found := strings.CutPrefix(entry, name+"="); found {
					return value
				}
			}
			return ""
		},
		env: env, outTTY: tty, errTTY: tty, width: 80,
	}
}
