package input

import (
	"strings"
	"testing"
)

// On a narrow terminal the prose of a help text is wrapped at spaces, and its commands, which are indented, so that they can
// be pasted.
func TestReflow(t *testing.T) {
	const text = "One two\nthree four.\n\n\tspothandler status --prefix prod\n\nFive."
	if got, want := Reflow(text, 24), "One two\nthree four.\n\n  spothandler status \\\n    --prefix prod\n\nFive."; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if got, want := Reflow(text, 9), "One two\nthree\nfour."; !strings.HasPrefix(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	if got := Reflow(text, 80); got != strings.ReplaceAll(text, "\t", "  ") {
		t.Errorf("%q", got)
	}
}
