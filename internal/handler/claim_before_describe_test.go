package handler

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/spothandler/spothandler/internal/handler/handlertest"
)

// When DescribeServices is throttled, the claim picks one of the siblings
// before the service is described.

func TestFirstNoticeClaimsBeforeThrottledDescribe(t *testing.T) {
	withFixture(t, Config{}, func(w *fixture) {
		w.Fail("DescribeServices", 3, handlertest.Throttled())
		start := time.Now()
		w.mustDecide(ReasonRedeploy, event())
		w.mustCall("DescribeServices", "CreateLogStream", "DescribeServices", "DescribeServices", "DescribeServices", "UpdateService")
		if took := time.Since(start); took > 2*time.Second {
			t.Errorf("took %s: the holder of the claim waits little", took)
		}
	})
}

// An invocation that loses the claim leaves DescribeServices to the holder, and
// describes again later.
func TestClaimLostBeforeDescribe(t *testing.T) {
	withFixture(t, Config{}, func(w *fixture) {
		w.claimedByOthers(1)
		w.Fail("DescribeServices", 1, handlertest.Throttled())
		time.AfterFunc(3*time.Second, func() { w.Put(replacedService()) })
		start := time.Now()
		w.mustDecide(ReasonAlreadyRedeployed, event())
		w.mustCall("DescribeServices", "CreateLogStream", "DescribeServices")
		if took := time.Since(start); took < 2*claimWaitMin {
			t.Errorf("described again after %s, want at least %s", took, 2*claimWaitMin)
		}
	})
}

// The holder of the claim died: the next round handles the interruption.
func TestClaimHolderDiesBeforeDescribe(t *testing.T) {
	withFixture(t, Config{}, func(w *fixture) {
		w.claimedByOthers(1)
		w.Fail("DescribeServices", 1, handlertest.Throttled())
		w.mustDecide(ReasonRedeploy, event())
		w.mustCount("UpdateService", 1)
	})
}

// A throttled claim counts as lost; an impossible claim changes nothing.
func TestClaimFailsBeforeDescribe(t *testing.T) {
	for name, fault := range map[string]handlertest.Fault{"throttled": handlertest.Throttled(), "denied": handlertest.Denied()} {
		t.Run(name, func(t *testing.T) {
			withFixture(t, Config{}, func(w *fixture) {
				w.Fail("DescribeServices", 1, handlertest.Throttled())
				w.Fail("CreateLogStream", 10000, fault)
				time.AfterFunc(15*time.Second, func() { w.Heal("CreateLogStream") })
				w.mustDecide(ReasonRedeploy, event())
				w.mustCount("UpdateService", 1)
			})
		})
	}
}

// Later notices can wait, so one description serves all of the same ten
// seconds.
func TestLaterNoticesShareDescribe(t *testing.T) {
	withFixture(t, Config{}, func(w *fixture) {
		events := make([][]byte, 50)
		for i := range events {
			events[i] = laterNotice()
		}
		w.Put(replacedService())
		w.Fail("DescribeServices", len(events), handlertest.Throttled())
		start := time.Now()
		responses, errs := w.concurrently(Config{LogGroup: testLogGroup}, events...)
		for i, response := range responses {
			if errs[i] != nil || response.Reason != ReasonClaimed && response.Reason != ReasonAlreadyRedeployed {
				t.Errorf("notice %d: %s, %v", i, response.Reason, errs[i])
			}
		}
		looks := w.Count("DescribeServices", "")
		if looks < 1 || looks > int(lowPriorityBackoff/describeUnit)+1 {
			t.Errorf("%d DescribeServices calls, want one per ten seconds", looks)
		}
		if first := w.Calls("CreateLogStream")[0].At.Sub(start); first < describeUnit {
			t.Errorf("claimed after %s: the first notices come first", first)
		}
	})
}

func TestSingleLaterNotice(t *testing.T) {
	withFixture(t, Config{}, func(w *fixture) {
		w.Fail("DescribeServices", 1, handlertest.Throttled())
		w.mustDecide(ReasonRedeploy, laterNotice()) // no other invocation did
		w.mustCall("DescribeServices", "CreateLogStream", "DescribeServices", "CreateLogStream", "UpdateService")
	})
	withFixture(t, Config{}, func(w *fixture) {
		w.Fail("DescribeServices", 1, handlertest.Throttled())
		w.Fail("CreateLogStream", 10000, handlertest.Throttled())
		w.Put(replacedService())
		w.mustDecide(ReasonAlreadyRedeployed, laterNotice()) // describes the service again instead
	})
}

// The invocation that claimed the deployment before describing it saw no reason
// to act. A later notice may see one, when fewer tasks run.
func TestClaimAloneDoesNotSkip(t *testing.T) {
	withFixture(t, Config{}, func(w *fixture) {
		service := steadyService()
		service.Configuration = &handlertest.Configuration{MinimumHealthyPercent: 50}
		w.Put(service)
		w.Fail("DescribeServices", 1, handlertest.Throttled())
		w.mustDecide(ReasonWouldStopHealthy, event())
		service.RunningCount = 0
		w.Put(service)
		w.Fail("DescribeServices", 1, handlertest.Throttled())
		w.mustDecide(ReasonRedeploy, laterNotice())
	})
}

// The lost claim was on the task's deployment, but the primary one is an older,
// failed one that nobody has claimed.
func TestClaimLostBeforeDescribeOnAnotherDeployment(t *testing.T) {
	withFixture(t, Config{}, func(w *fixture) {
		service := replacedService()
		service.Deployments[0].RolloutState = "FAILED"
		w.Put(service)
		w.claimedByOthers(1)
		w.Fail("DescribeServices", 1, handlertest.Throttled())
		w.mustDecide(ReasonRedeploy, event())
	})
}

// Neither a failing claim nor the waits for a holder that died use up a short
// timeout.
func TestClaimBeforeDescribeWithShortTimeout(t *testing.T) {
	for name, trouble := range map[string]func(*fixture){
		"the claim hangs":        func(w *fixture) { w.Fail("CreateLogStream", 1, handlertest.Fault{Hang: time.Hour}) },
		"the claim is throttled": func(w *fixture) { w.Fail("CreateLogStream", 10000, handlertest.Throttled()) },
		"the winner died":        func(w *fixture) { w.claimedByOthers(1) },
	} {
		for _, timeout := range []time.Duration{5 * time.Second, 10 * time.Second} {
			t.Run(fmt.Sprintf("%s, a timeout of %s", name, timeout), func(t *testing.T) {
				withFixture(t, Config{}, func(w *fixture) {
					w.Fail("DescribeServices", 1, handlertest.Throttled())
					trouble(w)
					ctx, cancel := context.WithTimeout(w.Context(), timeout)
					defer cancel()
					if response, err := w.handler.Handle(ctx, event()); !response.Applied {
						t.Errorf("got %s, %v, want a redeployment", response.Reason, err)
					}
				})
			})
		}
	}
}

// An invocation claims only if it may act and knows the deployment; the others
// wait for DescribeServices.
func TestNoClaimBeforeDescribe(t *testing.T) {
	for _, test := range []struct {
		name   string
		config Config
		event  map[string]any
	}{
		{"observe", Config{Mode: ModeObserve}, nil},
		{"always", Config{Mode: ModeAlways}, nil},
		{"deployment unknown", Config{}, map[string]any{"startedBy": nil}},
	} {
		t.Run(test.name, func(t *testing.T) {
			withFixture(t, test.config, func(w *fixture) {
				w.Fail("DescribeServices", 2, handlertest.Throttled())
				w.mustDecide(ReasonRedeploy, event(test.event))
				if calls := w.operations(); len(calls) < 3 || calls[1] != "DescribeServices" || calls[2] != "DescribeServices" {
					t.Errorf("got %q, want DescribeServices three times first", calls)
				}
			})
		})
	}
	t.Run("dry run", func(t *testing.T) {
		withFixture(t, Config{}, func(w *fixture) {
			w.Fail("DescribeServices", 2, handlertest.Throttled())
			if _, err := w.handler.Handle(askedForDryRun(w.Context()), event()); err != nil {
				t.Error(err)
			}
			w.mustCall("DescribeServices", "DescribeServices", "DescribeServices")
		})
	})
}

// If little time remains, at most half of it is spent waiting.
func TestClaimWaitWithLittleTime(t *testing.T) {
	for left, want := range map[time.Duration][2]time.Duration{
		time.Minute:     {claimWaitMin, claimWaitMax},
		4 * time.Second: {2 * time.Second, 2 * time.Second},
		time.Second:     {time.Second / 2, time.Second / 2},
	} {
		withFixture(t, Config{}, func(w *fixture) {
			v := &invocation{updating: retryBudget{until: time.Now().Add(left)}}
			if got := v.claimWait(1); got < want[0] || got > want[1] {
				w.Errorf("with %s left: %s, want %s to %s", left, got, want[0], want[1])
			}
		})
	}
}

// laterNotice is a later event of an interruption that was already reported.
func laterNotice() []byte { return event(map[string]any{"lastStatus": "DEACTIVATING"}) }

// operations returns the operations called so far, failed calls included.
func (w *fixture) operations() []string {
	var all []string
	for _, call := range w.Calls("") {
		all = append(all, call.Operation)
	}
	return all
}

// mustCall checks all calls so far.
func (w *fixture) mustCall(want ...string) {
	w.Helper()
	got := w.operations()
	if len(got) != len(want) {
		w.Fatalf("got %q, want %q", got, want)
	}
	for i := range want {
		if got[i] != want[i] {
			w.Fatalf("got %q, want %q", got, want)
		}
	}
}
