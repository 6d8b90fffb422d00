package cli

import (
	"strings"
	"testing"

	"github.com/spothandler/spothandler/internal/cli/command"
	"github.com/spothandler/spothandler/internal/localaws"
)

// Only commands that can make changes report that nothing was changed; all report the owner of the credentials.
func TestNothingWasChanged(t *testing.T) {
	a := newHistoryFixture(t, "")
	a.Inject(localaws.Fault{Action: "GetCallerIdentity", Refuse: &localaws.Error{Status: 403, Code: "ExpiredToken", Message: "expired"}})
	for _, test := range []struct {
		line string
		says bool
	}{
		{"status", false},
		{"logs", false},
		{"report", false},
		{"doctor", false},
		{"simulate", false},
		{"simulate --for-real", true},
		{"install", true},
		{"upgrade", true},
		{"uninstall", true},
	} {
		code, shown := spothandler(t.Context(), "", words(test.line)...)
		const whose = "They come from the environment (AWS_ACCESS_KEY_ID)."
		if code != command.ExitError || strings.Contains(shown.err, "Nothing was changed.") != test.says || !strings.Contains(shown.err, whose) {
			t.Errorf("%s exits with %d: %s", test.line, code, shown.err)
		}
	}
}
