package term

import "testing"

// What follows a headline is broken between its parts, never within a word, and is one line in a log.
func TestPlace(t *testing.T) {
	for _, test := range []struct {
		style Style
		want  string
	}{
		{Style{TTY: true, Width: 80}, " · account 111122223333 · eu-west-1 · spothandler 1.2.3"},
		{Style{TTY: true, Width: 60}, "\n  account 111122223333 · eu-west-1 · spothandler 1.2.3"},
		{Style{TTY: true, Width: 40}, "\n  account 111122223333 · eu-west-1\n  spothandler 1.2.3"},
		{Style{Width: 40}, " · account 111122223333 · eu-west-1 · spothandler 1.2.3"},
	} {
		if got := test.style.Place(10, "account 111122223333", "eu-west-1", "spothandler 1.2.3").String(); got != test.want {
			t.Errorf("%d columns: %q, want %q", test.style.Width, got, test.want)
		}
	}
}
