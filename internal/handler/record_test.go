package handler

import (
	"encoding/json"
	"log/slog"
	"reflect"
	"strings"
	"testing"

	"github.com/spothandler/spothandler/internal/handler/handlertest"
)

// What the function writes is exactly a Record: reading it loses nothing and
// adds nothing.
func TestRecordIsWhatIsWritten(t *testing.T) {
	cases := []struct {
		name   string
		config Config
		event  func() []byte
		fault  string
	}{
		{"redeployed", Config{Mode: ModeOnce, Metrics: true}, func() []byte { return event() }, ""},
		{"skipped", Config{Mode: ModeObserve}, func() []byte { return event(map[string]any{"group": "service:gone"}) }, ""},
		{"failed", Config{Mode: ModeAlways}, func() []byte { return event() }, "AccessDeniedException"},
		{"simulated", Config{Mode: ModeOnce}, func() []byte { return simulatedEvent() }, ""},
		{"not an event", Config{Mode: ModeOnce}, func() []byte { return []byte("<html>&") }, ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			withFixture(t, c.config, func(w *fixture) {
				if c.fault != "" {
					w.Fail("UpdateService", 1, handlertest.Fault{Code: c.fault})
				}
				_, _ = w.handle(w.handler, c.event())
				line := w.out.Bytes()
				record, ok := ParseRecord(line)
				if !ok || string(record.line()) != string(line) {
					t.Errorf("read   %+v\nof     %s", record, line)
				}
				var fields map[string]any
				if err := json.Unmarshal(line, &fields); err != nil || len(fields) < 8 {
					t.Fatalf("%v in %s", err, line)
				}
			})
		})
	}
}

// The metrics' Cluster and Service are distinct from the record's.
func TestRecordTellsMetricsApart(t *testing.T) {
	withFixture(t, Config{Metrics: true}, func(w *fixture) {
		w.mustDecide(ReasonRedeploy, event())
		record, ok := ParseRecord(w.out.Bytes())
		if !ok || record.Cluster != testCluster || record.Metrics == nil || record.Metrics.Cluster != "shop" {
			t.Errorf("got %+v with metrics %+v", record, record.Metrics)
		}
	})
}

// Other lines of a function's log are not a Record.
func TestParseRecordRefuses(t *testing.T) {
	for _, line := range []string{
		"", "panic: out of order", `{"level":"WARNING","message":"The claim was throttled"}`, `["a"]`,
		`{"time":"2026-11-23T02:14:07.000Z","type":"platform.start","record":{"requestId":"8476a536"}}`,
		`{"timestamp":"yesterday","action":"redeploy","reason":"redeploy"}`,
		`{"reason":"redeploy"}`, `{"action":"skip","reason":"redeploy"}`, `{"action":"redeploy","reason":"cooldown"}`, `{"action":"skip"}`,
	} {
		if got, ok := ParseRecord([]byte(line)); ok || !reflect.DeepEqual(got, Record{}) {
			t.Errorf("%q: got %+v", line, got)
		}
	}
}

// The record of a problem along the way uses the same field names.
func TestOtherRecordsHaveTheSameFields(t *testing.T) {
	withFixture(t, Config{LogLevel: slog.LevelWarn}, func(w *fixture) {
		w.Fail("CreateLogStream", 1, handlertest.Denied())
		w.mustDecide(ReasonRedeploy, event())
		var problem Record
		if err := json.Unmarshal(w.out.Bytes(), &problem); err != nil || !strings.Contains(problem.Message, "claim") {
			t.Fatalf("%v in %s", err, w.out)
		}
		want := Record{
			Timestamp: problem.Timestamp, Message: problem.Message, Function: problem.Function, Line: problem.Line, Error: problem.Error,
			Level: "WARNING", Cluster: testCluster, Service: "api", TaskARN: testTask, EventID: problem.EventID,
			EventTime: problem.EventTime, AvailabilityZone: "eu-west-1a",
		}
		if !reflect.DeepEqual(problem, want) || problem.Timestamp.IsZero() || problem.EventTime.IsZero() || problem.Error == "" {
			t.Errorf("got %+v, want %+v", problem, want)
		}
	})
}
