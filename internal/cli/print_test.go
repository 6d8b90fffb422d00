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

func TestShown(t *testing.T) {
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
		if got := shown(test.path, test.value); got != test.want {
			t.Errorf("%s %q is shown as %q", test.path, test.value, got)
		}
	}
	for path, want := range map[string]string{"memory_size": "memory size", "tags.My_Team": "tags.My_Team", "environment.LOG_LEVEL": "environment.LOG_LEVEL"} {
		if got := label(path); got != want {
			t.Errorf("%s is labelled %q", path, got)
		}
	}
}

// The verdict follows from what is wrong, whatever comes first.
func TestVerdict(t *testing.T) {
	missing := func(kind deploy.Kind) deploy.Problem {
		return deploy.Problem{Code: deploy.ProblemMissing, Resource: kind}
	}
	differs := func(kind deploy.Kind, path, old string) deploy.Problem {
		return deploy.Problem{Code: deploy.ProblemDiffers, Resource: kind, Fields: []deploy.Field{{Path: path, Old: old, New: "x"}}}
	}
	overlap := deploy.Problem{Code: deploy.ProblemOverlap}
	change := []deploy.Change{{}}
	for _, test := range []struct {
		name     string
		problems []deploy.Problem
		changes  []deploy.Change
		want     string
	}{
		{"log group", []deploy.Problem{missing(deploy.KindLogGroup)}, change, " differs"},
		{"log group, then function", []deploy.Problem{missing(deploy.KindLogGroup), missing(deploy.KindFunction)}, change, " misses interruptions"},
		{"memory", []deploy.Problem{differs(deploy.KindFunction, "memory_size", "256")}, change, " differs"},
		{"throttled", []deploy.Problem{differs(deploy.KindFunction, "reserved_concurrency", "0")}, change, " misses interruptions"},
		{"other code", []deploy.Problem{differs(deploy.KindFunction, "code", "abc")}, change, " misses interruptions"},
		{"pattern", []deploy.Problem{differs(deploy.KindRule, "detail.clusterArn", "")}, change, " misses interruptions"},
		{"rule's words", []deploy.Problem{differs(deploy.KindRule, "description", "")}, change, " differs"},
		{"rights", []deploy.Problem{differs(deploy.KindRole, "policy.Statement[0].Action", "")}, change, " misses interruptions"},
		{"record", []deploy.Problem{differs(deploy.KindRole, "record.memory", "1")}, change, " differs"},
		{"another target", []deploy.Problem{differs(deploy.KindTarget, "function", "arn")}, change, " misses interruptions"},
		{"target's patience", []deploy.Problem{differs(deploy.KindTarget, "max_event_age", "1")}, change, " differs"},
		{"permission", []deploy.Problem{differs(deploy.KindPermission, "source_arn", "1")}, change, " misses interruptions"},
		{"overlap alone", []deploy.Problem{overlap}, nil, " needs attention"},
		{"overlap and memory", []deploy.Problem{differs(deploy.KindFunction, "memory_size", "256"), overlap}, change, " differs"},
	} {
		if got := verdict(deploy.Status{Problems: test.problems, Changes: test.changes}); got != test.want {
			t.Errorf("%s: %q, want %q", test.name, got, test.want)
		}
	}
}
