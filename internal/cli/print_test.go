package cli

import (
	"slices"
	"strings"
	"testing"

	"github.com/spothandler/spothandler/internal/cli/term"
	"github.com/spothandler/spothandler/internal/deploy"
	"github.com/spothandler/spothandler/internal/deploy/settings"
)

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

// The settings of an installation are broken between them, not within.
func TestFlow(t *testing.T) {
	lines := term.Flow(summary(settings.Spec{Redeploy: "observe", Architecture: "arm64", MemorySize: 128, Timeout: 60, LogRetentionDays: 14, RuleState: "DISABLED"}), " · ", 76)
	want := []string{"every cluster · redeploy observe · arm64 · 128 MB · 60s · logs 14 days", "rule DISABLED"}
	if !slices.Equal(lines, want) {
		t.Errorf("%q", lines)
	}
}

func TestValueWords(t *testing.T) {
	for _, test := range []struct{ path, value, want string }{
		{"memory_size", "128", "128 MB"},
		{"timeout", "60", "60s"},
		{"async.max_event_age", "120", "120s"},
		{"retention_days", "14", "14 days"},
		{"retention_days", "0", "never expire"},
		{"reserved_concurrency", "-1", "unreserved"},
		{"reserved_concurrency", "0", "0"},
		{"code", "yuq1ZrlpyIwUWMCPj0lZmoN4jD914YXtpmfjuM33KfM=", "yuq1Zrlp"},
		{"code", "short", "short"},
		{"tags.Team", "", "(none)"},
	} {
		if got := valueWords(test.path, test.value); got != test.want {
			t.Errorf("%s %q is shown as %q", test.path, test.value, got)
		}
	}
	for path, want := range map[string]string{"memory_size": "memory size", "tags.My_Team": "tags.My_Team", "environment.LOG_LEVEL": "environment.LOG_LEVEL"} {
		if got := deploy.Label(path); got != want {
			t.Errorf("%s is labelled %q", path, got)
		}
	}
}
