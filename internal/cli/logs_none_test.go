package cli

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/spothandler/spothandler/internal/cli/command"
)

// If no record matches the filters, logs names them, and the nearest names for values that may be mistyped.
func TestLogsWithoutMatches(t *testing.T) {
	a := newHistoryFixture(t, "install --prefix prod")
	a.record(50*time.Minute, "1111", redeployed)
	for line, want := range map[string]string{
		"logs --since 1m":              "· no records from 24h",
		"logs --level error --task 11": "· no records of task 11, level ERROR or higher from 24h",
		"logs --service apj --service api --reason claimed": "· no records of service apj or api, reason claimed from 24h " +
			"! apj has no records in this period; these services do: shop/api › did you mean api?",
		"logs --cluster shop --service api --level ERROR": "· no records of cluster shop, service api, level ERROR or higher from 24h",
		"logs --service apj -o json":                      "! apj has no records in this period; these services do: shop/api › did you mean api?",
		"logs --service batch/api":                        "! batch/api has no records in this period; these services do: shop/api",
		"logs --service api --since 1m":                   "no service has records in this period",
	} {
		code, shown := spothandler(t.Context(), "", strings.Fields(line)...)
		got := strings.Join(strings.Fields(shown.out+shown.err), " ")
		got = regexp.MustCompile(`from \S+ \S+ UTC to \S+ \S+ UTC( endpoint \S+)?`).ReplaceAllString(got, "from 24h")
		if code != command.ExitOK || !strings.Contains(got, want) || strings.Contains(line, "json") && shown.out != "" {
			t.Errorf("%s exits with %d: %s", line, code, got)
		}
		if strings.HasSuffix(line, "ERROR") && strings.Contains(got, "!") {
			t.Errorf("%s doubts what has records: %s", line, got)
		}
	}
}
