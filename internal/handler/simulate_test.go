package handler

import (
	"bytes"
	"log/slog"
	"maps"
	"testing"
	"time"

	"github.com/spothandler/spothandler/internal/handler/handlertest"
)

// simulatedEvent is the event of a simulated interruption.
func simulatedEvent(changes ...map[string]any) []byte {
	e := InterruptionEvent(runningTask(), time.Now()).Simulated()
	for _, change := range changes {
		maps.Copy(e.Detail, change)
	}
	return e.JSON()
}

// A simulated interruption is decided like a real one and changes nothing,
// regardless of mode, tag and log level.
func TestSimulate(t *testing.T) {
	for _, mode := range []Mode{ModeOnce, ModeAlways, ModeObserve} {
		for _, tag := range []string{"", TagObserve, TagRedeploy} {
			t.Run(string(mode)+" tagged "+tag, func(t *testing.T) {
				withFixture(t, Config{Mode: mode, Metrics: true, LogLevel: slog.LevelError}, func(w *fixture) {
					service := steadyService()
					service.Tags = []handlertest.Tag{{Key: TagKey, Value: tag}}
					w.Put(service)
					if response := w.mustDecide(ReasonRedeploy, simulatedEvent()); !response.DryRun || response.Applied {
						t.Errorf("got %+v, want a dry run", response)
					}
					got := w.summary()
					if got["simulated"] != true || got["dry_run"] != true || got["level"] != "INFO" || got["_aws"] != nil || got["Interruptions"] != nil {
						t.Errorf("logged %v, want a marked dry run without metrics", got)
					}
					w.mustCount("UpdateService", 0)
					w.mustCount("CreateLogStream", 0)
				})
			})
		}
	}
}

// Whatever the gate decides, it is recorded and marked.
func TestSimulateIsRecordedWhenSkipped(t *testing.T) {
	withFixture(t, Config{LogLevel: slog.LevelError, Account: testAccount}, func(w *fixture) {
		for reason, change := range map[Reason]map[string]any{
			ReasonNotAServiceTask:   {"group": "family:job"},
			ReasonNotAnInterruption: {"stopCode": "UserInitiated", "stoppedReason": "Scaling"},
			ReasonTooLate:           {"lastStatus": "STOPPED"},
			ReasonServiceMissing:    {"group": "service:gone"},
			ReasonOtherAccount:      {"clusterArn": "arn:aws:ecs:eu-west-1:444455556666:cluster/shop"},
		} {
			w.mustDecide(reason, simulatedEvent(change))
			if got := w.summary(); got["simulated"] != true || got["reason"] != string(reason) {
				t.Errorf("logged %v, want %s, marked", got, reason)
			}
		}
	})
}

// It calls ECS although this process remembers that the deployment was
// replaced, and leaves no memory for the next real one.
func TestSimulateIgnoresMemory(t *testing.T) {
	withFixture(t, Config{}, func(w *fixture) {
		w.mustDecide(ReasonRedeploy, simulatedEvent())
		w.mustDecide(ReasonRedeploy, event())
		w.mustCount("UpdateService", 1)
		looks := w.Count("DescribeServices", "")
		w.mustDecide(ReasonAlreadyRedeployed, event())
		w.mustCount("DescribeServices", looks)
		w.mustDecide(ReasonAlreadyRedeployed, simulatedEvent())
		w.mustCount("DescribeServices", looks+1)
	})
}

// A real interruption is never marked; source and detail type must both match.
func TestSimulateNeedsSourceAndDetailType(t *testing.T) {
	withFixture(t, Config{}, func(w *fixture) {
		half := bytes.Replace(event(), []byte(`"`+EventSource+`"`), []byte(`"`+SimulateSource+`"`), 1)
		w.mustDecide(ReasonNotAnInterruption, half)
		if got := w.summary(); got["simulated"] != nil {
			t.Errorf("logged %v, want no mark", got)
		}
		if response := w.mustDecide(ReasonRedeploy, event()); response.DryRun || !response.Applied {
			t.Errorf("got %+v, want a redeployment", response)
		}
		if got := w.summary(); got["simulated"] != nil {
			t.Errorf("logged %v, want no mark", got)
		}
	})
}
