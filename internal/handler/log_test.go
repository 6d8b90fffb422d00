package handler

import (
	"fmt"
	"log/slog"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/lambdacontext"

	"github.com/spothandler/spothandler/internal/handler/handlertest"
)

func TestSummaryRecord(t *testing.T) {
	withFixture(t, Config{Mode: ModeOnce}, func(w *fixture) {
		ctx := lambdacontext.NewContext(w.Context(), &lambdacontext.LambdaContext{AwsRequestID: "8476a536"})
		if _, err := w.handler.Handle(ctx, event()); err != nil {
			t.Fatal(err)
		}
		if n := len(w.records()); n != 1 {
			t.Errorf("%d records, want one", n)
		}
		got := w.summary()
		want := map[string]any{
			"level": "INFO", "message": MessageRedeployed, "function": "summarize", "request_id": "8476a536",
			"cluster": testCluster, "service": "api", "task_arn": testTask,
			"event_id": "9bcdac79-b31f-4d3d-9410-fbd727c29fab", "event_time": "2000-01-01T00:00:00.000Z",
			"availability_zone": "eu-west-1a", "action": "redeploy", "reason": "redeploy", "mode": "once",
			"deployment_id": testDeployment, "deployment_before": testDeployment, "deployment_after": w.Primary(testCluster, "api"),
			"service_deployment": strings.Replace(testCluster, ":cluster/", ":service-deployment/", 1) + "/api/1",
			"applied":            true, "dry_run": false, "decision_ms": 20.0, "ecs_answer_ms": 60.0, "timestamp": "2000-01-01T00:00:00.060Z",
		}
		for key, value := range want {
			if got[key] != value {
				t.Errorf("%s is %v, want %v", key, got[key], value)
			}
		}
		if line, _ := got["line"].(float64); line < 1 {
			t.Errorf("line is %v", got["line"])
		}
		if len(got) != len(want)+1 {
			t.Errorf("%d fields, want %d: %v", len(got), len(want)+1, got)
		}
	})
}

func TestSummaryMessages(t *testing.T) {
	cases := []struct {
		name    string
		config  Config
		fault   handlertest.Fault
		change  map[string]any
		level   string
		message string
	}{
		{"skipped", Config{}, handlertest.Fault{}, map[string]any{"group": "family:x"}, "INFO", "Service redeployment skipped: the task does not belong to a service"},
		{"skipped with a warning", Config{}, handlertest.Fault{}, map[string]any{"group": "service:gone"}, "WARNING", "Service redeployment skipped: ECS has no such service"},
		{"failed", Config{}, handlertest.Denied(), nil, "ERROR", "Service redeployment failed"},
		{"observed", Config{Mode: ModeObserve}, handlertest.Fault{}, nil, "INFO", "Service redeployment not performed: mode observe"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			withFixture(t, c.config, func(w *fixture) {
				if c.fault.Code != "" {
					w.Fail("DescribeServices", 1, c.fault)
				}
				_, err := w.handle(w.handler, event(c.change))
				got := w.summary()
				if got["level"] != c.level || got["message"] != c.message {
					t.Errorf("got %v %q, want %s %q", got["level"], got["message"], c.level, c.message)
				}
				if (err != nil) != (got["error"] != nil) {
					t.Errorf("error %v was logged as %v", err, got["error"])
				}
			})
		})
	}
}

// Without a time or a deployment in the event, those fields are omitted.
func TestSummaryLeavesOutTheUnknown(t *testing.T) {
	withFixture(t, Config{}, func(w *fixture) {
		w.mustDecide(ReasonNotAnInterruption, []byte(`{"detail":{"stopCode":"SpotInterruption"}}`))
		got := w.summary()
		for _, key := range []string{"cluster", "service", "event_id", "event_time", "decision_ms", "deployment_id", "error"} {
			if value, found := got[key]; found {
				t.Errorf("%s is %v, want it left out", key, value)
			}
		}
	})
}

func TestLogLevel(t *testing.T) {
	for level, want := range map[slog.Level]int{slog.LevelDebug: 2, slog.LevelInfo: 1, slog.LevelWarn: 0, slog.LevelError: 0} {
		t.Run(level.String(), func(t *testing.T) {
			withFixture(t, Config{LogLevel: level}, func(w *fixture) {
				w.mustDecide(ReasonRedeploy, event())
				if got := len(w.records()); got != want {
					t.Errorf("%d records, want %d:\n%s", got, want, w.out)
				}
			})
		})
	}
}

func TestTimestamp(t *testing.T) {
	withFixture(t, Config{}, func(w *fixture) {
		time.Sleep(1500 * time.Microsecond)
		w.mustDecide(ReasonRedeploy, event())
		if got := fmt.Sprint(w.summary()["timestamp"]); !regexp.MustCompile(`^2000-01-01T00:00:00\.\d{3}Z$`).MatchString(got) {
			t.Errorf("got %s, want RFC 3339 with milliseconds", got)
		}
	})
}

// If there are two deployments, the record names the task's.
func TestSummaryNamesTheTasksDeployment(t *testing.T) {
	withFixture(t, Config{}, func(w *fixture) {
		w.Put(replacedService())
		w.mustDecide(ReasonAlreadyRedeployed, event())
		if got := w.summary(); got["deployment_id"] != testDeployment || got["deployment_before"] != replacedDeployment {
			t.Errorf("got %v, then %v", got["deployment_id"], got["deployment_before"])
		}
	})
}
