package handler

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/spothandler/spothandler/internal/handler/handlertest"
)

// observed runs a test with service api in mode observe, set by the
// installation's mode or by the service's tag.
func observed(t *testing.T, cooldown time.Duration, test func(*fixture, Config)) {
	t.Helper()
	for _, mode := range []Mode{ModeObserve, ModeOnce, ModeAlways} {
		t.Run(string(mode), func(t *testing.T) {
			config := Config{Mode: mode, Cooldown: cooldown, LogGroup: testLogGroup}
			withFixture(t, config, func(w *fixture) {
				service := steadyService()
				if mode != ModeObserve {
					service.Tags = []handlertest.Tag{{Key: TagKey, Value: TagObserve}}
				}
				w.Put(service)
				test(w, config)
			})
		})
	}
}

// All events of sibling interruptions, in any sandbox, give one record of a
// redeployment. The others are recorded as claimed without waiting, and no
// deployment is reported as replaced.
func TestObserveRecordsOneRedeployment(t *testing.T) {
	observed(t, 5*time.Minute, func(w *fixture, config Config) {
		began := time.Now()
		sibling := func(n int, status string) []byte {
			return event(map[string]any{"taskArn": fmt.Sprint(testTask, n), "lastStatus": status})
		}
		responses, _ := w.concurrently(config, sibling(1, "RUNNING"), sibling(2, "RUNNING"), sibling(3, "RUNNING"))
		if took := time.Since(began); took > time.Second {
			w.Errorf("it took %s, want no wait", took)
		}
		for _, status := range []string{"DEACTIVATING", "STOPPING"} {
			time.Sleep(30 * time.Second)
			more, _ := w.concurrently(config, sibling(1, status), sibling(2, status))
			responses = append(responses, more...)
			same, err := w.handle(w.handler, sibling(3, status)) // one sandbox for several events
			if err != nil {
				w.Fatal(err)
			}
			responses = append(responses, same)
		}
		count := map[Reason]int{}
		for _, response := range responses {
			count[response.Reason]++
			if response.Mode != ModeObserve || response.Applied {
				w.Errorf("got %+v, want mode observe and nothing applied", response)
			}
		}
		if count[ReasonRedeploy] != 1 || count[ReasonClaimed] != len(responses)-1 {
			w.Errorf("got %v, want one redeploy and the rest claimed", count)
		}
		w.mustCount("UpdateService", 0)
		for _, call := range w.Calls("CreateLogStream") {
			if name := fmt.Sprint(call.Input["logStreamName"]); !strings.HasPrefix(name, "observe/") {
				w.Errorf("claimed %s", name)
			}
		}
	})
}

// The record of a claimed event has the effective mode.
func TestObserveRecordsItsMode(t *testing.T) {
	observed(t, 0, func(w *fixture, _ Config) {
		w.mustDecide(ReasonRedeploy, event())
		w.mustDecide(ReasonClaimed, event())
		if got := w.summary(); got["mode"] != "observe" || got["reason"] != "claimed" || got["action"] != "skip" {
			w.Errorf("logged %v, want claimed in mode observe", got)
		}
	})
}

// A redeployment counts again after two minutes, or after the cooldown if that
// is longer.
func TestObserveUnits(t *testing.T) {
	for cooldown, units := range map[time.Duration]map[time.Duration]Reason{
		0:               {119 * time.Second: ReasonClaimed, 121 * time.Second: ReasonRedeploy},
		time.Minute:     {119 * time.Second: ReasonClaimed, 121 * time.Second: ReasonRedeploy},
		5 * time.Minute: {121 * time.Second: ReasonClaimed, 299 * time.Second: ReasonClaimed, 301 * time.Second: ReasonRedeploy},
	} {
		for after, want := range units {
			withFixture(t, Config{Mode: ModeObserve, Cooldown: cooldown}, func(w *fixture) {
				w.mustDecide(ReasonRedeploy, event())
				time.Sleep(after)
				w.mustDecide(want, event())
			})
		}
	}
}

// If the claim is impossible each event is recorded; if it is unclear who holds
// it, another invocation records it.
func TestObserveWithoutAClaim(t *testing.T) {
	for code, want := range map[string]Reason{"AccessDeniedException": ReasonRedeploy, "ThrottlingException": ReasonClaimed} {
		withFixture(t, Config{Mode: ModeObserve}, func(w *fixture) {
			w.Fail("CreateLogStream", 100, handlertest.Fault{Code: code})
			began := time.Now()
			w.mustDecide(want, event())
			if took := time.Since(began); took > 5*time.Second {
				w.Errorf("%s: it took %s", code, took)
			}
		})
	}
}

// A dry run makes no claim.
func TestObserveDryRun(t *testing.T) {
	observed(t, 0, func(w *fixture, _ Config) {
		for range 2 {
			response, err := w.handler.Handle(askedForDryRun(w.Context()), event())
			if err != nil || response.Reason != ReasonRedeploy {
				w.Errorf("got %+v, %v, want the decision", response, err)
			}
		}
		w.mustCount("CreateLogStream", 0)
	})
}

// A deployment that ECS shows as replaced is recorded as such but not
// remembered, since the tag may be removed.
func TestObserveRemembersNothing(t *testing.T) {
	observed(t, 0, func(w *fixture, _ Config) {
		service := replacedService()
		service.Tags = []handlertest.Tag{{Key: TagKey, Value: TagObserve}}
		w.Put(service)
		for range 2 {
			if got := w.mustDecide(ReasonAlreadyRedeployed, event()); got.Mode != ModeObserve {
				w.Errorf("got mode %s", got.Mode)
			}
		}
		w.mustCount("DescribeServices", 2)
	})
}
