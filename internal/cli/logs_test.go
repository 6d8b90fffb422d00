package cli

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"

	"github.com/spothandler/spothandler/internal/cli/command"
	"github.com/spothandler/spothandler/internal/handler"
)

// Each event has a line with the service, the action and the reason and, for a failure, a hint.
func TestLogs(t *testing.T) {
	a := newHistoryFixture(t, "install --prefix prod")
	a.record(50*time.Minute, "1111", redeployed)
	a.record(40*time.Minute, "2222", nil)
	a.record(30*time.Minute, "3333", func(r *handler.Record) {
		r.Service, r.Reason, r.Level = "evil\x1b[31m", handler.ReasonControllerUnsupported, "WARNING"
	})
	a.record(20*time.Minute, "4444", refusedByIAM)
	a.record(10*time.Minute, "5555", func(r *handler.Record) { redeployed(r); r.Applied, r.DryRun = false, true })
	a.write(5*time.Minute, "START RequestId", `{"reason": "cut off`, `{"level":"ERROR","message":"a problem on the way"}`)
	for _, test := range []struct{ line, want string }{
		{"logs --prefix prod", `✓ redeployed  shop/api                      after 1.9s              ecs-svc/2
· skipped     shop/api                      already_redeployed      task 2222
! skipped     shop/evil\x1b[31m             controller_unsupported  task 3333
✗ failed      shop/api                      AccessDeniedException: may not ecs:UpdateService
› spothandler install --prefix prod   # repairs the role
· rehearsed   shop/api                      redeploy (rehearsal)    task 5555
`},
		{"logs --reason redeploy --since 45m", "· rehearsed   shop/api                      redeploy (rehearsal)    task 5555\n"},
		{"logs --level warning --cluster shop --task 3", "! skipped     shop/evil\\x1b[31m             controller_unsupported  task 3333\n"},
		{"logs --service worker", ""},
		{"logs --reason redeploy --since 45m --service shop/api", "· rehearsed   shop/api                      redeploy (rehearsal)    task 5555\n"},
		{"logs --since 45m --reason redeploy --service arn:aws:ecs:eu-west-1:111122223333:service/shop/api", "· rehearsed   shop/api                      redeploy (rehearsal)    task 5555\n"},
		{"logs --since 45m --reason redeploy --service arn:aws:ecs:eu-west-1:111122223333:service/batch/api", ""},
		{"logs --since 2d --until 1h", ""},
	} {
		code, shown := spothandler(t.Context(), "", words(test.line)...)
		got := regexp.MustCompile(`(?m)^(\d{4}-\d\d-\d\d UTC\n|  · no records.*\n(    .*\n)?| +|\d\d:\d\d:\d\d\.\d{3}  )`).ReplaceAllString(shown.out, "")
		if code != command.ExitOK || got != test.want {
			t.Errorf("%s exits with %d:\n%swant:\n%s%s", test.line, code, got, test.want, shown.err)
		}
	}
	_, shown := spothandler(t.Context(), "", "logs", "-o", "json", "--task", "1111")
	if record, ok := handler.ParseRecord([]byte(shown.out)); !ok || record.DeploymentAfter != "ecs-svc/2" || strings.Count(shown.out, "\n") != 1 {
		t.Errorf("%s", shown.out)
	}
	_, shown = spothandler(t.Context(), "", "logs", "-o", "json")
	if strings.Contains(shown.out, "\x1b") || strings.Count(shown.out, "\n") != 5 {
		t.Errorf("%q", shown.out)
	}
}

// Invalid input is rejected before any call.
func TestLogsRefuses(t *testing.T) {
	a := newHistoryFixture(t, "")
	for line, want := range map[string]string{
		"--since 2099-01-01":    "--since 2099-01-01 is in the future",
		"--since 1h --until 2h": "--since 1h is not before --until 2h",
		"--until 2020-01-01":    "--until 2020-01-01 is before the period begins, 24 hours ago",
		"--since yesterday":     `--since "yesterday" is not accepted`,
		"--since -1h":           `--since "-1h" is not accepted`,
		"--until ''":            "--until is empty",
		"--follow --until 1h":   "--follow and --until cannot be combined",
		"--follow --region eu-west-1 --region us-east-1": "--follow works in one Region at a time",
		"--reason redploy":     `--reason "redploy" is not accepted`,
		"--level warn":         `--level "warn" is not accepted`,
		"--service ''":         "--service is empty",
		"--cluster a/b":        `--cluster "a/b" is not accepted`,
		"--task ''":            "--task is empty",
		"-o markdown":          `--output "markdown" is not accepted`,
		"--prefix prod lately": `spothandler logs takes no arguments, but got "lately"`,
	} {
		code, shown := spothandler(t.Context(), "", append([]string{"logs"}, words(line)...)...)
		if code != command.ExitError || !strings.Contains(shown.err, want) || len(a.Calls()) > 0 {
			t.Errorf("logs %s exits with %d after %d calls: %s", line, code, len(a.Calls()), shown.err)
		}
	}
}

// If there are no records, logs reports the reason.
func TestLogsExplainsMissingRecords(t *testing.T) {
	a := newHistoryFixture(t, "")
	says := a.expect
	says("logs", command.ExitNotInstalled, "nothing is installed in eu-west-1")
	says("logs --all-regions", command.ExitNotInstalled, "nothing is installed in any Region")
	must(t, "install --prefix prod --log-level ERROR")
	says("logs", command.ExitOK, "no records from", "log level ERROR omits records", "› spothandler install --prefix prod --log-level INFO")
	says("logs --since 30d", command.ExitOK, "logs are kept for 14 days: older records are deleted")
	says("logs --prefix other", command.ExitNotInstalled, "other is not installed", "Installed there: prod")
	says("logs --region eu-west-1 --region us-east-1", command.ExitNotInstalled, "not installed", "no records")

	trouble := ""
	a.refuseRecords(&trouble)
	trouble = "denied"
	says("logs --prefix prod", command.ExitError, "reading log group "+prodGroup+": access denied", "lacks the permission logs:FilterLogEvents", "› spothandler policy logs --prefix prod")
	says("logs --prefix prod -o json", command.ExitError, `"access_denied"`)
	trouble = "key"
	says("logs --prefix prod", command.ExitError, "its KMS key cannot be used", "kms:Decrypt")
	trouble = ""

	must(t, "uninstall --prefix prod --yes --keep-logs")
	says("logs --prefix prod", command.ExitOK, "prod was uninstalled, and its log group was kept: these are its records")
	must(t, "install --prefix prod")
	group := prodGroup
	if _, err := cloudwatchlogs.NewFromConfig(a.Config()).DeleteLogGroup(t.Context(), &cloudwatchlogs.DeleteLogGroupInput{LogGroupName: &group}); err != nil {
		t.Fatal(err)
	}
	says("logs --prefix prod", command.ExitError, "log group "+prodGroup+" does not exist", "› spothandler install --prefix prod # recreates it")
}

// An ARN that is in none of the places that logs reads is the same error however the places are given: no record could
// match. One that is in only some of them is accepted.
func TestLogsOfAnotherPlace(t *testing.T) {
	a := newHistoryFixture(t, "install --prefix prod")
	must(t, "install --prefix prod --region us-east-1")
	file := filepath.Join(t.TempDir(), "spothandler.yaml")
	if err := os.WriteFile(file, []byte("prefix: prod\ninstallations:\n  eu: {region: eu-west-1}\n  us: {region: us-east-1}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, places := range []string{
		"--all-regions", "--all-regions --prefix prod", "--region eu-west-1 --region us-east-1",
		"--config " + file, "--config " + file + " --only us", "--region us-east-1",
	} {
		for _, format := range []string{"", " -o json"} {
			const sorry = ", and the command works in "
			line := "logs " + places + format
			a.expect(line+" --cluster arn:aws:ecs:ap-south-1:111122223333:cluster/shop", command.ExitError, "is in ap-south-1"+sorry, "--region ap-south-1")
			a.expect(line+" --service arn:aws:ecs:us-east-1:999999999999:service/shop/api", command.ExitError, "is in account 999999999999"+sorry+"111122223333")
			a.expect(line+" --task arn:aws:ecs:us-east-1:111122223333:task/shop/1", command.ExitOK, "no: "+sorry)
		}
	}
}
