package cli

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"github.com/spothandler/spothandler/internal/cli/command"
	"github.com/spothandler/spothandler/internal/deploy"
	"github.com/spothandler/spothandler/internal/handler"
	"github.com/spothandler/spothandler/internal/history"
)

// recentRows returns the lines of status about records, with normalized times.
func recentRows(t *testing.T, line string) string {
	t.Helper()
	code, shown := spothandler(t.Context(), "", words(line)...)
	if code != command.ExitOK {
		t.Errorf("%s exits with %d: %s", line, code, shown.err)
	}
	_, rows, found := strings.Cut(shown.out, "\n  last 24 h")
	if !found {
		t.Fatalf("%s has no row for it:\n%s", line, shown.out)
	}
	return "  last 24 h" + rows
}

// twoInstallations adds a second installation that does not overlap with prod.
func (a *historyFixture) twoInstallations() {
	a.Helper()
	for _, cluster := range []string{"web", "batch"} {
		if _, err := ecs.NewFromConfig(a.Config()).CreateCluster(a.Context(), &ecs.CreateClusterInput{ClusterName: &cluster}); err != nil {
			a.Fatal(err)
		}
	}
	must(a.T, "install --prefix test --cluster batch")
	must(a.T, "install --prefix prod --cluster web")
}

// Status summarizes the last 24 hours with the same figures as report, and has hints for failures.
func TestStatusHistory(t *testing.T) {
	a := newHistoryFixture(t, "install --prefix prod")
	if got := recentRows(t, "status"); got != "  last 24 h     no interruptions recorded\n" {
		t.Errorf("%s", got)
	}
	a.record(25*time.Hour, "1000", redeployed)
	a.record(50*time.Minute, "2222", nil)
	var at string // of the latest redeployment
	a.record(50*time.Minute, "1111", func(r *handler.Record) {
		redeployed(r)
		at = r.EventTime.UTC().Format("15:04")
	})
	a.record(55*time.Minute, "1212", func(r *handler.Record) { redeployed(r); r.Applied, r.Mode = false, handler.ModeObserve })
	a.record(20*time.Minute, "3333", func(r *handler.Record) { redeployed(r); r.Applied, r.DryRun = false, true })
	a.write(5*time.Minute, "START RequestId", `{"reason": "cut off`)
	got := recentRows(t, "status")
	if !strings.HasPrefix(got, "  last 24 h     3 tasks interrupted · 1 redeployed\n                1 would have been redeployed · 1 skipped · 0 failed\n  latest        "+at) || !strings.HasSuffix(got, " UTC · shop/api · redeployed\n") {
		t.Errorf("%s", got)
	}
	a.record(10*time.Minute, "4444", func(r *handler.Record) { refusedByIAM(r); r.Service = "evil\x1b[31m" })
	got = recentRows(t, "status --region eu-west-1")
	if !strings.Contains(got, "4 tasks interrupted · 1 redeployed\n                1 would have been redeployed · 1 skipped · 1 failed\n") ||
		!strings.HasSuffix(got, " UTC · shop/evil\\x1b[31m · failed\n  › spothandler logs --prefix prod --region eu-west-1 --level ERROR   # what failed, and how to fix it\n") {
		t.Errorf("%q", got)
	}

	_, shown := spothandler(t.Context(), "", "status", "-o", "json")
	var status struct{ Installations []deploy.Status }
	_, reported := spothandler(t.Context(), "", "report", "--days", "1", "-o", "json")
	var report history.Report
	if err := json.Unmarshal([]byte(shown.out), &status); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(reported.out), &report); err != nil {
		t.Fatal(err)
	}
	one := status.Installations[0]
	if d := one.Last24h; d.Interruptions != report.Interruptions || d.Redeployments != report.Redeployments || d.Failures != report.Failures ||
		len(d.Skipped) != 2 || len(one.NotChecked) > 0 {
		t.Errorf("%+v is not %+v", d, report)
	}
	if l := one.Latest; l.Cluster != "shop" || l.Result != history.Failed || l.Error != "AccessDeniedException: may not ecs:UpdateService" || !strings.HasSuffix(l.TaskARN, "/4444") {
		t.Errorf("%+v", l)
	}
	a.twoInstallations()
	_, shown = spothandler(t.Context(), "", "status")
	for _, want := range []string{"  24 h: 4 interrupted, 1 failed\n", "  24 h: none recorded\n"} {
		if !strings.Contains(shown.out, want) {
			t.Errorf("no %q in %s", want, shown.out)
		}
	}
}

// If the records cannot be read, status reports the reason, and its verdict and exit code do not change.
func TestStatusHistoryFailures(t *testing.T) {
	a := newHistoryFixture(t, "install --prefix prod")
	trouble := ""
	a.refuseRecords(&trouble)
	for _, test := range []struct{ trouble, want string }{
		{"denied", "unknown: no permission for logs:FilterLogEvents\n"},
		{"key", "unknown: the KMS key of the log group cannot be used:\n"},
		{"throttled", "unknown: ThrottlingException: Rate exceeded\n"},
	} {
		trouble = test.trouble
		if got := recentRows(t, "status --prefix prod"); !strings.HasPrefix(got, "  last 24 h     "+test.want) || strings.Contains(got, "latest") {
			t.Errorf("%s: %s", test.trouble, got)
		}
	}
	trouble = "denied"
	code, shown := spothandler(t.Context(), "", "status", "-o", "json")
	for _, want := range []string{`"last_24h": null`, `"latest": null`, `"what": "last 24 h"`, `"why": "no permission for logs:FilterLogEvents"`} {
		if code != command.ExitOK || !strings.Contains(shown.out, want) {
			t.Errorf("exit code %d, no %s in %s", code, want, shown.out)
		}
	}
	a.twoInstallations()
	_, shown = spothandler(t.Context(), "", "status")
	if strings.Count(shown.out, "24 h: unknown\n") != 2 || strings.Count(shown.out, "! prod and test: not checked: last 24 h: no permission for logs:FilterLogEvents\n") != 1 || strings.Count(shown.out, "\n") != 6 {
		t.Errorf("%s", shown.out)
	}
	trouble = ""
	a.ForgetCalls()
	_, shown = spothandler(t.Context(), "", "status", "--prefix", "prod", "--no-history")
	if strings.Contains(shown.out, "24 h") {
		t.Errorf("%s", shown.out)
	}
	for _, call := range a.Calls() {
		if call.Action == "FilterLogEvents" {
			t.Error("records were read")
		}
	}
}

// If records are omitted or written to another log group, the counts are unknown, not 0.
func TestStatusHistoryUnknown(t *testing.T) {
	a := newHistoryFixture(t, "install --prefix prod --log-level ERROR")
	if got, want := recentRows(t, "status"), `  last 24 h     unknown: log level ERROR omits records
  settings      log level ERROR
  › spothandler install --prefix prod --log-level INFO   # records all that follows
`; got != want {
		t.Errorf("%s", got)
	}
	a.twoInstallations()
	_, shown := spothandler(t.Context(), "", "status")
	if !strings.HasSuffix(shown.out, "\n! prod: not checked: last 24 h: log level ERROR omits records\n  › spothandler install --prefix prod --log-level INFO   # records all that follows\n") {
		t.Errorf("%s", shown.out)
	}
	must(t, "uninstall --prefix test --yes")
	must(t, "install --prefix prod --log-level INFO")
	functions, name := lambda.NewFromConfig(a.Config()), "prod-ecs-fargate-spot-handler"
	for _, test := range []struct {
		change lambda.UpdateFunctionConfigurationInput
		want   string
	}{
		{lambda.UpdateFunctionConfigurationInput{Environment: &types.Environment{Variables: map[string]string{"LOG_LEVEL": "WARNING"}}}, "log level WARNING omits records"},
		{lambda.UpdateFunctionConfigurationInput{LoggingConfig: &types.LoggingConfig{LogFormat: types.LogFormatJson, ApplicationLogLevel: types.ApplicationLogLevelError}}, "Lambda's log level ERROR omits records"},
		{lambda.UpdateFunctionConfigurationInput{LoggingConfig: &types.LoggingConfig{LogFormat: types.LogFormatJson, LogGroup: aString("/theirs")}}, "the function writes to log group /theirs"},
	} {
		test.change.FunctionName = &name
		if _, err := functions.UpdateFunctionConfiguration(t.Context(), &test.change); err != nil {
			t.Fatal(err)
		}
		code, shown := spothandler(t.Context(), "", "status")
		if code != command.ExitDiffers || !strings.Contains(shown.out, "  last 24 h     unknown: "+test.want+"\n") {
			t.Errorf("exit code %d, no %q in %s", code, test.want, shown.out)
		}
		must(t, "install --prefix prod")
	}
}

func aString(text string) *string { return &text }
