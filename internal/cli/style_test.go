package cli

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/spothandler/spothandler/internal/deploy"
)

// fake is the edges of a process that is not there.
func fake(width int, tty bool, env ...string) Streams {
	return Streams{
		getenv: func(name string) string {
			for _, entry := range env {
				if value, found := strings.CutPrefix(entry, name+"="); found {
					return value
				}
			}
			return ""
		},
		env: env, outTTY: tty, errTTY: tty, width: width,
	}
}

func TestShorten(t *testing.T) {
	plain := newStyle(fake(80, false), false)
	ascii := newStyle(fake(80, false, "LANG=C"), false)
	for _, test := range []struct {
		style      style
		text       string
		width      int
		want, when string
	}{
		{plain, "abcdefghij", 10, "abcdefghij", "it fits"},
		{plain, "abcdefghijk", 10, "abcde…hijk", "one too long"},
		{plain, "größer-größer", 10, "größe…ößer", "runes, not bytes"},
		{ascii, "abcdefghijk", 10, "abcd...ijk", "without UTF-8"},
		{plain, "abcdefghijk", 7, "abcdefghijk", "too narrow to be of use"},
		{plain, "", 10, "", "empty"},
	} {
		if got := test.style.shorten(test.text, test.width); got != test.want {
			t.Errorf("%s: %q, want %q", test.when, got, test.want)
		}
	}
}

// A row is never wider than the terminal, keeps its right edge, and cuts the name, never the verdict.
func TestRowWidths(t *testing.T) {
	long := "/aws/lambda/a-prefix-of-many-words-that-goes-on-and-on-and-on-ecs-fargate-spot-handler"
	for _, width := range []int{60, 80, 120} {
		for _, locale := range []string{"LANG=C.UTF-8", "LANG=C"} {
			st := newStyle(fake(width, false, locale), false)
			for _, name := range []string{"short", long, strings.Repeat("ü", 200)} {
				for _, right := range []string{"", "created   0.4s", "waiting for the role   6.0s"} {
					row := st.row(glyphOK, "log group", name, right)
					if n := utf8.RuneCountInString(row); n > width || right != "" && n != width-1 && n != width {
						t.Errorf("%d columns of %d: %q", n, width, row)
					}
					if !strings.HasSuffix(row, right) {
						t.Errorf("%q does not end with %q", row, right)
					}
				}
			}
		}
	}
}

func TestWrap(t *testing.T) {
	st := newStyle(fake(80, false), false)
	for _, test := range []struct{ text, want string }{
		{"", ""},
		{"one two three", "one two|three"},
		{"a-word-that-is-too-long b", "a-word-that-is-too-long|b"},
		{"accepted: 1, 3, 5", "accepted:|1, 3, 5"},
	} {
		if got := strings.Join(st.wrap(test.text, 9), "|"); got != test.want {
			t.Errorf("%q is broken as %q", test.text, got)
		}
	}
}

// What is longer than the terminal goes on below its beginning.
func TestNote(t *testing.T) {
	st := newStyle(fake(20, false), false)
	if got := st.note("  ", " ", "no interruption is heard"); got != "  ! no interruption\n    is heard\n" {
		t.Errorf("%q", got)
	}
}

// The settings of an installation are broken between them, not within.
func TestFlow(t *testing.T) {
	lines := flow(summary(deploy.Spec{Redeploy: "observe", Architecture: "arm64", MemorySize: 128, Timeout: 60, LogRetentionDays: 14, RuleState: "DISABLED"}), " · ", 76)
	want := []string{"every cluster · redeploy observe · arm64 · 128 MB · 60s · logs 14 days", "rule DISABLED"}
	if !slices.Equal(lines, want) {
		t.Errorf("%q", lines)
	}
}

// Colour needs a terminal, and may be declined.
func TestColour(t *testing.T) {
	for _, test := range []struct {
		name    string
		streams Streams
		colored bool
	}{
		{"a terminal", fake(80, true, "TERM=xterm"), true},
		{"no terminal", fake(80, false, "TERM=xterm"), false},
		{"NO_COLOR", fake(80, true, "NO_COLOR=1"), false},
		{"dumb", fake(80, true, "TERM=dumb"), false},
	} {
		t.Run(test.name, func(t *testing.T) {
			text := test.streams.errStyle().red("no")
			if colored := strings.Contains(text, "\x1b["); colored != test.colored || !strings.Contains(text, "no") {
				t.Errorf("%q", text)
			}
			if got := test.streams.outStyle().red(""); got != "" {
				t.Errorf("nothing is painted as %q", got)
			}
		})
	}
}

// The locale's variables, in their order; none at all means UTF-8.
func TestGlyphs(t *testing.T) {
	for _, test := range []struct {
		env  []string
		want string
	}{
		{nil, "✓ ✗ ! · ◐ + ~ - → › ?"},
		{[]string{"LANG=en_US.UTF-8"}, "✓ ✗ ! · ◐ + ~ - → › ?"},
		{[]string{"LANG=de_DE.utf8"}, "✓ ✗ ! · ◐ + ~ - → › ?"},
		{[]string{"LANG=C"}, "ok FAIL ! . * + ~ - -> > ?"},
		{[]string{"LANG=en_US.UTF-8", "LC_ALL=C"}, "ok FAIL ! . * + ~ - -> > ?"},
		{[]string{"LANG=C", "LC_CTYPE=C.UTF-8"}, "✓ ✗ ! · ◐ + ~ - → › ?"},
	} {
		st := newStyle(fake(80, false, test.env...), false)
		var got []string
		for g := glyphOK; g <= glyphAsk; g++ {
			got = append(got, st.glyph(g))
		}
		if strings.Join(got, " ") != test.want {
			t.Errorf("%v: %s", test.env, got)
		}
	}
	ascii := newStyle(fake(80, false, "LANG=C"), false)
	if got := ascii.plain("a · b → c … › d"); got != "a - b -> c ... > d" {
		t.Error(got)
	}
}

// ASCII glyphs are of several lengths; what follows them stands in one column.
func TestGapsAlign(t *testing.T) {
	st := newStyle(fake(80, false, "LANG=C"), false)
	column := -1
	for g := glyphOK; g <= glyphRemove; g++ {
		at := strings.Index(st.row(g, "role", "name", ""), "role")
		if column >= 0 && at != column {
			t.Errorf("%q stands at %d, the others at %d", st.row(g, "role", "name", ""), at, column)
		}
		column = at
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
