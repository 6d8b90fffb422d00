package term

import (
	"strings"
	"testing"
)

// in returns the style of a stream in an environment, without color by default.
func in(tty bool, width int, env ...string) Style {
	return NewStyle(func(name string) string {
		for _, entry := range env {
			if value, found := strings.CutPrefix(entry, name+"="); found {
				return value
			}
		}
		return ""
	}, tty, width)
}

func TestShorten(t *testing.T) {
	plain := in(true, 80, "NO_COLOR=1")
	ascii, log := in(true, 80, "LANG=C"), in(false, 80)
	for _, test := range []struct {
		style      Style
		text       string
		width      int
		want, when string
	}{
		{plain, "abcdefghij", 10, "abcdefghij", "it fits"},
		{plain, "abcdefghijk", 10, "abcde…hijk", "one too long"},
		{plain, "größer-größer", 10, "größe…ößer", "runes, not bytes"},
		{plain, "名前がとても長い", 10, "名前…長い", "two columns a character"},
		{plain, "e\u0301e\u0301e\u0301e\u0301e\u0301e\u0301e\u0301e\u0301", 8, "e\u0301e\u0301e\u0301e\u0301e\u0301e\u0301e\u0301e\u0301", "combining characters take no column"},
		{ascii, "abcdefghijk", 10, "abcd...ijk", "without UTF-8"},
		{plain, "abcdefghijk", 7, "abcdefghijk", "too narrow to be of use"},
		{plain, "", 10, "", "empty"},
		{log, "abcdefghijk", 10, "abcdefghijk", "nobody could make it wider"},
	} {
		if got := test.style.Shorten(test.text, test.width); got != test.want {
			t.Errorf("%s: %q, want %q", test.when, got, test.want)
		}
	}
}

// A row is never wider than the terminal. The name is shortened, never the right-aligned text.
func TestRowWidths(t *testing.T) {
	long := "/aws/lambda/a-prefix-of-many-words-that-goes-on-and-on-and-on-ecs-fargate-spot-handler"
	for _, width := range []int{60, 80, 120} {
		for _, locale := range []string{"LANG=C.UTF-8", "LANG=C"} {
			st := in(true, width, locale, "NO_COLOR=1")
			for _, name := range []string{"short", long, strings.Repeat("ü", 200), strings.Repeat("名", 100)} {
				for _, right := range []string{"", "created   0.4s", "waiting for the role   6.0s"} {
					row := st.Row(OK, "log group", name, right).String()
					if n := Width(row); n > width || right != "" && n != width-1 && n != width {
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
	st := in(false, 80)
	for _, test := range []struct{ text, want string }{
		{"", ""},
		{"one two three", "one two|three"},
		{"a-word-that-is-too-long b", "a-word-that-is-too-long|b"},
		{"accepted: 1, 3, 5", "accepted:|1, 3, 5"},
	} {
		if got := strings.Join(st.Wrap(test.text, 9), "|"); got != test.want {
			t.Errorf("%q is broken as %q", test.text, got)
		}
	}
}

// A note longer than a line continues below its beginning.
func TestNote(t *testing.T) {
	st := in(false, 20)
	if got := st.Note("  ", "interruptions are not handled").String(); got != "  ! interruptions\n    are not handled\n" {
		t.Errorf("%q", got)
	}
}

// Color requires a terminal, and can be disabled or forced.
func TestColor(t *testing.T) {
	for _, test := range []struct {
		name    string
		style   Style
		colored bool
	}{
		{"a terminal", in(true, 80, "TERM=xterm"), true},
		{"no terminal", in(false, 80, "TERM=xterm"), false},
		{"NO_COLOR", in(true, 80, "NO_COLOR=1"), false},
		{"dumb", in(true, 80, "TERM=dumb"), false},
		{"forced", in(false, 80, "CLICOLOR_FORCE=1"), true},
		{"not forced", in(false, 80, "CLICOLOR_FORCE=0"), false},
		{"forced and declined", in(false, 80, "CLICOLOR_FORCE=1", "NO_COLOR=1"), false},
	} {
		t.Run(test.name, func(t *testing.T) {
			text := test.style.Red("no").String()
			if colored := strings.Contains(text, "\x1b["); colored != test.colored || !strings.Contains(text, "no") {
				t.Errorf("%q", text)
			}
			if got := test.style.Red("").String(); got != "" {
				t.Errorf("nothing is painted as %q", got)
			}
		})
	}
}

// The locale's variables in order of precedence; without any, UTF-8 is assumed.
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
		st := in(false, 80, test.env...)
		var got []string
		for g := OK; g <= Question; g++ {
			got = append(got, st.Glyph(g).String())
		}
		if strings.Join(got, " ") != test.want {
			t.Errorf("%v: %s", test.env, got)
		}
	}
	ascii := in(false, 80, "LANG=C")
	if got := ascii.Plain("a · b → c … › d"); got != "a - b -> c ... > d" {
		t.Error(got)
	}
}

// ASCII glyphs have different lengths; the next column is aligned.
func TestGapsAlign(t *testing.T) {
	st := in(false, 80, "LANG=C")
	column := -1
	for g := OK; g <= Remove; g++ {
		at := strings.Index(st.Row(g, "role", "name", "").String(), "role")
		if column >= 0 && at != column {
			t.Errorf("%q stands at %d, the others at %d", st.Row(g, "role", "name", ""), at, column)
		}
		column = at
	}
}

// The text of a finding and the other lines of an item begin in the same column, whatever the glyph.
func TestHangingIndents(t *testing.T) {
	utf8, ascii := Style{Width: 30, TTY: true}, Style{Width: 30, TTY: true, ASCII: true}
	for _, test := range []struct{ got, want string }{
		{utf8.Finding(Failed, "SPOT102", "its only task is on Spot").String(), "  ✗ SPOT102  its only task is\n             on Spot\n"},
		{ascii.Finding(Failed, "SPOT102", "its only task is on").String(), "  FAIL SPOT102  its only task\n                is on\n"},
		{ascii.Finding(Attention, "SPOT102", "its only task is on").String(), "  !    SPOT102  its only task\n                is on\n"},
		{utf8.Item(OK, "5 up to date: role, log group, rule").String(), "  ✓ 5 up to date: role, log\n    group, rule\n"},
		{ascii.Item(OK, "5 up to date: role, log group, rule").String(), "  ok   5 up to date: role, log\n       group, rule\n"},
	} {
		if test.got != test.want {
			t.Errorf("got\n%swant\n%s", test.got, test.want)
		}
	}
}

// A list is broken between its parts, and a part longer than a line between its words.
func TestList(t *testing.T) {
	parts := []string{"every cluster", "arm64", "permissions boundary arn:aws:iam::111122223333:policy/b"}
	got := Style{Width: 40, TTY: true}.List("  ", " · ", parts).String()
	want := "  every cluster · arm64\n  permissions boundary\n  arn:aws:iam::111122223333:policy/b\n"
	if got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}
