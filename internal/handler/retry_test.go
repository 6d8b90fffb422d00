package handler

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/spothandler/spothandler/internal/handler/handlertest"
)

// Throttling is retried until the time to act is over: 5 s before the
// deadline, a quarter of a short timeout, or 115 s after the event.
func TestThrottledUntilTheDeadline(t *testing.T) {
	cases := []struct {
		name    string
		timeout time.Duration
		age     time.Duration // of the event
		want    time.Duration // after which nothing is tried any more
	}{
		{"a timeout of 60 s", 60 * time.Second, 0, 55 * time.Second},
		{"a short timeout", 8 * time.Second, 0, 6 * time.Second},
		{"a long timeout", 15 * time.Minute, 0, 115 * time.Second},
		{"an old event", 60 * time.Second, 100 * time.Second, 15 * time.Second},
	}
	for _, operation := range []string{"DescribeServices", "UpdateService"} {
		for _, c := range cases {
			t.Run(operation+", "+c.name, func(t *testing.T) {
				inWorld(t, Config{}, func(w *world) {
					w.Fail(operation, 10000, handlertest.Throttled())
					notice := event()
					time.Sleep(c.age)
					start := time.Now()
					ctx, cancel := context.WithTimeout(w.Context(), c.timeout)
					defer cancel()
					answer, err := w.handler.Handle(ctx, notice)
					wantFailure(t, answer, err, ReasonFailed, "ThrottlingException")
					calls := w.Calls(operation)
					last := calls[len(calls)-1].At.Sub(start)
					if last > c.want+100*time.Millisecond || last < c.want-lastBackoff-time.Second {
						t.Errorf("last tried after %s of %d times, want just before %s", last, len(calls), c.want)
					}
				})
			})
		}
	}
}

// An event at the end of its time is tried once all the same.
func TestOldEventIsTriedOnce(t *testing.T) {
	inWorld(t, Config{}, func(w *world) {
		notice := event()
		time.Sleep(117 * time.Second)
		w.mustDecide(ReasonRedeploy, notice)
	})
}

func TestThrottledForAWhile(t *testing.T) {
	for _, operation := range []string{"DescribeServices", "UpdateService"} {
		t.Run(operation, func(t *testing.T) {
			inWorld(t, Config{}, func(w *world) {
				w.Fail(operation, 8, handlertest.Throttled())
				w.mustDecide(ReasonRedeploy, event())
				w.mustCount("UpdateService", 1)
			})
		})
	}
}

// Whoever waited more than two seconds looks again: somebody else may have
// redeployed meanwhile.
func TestWaitedThenLooksAgain(t *testing.T) {
	inWorld(t, Config{}, func(w *world) {
		w.Fail("UpdateService", 100, handlertest.Throttled())
		time.AfterFunc(3*time.Second, func() { w.Put(replacedService()) })
		w.mustDecide(ReasonAlreadyRedeployed, event())
		w.mustCount("UpdateService", 0)
		var looked time.Time
		for _, call := range w.Calls("") {
			switch call.Operation {
			case "DescribeServices":
				looked = call.At
			case "UpdateService":
				if age := call.At.Sub(looked); age > staleAfter+2*w.Latency {
					t.Errorf("UpdateService was tried on what was seen %s before", age)
				}
			}
		}
	})
}

// An answer that got lost may have been a success: look before trying again.
func TestLostAnswerIsNotRepeatedBlindly(t *testing.T) {
	for name, fault := range map[string]handlertest.Fault{
		"network": {Network: true, Done: true},
		"5xx":     {Code: "ServerException", Status: 500, Done: true},
	} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, Config{}, func(w *world) {
				w.Fail("UpdateService", 1, fault)
				w.mustDecide(ReasonAlreadyRedeployed, event())
				w.mustCount("UpdateService", 1)
			})
		})
	}
}

// Network errors and 5xx are retried three times, what is permanent never.
func TestRetriesByCause(t *testing.T) {
	cases := []struct {
		name  string
		fault handlertest.Fault
		tries int
		typ   string
	}{
		{"network", handlertest.Reset(), 4, "HandlerError"},
		{"500", handlertest.Broken(), 4, "ServerException"},
		{"request timeout", handlertest.Fault{Code: "RequestTimeoutException"}, 4, "RequestTimeoutException"},
		{"denied", handlertest.Denied(), 1, "AccessDeniedException"},
		{"expired token", handlertest.Fault{Code: "ExpiredTokenException"}, 1, "ExpiredTokenException"},
		{"another refusal", handlertest.Fault{Code: "BlockedException"}, 1, "BlockedException"},
	}
	for _, operation := range []string{"DescribeServices", "UpdateService"} {
		for _, c := range cases {
			t.Run(operation+", "+c.name, func(t *testing.T) {
				inWorld(t, Config{}, func(w *world) {
					w.Fail(operation, 100, c.fault)
					answer, err := w.handle(w.handler, event())
					wantFailure(t, answer, err, ReasonFailed, c.typ)
					if got := w.Tries(operation); got != c.tries {
						t.Errorf("tried %d times, want %d", got, c.tries)
					}
				})
			})
		}
	}
}

// The SDK has errors of its own that say they are worth another attempt: a
// clock that it has set right meanwhile is one.
func TestWhatTheSDKCallsRetryable(t *testing.T) {
	if !isTransient(fmt.Errorf("calling ECS: %w", clockSet{})) {
		t.Error("is not tried again")
	}
}

type clockSet struct{ error }

func (clockSet) RetryableError() bool { return true }

// What ECS would refuse again is no error for Lambda to retry.
func TestPermanentFailureIsNotReturned(t *testing.T) {
	for _, code := range []string{
		"InvalidParameterException", "ClientException", "ValidationException", "UnsupportedFeatureException", "PlatformUnknownException",
		"PlatformTaskDefinitionIncompatibilityException", "NamespaceNotFoundException",
	} {
		t.Run(code, func(t *testing.T) {
			inWorld(t, Config{}, func(w *world) {
				w.Fail("UpdateService", 100, handlertest.Fault{Code: code})
				if answer := w.mustDecide(ReasonFailed, event()); answer.Action != ActionFail {
					t.Errorf("got %s, want %s", answer.Action, ActionFail)
				}
				if got := w.Tries("UpdateService"); got != 1 {
					t.Errorf("tried %d times, want once", got)
				}
				if level := w.summary()["level"]; level != "ERROR" {
					t.Errorf("logged at level %s, want ERROR", level)
				}
			})
		})
	}
}

// A call that hangs ends before Lambda kills the function, which then still
// tells what happened.
func TestHangingCallEndsBeforeTheDeadline(t *testing.T) {
	for _, operation := range []string{"DescribeServices", "UpdateService"} {
		for timeout, want := range map[time.Duration]time.Duration{60 * time.Second: 55 * time.Second, 8 * time.Second: 6 * time.Second} {
			t.Run(fmt.Sprintf("%s, a timeout of %s", operation, timeout), func(t *testing.T) {
				inWorld(t, Config{}, func(w *world) {
					w.Fail(operation, 100, handlertest.Fault{Hang: time.Hour})
					start := time.Now()
					ctx, cancel := context.WithTimeout(w.Context(), timeout)
					defer cancel()
					answer, err := w.handler.Handle(ctx, event())
					wantFailure(t, answer, err, ReasonFailed, "OutOfTime")
					if took := time.Since(start); took != want {
						t.Errorf("took %s, want %s", took, want)
					}
					if strings.Contains(err.Error(), "attempts") {
						t.Errorf("%v, want no word of attempts: there was one", err)
					}
				})
			})
		}
	}
}

func TestJitter(t *testing.T) {
	for n, most := range map[int]time.Duration{1: firstBackoff, 2: 2 * firstBackoff, 5: 16 * firstBackoff, 6: lastBackoff, 1000: lastBackoff} {
		for range 100 {
			if got := jitter(n); got < most/2 || got > most {
				t.Errorf("retry %d waits %s, want %s to %s", n, got, most/2, most)
			}
		}
	}
}

// A later notice of the same interruption can wait, and so can whoever lost
// the claim: another invocation has the service looked at.
func TestLaterNoticesAskSeldom(t *testing.T) {
	tries := map[string]int{}
	for name, test := range map[string]struct {
		status string
		lost   int // rounds of the claim
	}{"first": {"RUNNING", 0}, "later": {"DEACTIVATING", 0}, "loser": {"RUNNING", 1}} {
		inWorld(t, Config{}, func(w *world) {
			w.claimedByOthers(test.lost)
			time.AfterFunc(time.Duration(test.lost)*time.Second, func() { w.Fail("DescribeServices", 10000, handlertest.Throttled()) })
			synctest.Wait()
			if name == "later" { // else it would know that nobody else acts, or that somebody does
				w.Fail("CreateLogStream", 10000, handlertest.Throttled())
			}
			answer, err := w.handle(w.handler, event(map[string]any{"lastStatus": test.status}))
			wantFailure(t, answer, err, ReasonFailed, "ThrottlingException")
			tries[name] = w.Tries("DescribeServices") - test.lost
		})
	}
	if tries["later"] > 6 || tries["loser"] > 6 || tries["first"] < 2*tries["later"] {
		t.Errorf("asked %v times", tries)
	}
}

// Only throttling is a reason to wait for others: a lost connection is not.
func TestLaterNoticesRetryAtOnce(t *testing.T) {
	inWorld(t, Config{}, func(w *world) {
		w.Fail("DescribeServices", 1, handlertest.Reset())
		start := time.Now()
		w.mustDecide(ReasonRedeploy, event(map[string]any{"lastStatus": "DEACTIVATING"}))
		if took := time.Since(start); took > time.Second {
			t.Errorf("took %s", took)
		}
	})
}
