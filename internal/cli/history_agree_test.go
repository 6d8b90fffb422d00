package cli_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// figures are the counts of each command.
type figures struct {
	Interruptions, Redeployments, Failures int
	Skipped                                map[string]int
}

func (f figures) equal(other figures) bool {
	if len(f.Skipped) != len(other.Skipped) {
		return false
	}
	for reason, n := range f.Skipped {
		if other.Skipped[reason] != n {
			return false
		}
	}
	return f.Interruptions == other.Interruptions && f.Redeployments == other.Redeployments && f.Failures == other.Failures
}

// recorded are the fields of a record that countRecords needs.
type recorded struct {
	Task    string `json:"task_arn"`
	Event   string `json:"event_id"`
	Reason  string `json:"reason"`
	Applied bool   `json:"applied"`
}

// countRecords counts independently of the code under test: each task is an interruption, with the outcome of its first
// record, unless a later record reports a redeployment.
func countRecords(records []recorded) figures {
	f := figures{Skipped: map[string]int{}}
	reasons := map[string]string{}
	for _, r := range records {
		if _, seen := reasons[r.Task]; !seen || r.Applied {
			reasons[r.Task] = r.Reason
		}
		if r.Applied {
			f.Redeployments++
		}
	}
	for _, reason := range reasons {
		f.Interruptions++
		if reason != "redeploy" {
			f.Skipped[reason]++
		}
	}
	return f
}

// recordedEvents returns the number of events with a record.
func recordedEvents(records []recorded) int {
	seen := map[string]bool{}
	for _, r := range records {
		seen[r.Event] = true
	}
	return len(seen)
}

// After several interruptions, logs, status, report and a query with the aws CLI have the same counts.
func TestHistoryAgrees(t *testing.T) {
	t.Parallel()
	local := serveAWS(t)
	say := func(args ...string) string {
		t.Helper()
		var out bytes.Buffer
		cmd := spothandler(t, args...)
		cmd.Env, cmd.Stdout = append(cmd.Env, local.env...), &out
		if err := cmd.Run(); err != nil {
			t.Fatalf("%s: %v", cmd, err)
		}
		return out.String()
	}
	local.run(t, spothandler(t, "install", "--prefix", "prod"))
	for _, each := range []string{"shop api 3", "shop worker 1", "batch etl 1", "batch search 1"} {
		words := strings.Fields(each)
		say("local", "interrupt", "--cluster", words[0], "--service", words[1], "--tasks", words[2])
	}
	want := figures{Interruptions: 6, Redeployments: 2, Skipped: map[string]int{"already_redeployed": 2, "controller_unsupported": 1, "switched_off": 1}}

	var records []recorded
	waitFor(t, func() bool { // a notice and two events after it for each task
		records = nil
		for line := range strings.Lines(say("logs", "--prefix", "prod", "-o", "json")) {
			var r recorded
			if err := json.Unmarshal([]byte(line), &r); err != nil {
				t.Fatal(err)
			}
			records = append(records, r)
		}
		return recordedEvents(records) >= 3*want.Interruptions
	})
	if got := countRecords(records); !got.equal(want) {
		t.Errorf("logs: %+v", got)
	}

	var status struct {
		Installations []struct {
			Last24h figures `json:"last_24h"`
			Latest  struct{ Cluster, Service string }
		}
	}
	if err := json.Unmarshal([]byte(say("status", "-o", "json")), &status); err != nil {
		t.Fatal(err)
	}
	if one := status.Installations[0]; !one.Last24h.equal(want) || one.Latest.Service == "" {
		t.Errorf("status: %+v", one)
	}
	if text := say("status"); !strings.Contains(text, "6 tasks interrupted · 2 redeployed · 4 skipped · 0 failed\n") {
		t.Errorf("%s", text)
	}

	var report figures
	if err := json.Unmarshal([]byte(say("report", "--days", "1", "-o", "json")), &report); err != nil {
		t.Fatal(err)
	}
	if !report.equal(want) {
		t.Errorf("report: %+v", report)
	}
	rows, err := csv.NewReader(strings.NewReader(say("report", "--days", "1", "-o", "csv"))).ReadAll()
	if err != nil || len(rows) != 1+want.Interruptions {
		t.Errorf("%d rows, %v", len(rows), err)
	}
	if text := say("report", "--days", "1"); !strings.Contains(text, "6 tasks interrupted · 2 redeployments · 4 skipped · 0 failed\n") {
		t.Errorf("%s", text)
	}

	t.Run("aws CLI", func(t *testing.T) {
		program, err := exec.LookPath("aws")
		if err != nil {
			t.Skip("the aws CLI is not installed")
		}
		cmd := exec.CommandContext(t.Context(), program, "logs", "filter-log-events", "--log-group-name", "/aws/lambda/prod-ecs-fargate-spot-handler",
			"--filter-pattern", `{ $.reason = "*" }`, "--query", "events[].message", "--output", "json")
		cmd.Env = append(os.Environ(), "AWS_PAGER=", "AWS_CONFIG_FILE="+os.DevNull, "AWS_SHARED_CREDENTIALS_FILE="+os.DevNull)
		cmd.Env = append(cmd.Env, local.env...)
		output, err := cmd.Output()
		if err != nil {
			t.Fatal(err)
		}
		var lines []string
		if err := json.Unmarshal(output, &lines); err != nil {
			t.Fatal(err)
		}
		found := make([]recorded, len(lines))
		for i, line := range lines {
			if err := json.Unmarshal([]byte(line), &found[i]); err != nil {
				t.Fatal(err)
			}
		}
		if got := countRecords(found); !got.equal(want) || len(found) < len(records) {
			t.Errorf("%d lines, but logs has %d: %+v", len(found), len(records), got)
		}
	})
}
