package handler

import (
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
			t.Errorf("took %s: who has the claim is in a hurry", took)
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

// A later notice has time, and finds that the first one's invocation has the
// claim: it needs no look.
func TestLaterNoticeFindsTheClaim(t *testing.T) {
	later := func() []byte { return event(map[string]any{"lastStatus": "DEACTIVATING"}) }
	inWorld(t, Config{}, func(w *world) {
		w.claimedByOthers(1)
		w.Fail("DescribeServices", 1, handlertest.Throttled())
		start := time.Now()
		w.mustDecide(ReasonClaimed, later())
		w.mustCall("DescribeServices", "CreateLogStream")
		if took := time.Since(start); took < yieldBackoff/2 {
			t.Errorf("claimed after %s: the first notices come first", took)
		}
	})
	inWorld(t, Config{}, func(w *world) {
		w.Fail("DescribeServices", 1, handlertest.Throttled())
		w.mustDecide(ReasonRedeploy, later()) // nobody else did
		w.mustCall("DescribeServices", "CreateLogStream", "DescribeServices", "UpdateService")
	})
	inWorld(t, Config{}, func(w *world) {
		w.Fail("DescribeServices", 1, handlertest.Throttled())
		w.Fail("CreateLogStream", 10000, handlertest.Throttled())
		w.Put(replacedService())
		w.mustDecide(ReasonAlreadyRedeployed, later()) // looks again instead
	})
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

// Where there is little time half of it has to do for a wait, or two seconds.
func TestClaimWaitInLittleTime(t *testing.T) {
	for left, want := range map[time.Duration][2]time.Duration{
		time.Minute:     {claimWaitMin, claimWaitMax},
		4 * time.Second: {claimWaitMin, claimWaitMin},
		time.Second:     {claimWaitMin, claimWaitMin},
	} {
		inWorld(t, Config{}, func(w *world) {
			v := &invocation{updating: patience{until: time.Now().Add(left)}}
			if got := v.claimWait(); got < want[0] || got > want[1] {
				w.Errorf("with %s left: %s, want %s to %s", left, got, want[0], want[1])
			}
		})
	}
}

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
