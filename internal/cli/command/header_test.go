package command

import (
	"testing"

	"github.com/spothandler/spothandler/internal/cli/term"
)

// On a narrow terminal, the caller is shown without the account, which the line above shows.
func TestCallerWithin(t *testing.T) {
	const role = "arn:aws:sts::111122223333:assumed-role/spothandler-administrators/ana@example.com"
	const user = "arn:aws:iam::111122223333:user/ana"
	for _, test := range []struct {
		caller string
		style  term.Style
		want   string
	}{
		{user, term.Style{TTY: true, Width: 80}, user},
		{role, term.Style{TTY: true, Width: 80}, "assumed-role/spothandler-administrators/ana@example.com"},
		{role, term.Style{TTY: true, Width: 120}, role},
		{role, term.Style{Width: 80}, role}, // complete in a log
		{"", term.Style{TTY: true, Width: 80}, ""},
	} {
		if got := callerWithin(test.caller, test.style); got != test.want {
			t.Errorf("%s in %d columns: %q, want %q", test.caller, test.style.Width, got, test.want)
		}
	}
}
