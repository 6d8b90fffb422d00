package input

import "testing"

// On a narrow terminal the prose of a help text is wrapped at spaces, and what is indented stays.
func TestReflow(t *testing.T) {
	const text = "One two\nthree four.\n\n  spothandler status --prefix prod\n\nFive."
	if got, want := Reflow(text, 14), "One two three\nfour.\n\n  spothandler status --prefix prod\n\nFive."; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if got := Reflow(text, 80); got != text {
		t.Errorf("%q", got)
	}
}
