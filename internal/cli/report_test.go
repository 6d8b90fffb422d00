package cli

import (
	"encoding/csv"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/spothandler/spothandler/internal/cli/command"
	"github.com/spothandler/spothandler/internal/handler"
	"github.com/spothandler/spothandler/internal/history"
	"github.com/spothandler/spothandler/internal/localaws"
)

// The report has the same figures in every format, whatever characters the names in the records contain.
func TestReport(t *testing.T) {
	a := newHistoryFixture(t, "install --prefix prod")
	a.record(50*time.Hour, "1111", redeployed)
	a.record(50*time.Hour, "2222", nil)
	a.record(50*time.Hour, "2222", func(r *handler.Record) { r.EventID = "later" }) // the same interruption
	a.record(30*time.Hour, "3333", func(r *handler.Record) {
		r.Service, r.AvailabilityZone, r.Reason = "=evil|\x1b[31m", "", handler.ReasonControllerUnsupported
	})
	a.record(20*time.Hour, "4444", refusedByIAM)
	a.record(15*time.Hour, "6666", func(r *handler.Record) {
		redeployed(r)
		r.Applied, r.Mode, r.DeploymentAfter = false, handler.ModeObserve, ""
	})
	a.record(10*time.Hour, "5555", func(r *handler.Record) { redeployed(r); r.Applied, r.DryRun = false, true })
	run := func(line string) string {
		t.Helper()
		code, shown := spothandler(t.Context(), "", strings.Fields(line)...)
		if code != command.ExitOK || strings.Contains(shown.out, "\x1b") {
			t.Errorf("%s exits with %d: %q %s", line, code, shown.out, shown.err)
		}
		return shown.out
	}
	text := run("report --days 7")
	for _, want := range []string{
		"5 tasks interrupted · 1 redeployment · 1 would have been redeployed · 2 skipped", "· 1 failed\n",
		"skipped: 1 already_redeployed · 1 controller_unsupported\n", "median 1.9s, slowest 1.9s\n", "1 record of rehearsals, not counted\n",
		"  shop/api ", "  not recorded  ", "  eu-west-1a    ", "These are counts, not rates",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	for line := range strings.Lines(text) {
		if n := len([]rune(strings.TrimSuffix(line, "\n"))); n > 80 {
			t.Errorf("%d columns: %s", n, line)
		}
	}
	var r history.Report
	if err := json.Unmarshal([]byte(run("report --days 7 -o json")), &r); err != nil || r.Prefix != "prod" || r.Region != "eu-west-1" ||
		r.Interruptions != 5 || r.Redeployments != 1 || r.Failures != 1 || r.Rehearsals != 1 {
		t.Errorf("%+v, %v", r, err)
	}
	rows, err := csv.NewReader(strings.NewReader(run("report --days 7 -o csv"))).ReadAll()
	if err != nil || len(rows) != 1+r.Interruptions || rows[1][6] != "redeployed" || rows[1][8] != "1900" || rows[1][9] != "ecs-svc/2" || rows[2][9] != "ecs-svc/1" ||
		!slices.Equal(rows[1][11:], []string{"prod", "111122223333"}) {
		t.Errorf("%q, %v", rows, err)
	}
	if service := rows[3][3]; service != `'=evil|\x1b[31m` {
		t.Errorf("a formula: %q", service)
	}
	if markdown := run("report --days 7 -o markdown"); !strings.Contains(markdown, "| shop/api | 4 | 1 | 1 |\n") || !strings.Contains(markdown, `=evil\|`) ||
		!strings.Contains(markdown, "1 would have been redeployed") {
		t.Errorf("%s", markdown)
	}
	if yesterday := run("report --days 1"); !strings.Contains(yesterday, "2 tasks interrupted") {
		t.Errorf("%s", yesterday)
	}
}

// A report names what is missing from it.
func TestReportFailures(t *testing.T) {
	a := newHistoryFixture(t, "")
	says := a.expect
	for _, days := range []string{"0", "-1", "3654"} {
		says("report --days "+days, command.ExitError, "--days "+days+" is not accepted")
	}
	if len(a.Calls()) > 0 {
		t.Errorf("%v", a.Calls())
	}
	says("report", command.ExitNotInstalled, "nothing is installed")
	must(t, "install --prefix prod --log-level WARNING")
	const hint = "› spothandler install --prefix prod --log-level INFO # records all that follows"
	says("report --days 30", command.ExitOK, "logs are kept for 14 days: the report covers those, not the 30 days requested", "counts unknown: log level WARNING omits records", hint)
	says("report -o markdown", command.ExitOK, "- counts unknown: log level WARNING omits records")
	says("report --html -", command.ExitOK, "</html>", "counts unknown: log level WARNING omits records")
	says("report -o csv", command.ExitOK, "rows are missing: log level WARNING omits records", hint)
	says("report -o json", command.ExitOK, `"interruptions": null`, `"by_hour": null`, `"counts_unknown": "log level WARNING omits records`)
	must(t, "install --prefix prod --log-level INFO")
	a.Inject(localaws.Fault{Action: "DescribeLogGroups", Deny: true})
	says("report", command.ExitOK, "not checked: how long logs are kept: no permission for logs:DescribeLogGroups", "0 tasks interrupted")
	a.Inject(localaws.Fault{Action: "FilterLogEvents", Deny: true})
	says("report", command.ExitError, "lacks the permission logs:FilterLogEvents", "› spothandler policy report --prefix prod")
}
