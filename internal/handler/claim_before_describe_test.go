package handler

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/spothandler/spothandler/internal/handler/handlertest"
)

// Where DescribeServices is exhausted the claim tells siblings apart before
// the look. What an invocation did shows in its calls.

func TestFirstNoticeClaimsBeforeAThrottledLook(t *testing.T) {
	inWorld(t, Config{}, func(w *world) {
		w.Fail("DescribeServices", 3, handlertest.Throttled())
		start := time.Now()
		w.mustDecide(ReasonRedeploy, event())
		w.mustCall("DescribeServices", "CreateLogStream", "DescribeServices", "DescribeServices", "DescribeServices", "UpdateService")
		if took := time.Since(start); took > 2*time.Second {
			t.Errorf("took %s: who has the claim is in a refreshAsHolder", took)
		}
	})
}

// Who loses the claim leaves the looks to who has it, and looks again later.
func TestLostBeforeTheLook(t *testing.T) {
	inWorld(t, Config{}, func(w *world) {
		w.claimedByOthers(1)
		w.Fail("DescribeServices", 1, handlertest.Throttled())
		time.AfterFunc(3*time.Second, func() { w.Put(replacedService()) })
		start := time.Now()
		w.mustDecide(ReasonAlreadyRedeployed, event())
		w.mustCall("DescribeServices", "CreateLogStream", "DescribeServices")
		if took := time.Since(start); took < 2*claimWaitMin {
			t.Errorf("looked again after %s, want at least %s", took, 2*claimWaitMin)
		}
	})
}

// Whoever had the claim died: the next round saves the interruption.
func TestLostBeforeTheLookToNobody(t *testing.T) {
	inWorld(t, Config{}, func(w *world) {
		w.claimedByOthers(1)
		w.Fail("DescribeServices", 1, handlertest.Throttled())
		w.mustDecide(ReasonRedeploy, event())
		w.mustCount("UpdateService", 1)
	})
}

// A claim that is throttled, too, is taken for lost; one that is impossible
// changes nothing.
func TestClaimBeforeTheLookInTrouble(t *testing.T) {
	for name, fault := range map[string]handlertest.Fault{"throttled": handlertest.Throttled(), "denied": handlertest.Denied()} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, Config{}, func(w *world) {
				w.Fail("DescribeServices", 1, handlertest.Throttled())
				w.Fail("CreateLogStream", 10000, fault)
				time.AfterFunc(15*time.Second, func() { w.Heal("CreateLogStream") })
				w.mustDecide(ReasonRedeploy, event())
				w.mustCount("UpdateService", 1)
			})
		})
	}
}

// Later notices have time, and one look does for all of the same ten seconds.
func TestLaterNoticesShareALook(t *testing.T) {
	inWorld(t, Config{}, func(w *world) {
		events := make([][]byte, 50)
		for i := range events {
			events[i] = laterNotice()
		}
		w.Put(replacedService())
		w.Fail("DescribeServices", len(events), handlertest.Throttled())
		start := time.Now()
		answers, errs := w.concurrently(Config{LogGroup: testLogGroup}, events...)
		for i, answer := range answers {
			if errs[i] != nil || answer.Reason != ReasonClaimed && answer.Reason != ReasonAlreadyRedeployed {
				t.Errorf("notice %d: %s, %v", i, answer.Reason, errs[i])
			}
		}
		looks := w.Count("DescribeServices", "")
		if looks < 1 || looks > int(lowPriorityBackoff/describeUnit)+1 {
			t.Errorf("%d looks, want one for each ten seconds", looks)
		}
		if first := w.Calls("CreateLogStream")[0].At.Sub(start); first < describeUnit {
			t.Errorf("claimed after %s: the first notices come first", first)
		}
	})
}

func TestLaterNoticeAlone(t *testing.T) {
	inWorld(t, Config{}, func(w *world) {
		w.Fail("DescribeServices", 1, handlertest.Throttled())
		w.mustDecide(ReasonRedeploy, laterNotice()) // nobody else did
		w.mustCall("DescribeServices", "CreateLogStream", "DescribeServices", "CreateLogStream", "UpdateService")
	})
	inWorld(t, Config{}, func(w *world) {
		w.Fail("DescribeServices", 1, handlertest.Throttled())
		w.Fail("CreateLogStream", 10000, handlertest.Throttled())
		w.Put(replacedService())
		w.mustDecide(ReasonAlreadyRedeployed, laterNotice()) // looks again instead
	})
}

// Whoever claimed the deployment before the look saw no reason to act. That
// says nothing about a later notice, when fewer tasks run.
func TestClaimIsNoReasonToSkip(t *testing.T) {
	inWorld(t, Config{}, func(w *world) {
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

// The claim was on the task's deployment, and the primary one, a failed one,
// is another since before: nobody is on that.
func TestLostBeforeTheLookAtAnotherDeployment(t *testing.T) {
	inWorld(t, Config{}, func(w *world) {
		service := replacedService()
		service.Deployments[0].RolloutState = "FAILED"
		w.Put(service)
		w.claimedByOthers(1)
		w.Fail("DescribeServices", 1, handlertest.Throttled())
		w.mustDecide(ReasonRedeploy, event())
	})
}

// Neither a claim in trouble nor the waits for a winner that died use up a
// short timeout.
func TestClaimBeforeTheLookInAShortTimeout(t *testing.T) {
	for name, trouble := range map[string]func(*world){
		"the claim hangs":        func(w *world) { w.Fail("CreateLogStream", 1, handlertest.Fault{Hang: time.Hour}) },
		"the claim is throttled": func(w *world) { w.Fail("CreateLogStream", 10000, handlertest.Throttled()) },
		"the winner died":        func(w *world) { w.claimedByOthers(1) },
	} {
		for _, timeout := range []time.Duration{5 * time.Second, 10 * time.Second} {
			t.Run(fmt.Sprintf("%s, a timeout of %s", name, timeout), func(t *testing.T) {
				inWorld(t, Config{}, func(w *world) {
					w.Fail("DescribeServices", 1, handlertest.Throttled())
					trouble(w)
					ctx, cancel := context.WithTimeout(w.Context(), timeout)
					defer cancel()
					if answer, err := w.handler.Handle(ctx, event()); !answer.Applied {
						t.Errorf("got %s, %v, want a redeployment", answer.Reason, err)
					}
				})
			})
		}
	}
}

// Only who may act claims, and who knows what: the others wait for their look.
func TestNoClaimBeforeTheLook(t *testing.T) {
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
			inWorld(t, test.config, func(w *world) {
				w.Fail("DescribeServices", 2, handlertest.Throttled())
				w.mustDecide(ReasonRedeploy, event(test.event))
				if calls := w.operations(); len(calls) < 3 || calls[1] != "DescribeServices" || calls[2] != "DescribeServices" {
					t.Errorf("got %q, want three looks first", calls)
				}
			})
		})
	}
	t.Run("dry run", func(t *testing.T) {
		inWorld(t, Config{}, func(w *world) {
			w.Fail("DescribeServices", 2, handlertest.Throttled())
			if _, err := w.handler.Handle(askedForDryRun(w.Context()), event()); err != nil {
				t.Error(err)
			}
			w.mustCall("DescribeServices", "DescribeServices", "DescribeServices")
		})
	})
}

// Where there is little time half of it has to do for a wait.
func TestClaimWaitInLittleTime(t *testing.T) {
	for left, want := range map[time.Duration][2]time.Duration{
		time.Minute:     {claimWaitMin, claimWaitMax},
		4 * time.Second: {2 * time.Second, 2 * time.Second},
		time.Second:     {time.Second / 2, time.Second / 2},
	} {
		inWorld(t, Config{}, func(w *world) {
			v := &invocation{updating: retryBudget{until: time.Now().Add(left)}}
			if got := v.claimWait(1); got < want[0] || got > want[1] {
				w.Errorf("with %s left: %s, want %s to %s", left, got, want[0], want[1])
			}
		})
	}
}

// laterNotice is an event of an interruption that there was a notice of before.
func laterNotice() []byte { return event(map[string]any{"lastStatus": "DEACTIVATING"}) }

// operations are the calls so far, failed ones included.
func (w *world) operations() []string {
	var all []string
	for _, call := range w.Calls("") {
		all = append(all, call.Operation)
	}
	return all
}

// mustCall checks all calls so far.
func (w *world) mustCall(want ...string) {
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
