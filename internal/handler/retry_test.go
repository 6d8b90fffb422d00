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

// What is worth another attempt is attempted until the time to act is over: 45 s
// after an event that came promptly, so that Lambda's retry still acts, else
// 115 s; and 5 s, or a quarter of a short timeout, before the deadline.
func TestAttemptsUntilTheTimeIsOver(t *testing.T) {
	cases := []struct {
		name    string
		timeout time.Duration
		age     time.Duration // of the event
		want    time.Duration // after which nothing is attempted any more
	}{
		{"a timeout of 60 s", 60 * time.Second, 0, 45 * time.Second},
		{"a short timeout", 8 * time.Second, 0, 6 * time.Second},
		{"a long timeout", 15 * time.Minute, 0, 45 * time.Second},
		{"a prompt event", 60 * time.Second, 29 * time.Second, 16 * time.Second},
		{"a late event", 60 * time.Second, 31 * time.Second, 55 * time.Second},
		{"an old event", 60 * time.Second, 100 * time.Second, 15 * time.Second},
	}
	faults := map[string]struct {
		fault handlertest.Fault
		typ   string // of the error
	}{
		"throttling":    {handlertest.Throttled(), "ThrottlingException"},
		"503":           {handlertest.Unavailable(), "ServiceUnavailableException"},
		"500":           {handlertest.Broken(), "ServerException"},
		"closed":        {handlertest.Reset(), "OutOfTime"},
		"cut midway":    {handlertest.CutOff(), "OutOfTime"},
		"HTML":          {handlertest.HTML(200), "OutOfTime"},
		"HTML, 403":     {handlertest.HTML(403), "OutOfTime"},
		"HTML, 503":     {handlertest.HTML(503), "OutOfTime"},
		"broken JSON":   {handlertest.BrokenJSON(), "OutOfTime"},
		"nothing in it": {handlertest.EmptyObject(), "OutOfTime"},
		"no error code": {handlertest.Fault{Status: 400, Body: "{}"}, "OutOfTime"},
		"timed out":     {handlertest.Fault{Code: "RequestTimeoutException"}, "RequestTimeoutException"},
	}
	for _, operation := range []string{"DescribeServices", "UpdateService"} {
		for name, f := range faults {
			for _, c := range cases {
				t.Run(operation+", "+name+", "+c.name, func(t *testing.T) {
					inWorld(t, Config{}, func(w *world) {
						w.Fail(operation, 10000, f.fault)
						notice := event()
						time.Sleep(c.age)
						start := time.Now()
						answer, err := w.handleWithin(c.timeout, notice)
						wantFailure(t, answer, err, ReasonFailed, f.typ)
						if took := time.Since(start); took > c.want+reserve || took < c.want-time.Second {
							t.Errorf("ended after %s with %d attempts, want just before %s", took, w.Tries(operation), c.want)
						}
						if got := w.Tries(operation); got < 5 || got > 70 {
							t.Errorf("%d attempts, want 5 to 70", got)
						}
						w.mustCount("UpdateService", 0)
					})
				})
			}
		}
	}
}

// The answer to one failure comes soon: three retries take about a second.
func TestFirstAttemptsComeSoon(t *testing.T) {
	for _, operation := range []string{"DescribeServices", "UpdateService", "CreateLogStream"} {
		t.Run(operation, func(t *testing.T) {
			inWorld(t, Config{}, func(w *world) {
				w.Fail(operation, 3, handlertest.Unavailable())
				start := time.Now()
				w.mustDecide(ReasonRedeploy, event())
				if took := time.Since(start); took > 2*time.Second {
					t.Errorf("took %s", took)
				}
			})
		})
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
	for _, mode := range []Mode{ModeOnce, ModeAlways} {
		for name, fault := range map[string]handlertest.Fault{
			"network":     {Network: true, Done: true},
			"5xx":         {Code: "ServerException", Status: 500, Done: true},
			"cut midway":  {Cut: true, Done: true},
			"broken JSON": {Body: "{", Done: true},
			"empty":       {Body: "{}", Done: true},
		} {
			t.Run(string(mode)+", "+name, func(t *testing.T) {
				inWorld(t, Config{Mode: mode}, func(w *world) {
					w.Fail("UpdateService", 1, fault)
					w.mustDecide(ReasonAlreadyRedeployed, event())
					w.mustCount("UpdateService", 1)
				})
			})
		}
	}
}

// Where the call was not carried out, looking shows that, in mode always too.
func TestLostCallIsRepeated(t *testing.T) {
	for _, mode := range []Mode{ModeOnce, ModeAlways} {
		t.Run(string(mode), func(t *testing.T) {
			inWorld(t, Config{Mode: mode}, func(w *world) {
				w.Fail("UpdateService", 2, handlertest.CutOff())
				w.mustDecide(ReasonRedeploy, event())
				w.mustCount("UpdateService", 1)
				w.mustCount("DescribeServices", 3)
			})
		})
	}
}

// What would be refused again is not attempted again, and has AWS's own code.
func TestRefusalsAreNotRepeated(t *testing.T) {
	for _, operation := range []string{"DescribeServices", "UpdateService"} {
		for _, code := range []string{"AccessDeniedException", "ExpiredTokenException", "BlockedException"} {
			t.Run(operation+", "+code, func(t *testing.T) {
				inWorld(t, Config{}, func(w *world) {
					w.Fail(operation, 100, handlertest.Fault{Code: code})
					answer, err := w.handle(w.handler, event())
					wantFailure(t, answer, err, ReasonFailed, code)
					if got := w.Tries(operation); got != 1 {
						t.Errorf("%d attempts, want one", got)
					}
				})
			})
		}
	}
}

// The SDK has errors of its own that say they are worth another attempt: a
// clock that it has set right meanwhile is one.
func TestWhatTheSDKCallsRetryable(t *testing.T) {
	if !isRetryable(fmt.Errorf("calling ECS: %w", clockSet{})) {
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
// tells what happened. A connection that hangs once costs half of the time.
func TestHangingCall(t *testing.T) {
	for _, operation := range []string{"DescribeServices", "UpdateService"} {
		for timeout, want := range map[time.Duration]time.Duration{60 * time.Second: 50 * time.Second, 8 * time.Second: 6 * time.Second} {
			t.Run(fmt.Sprintf("%s, a timeout of %s", operation, timeout), func(t *testing.T) {
				inWorld(t, Config{}, func(w *world) {
					w.Fail(operation, 100, handlertest.Fault{Hang: time.Hour})
					start := time.Now()
					answer, err := w.handleWithin(timeout, event())
					wantFailure(t, answer, err, ReasonFailed, "OutOfTime")
					if took := time.Since(start); took > want {
						t.Errorf("took %s, want at most %s", took, want)
					}
				})
				inWorld(t, Config{}, func(w *world) {
					w.Fail(operation, 1, handlertest.Fault{Hang: time.Hour})
					if answer, err := w.handleWithin(timeout, event()); err != nil || !answer.Applied {
						t.Errorf("hung once: got %+v, %v, want a redeployment", answer, err)
					}
				})
			})
		}
	}
}

// A timeout of a second leaves no time for a second attempt, and the error says
// so.
func TestHangingCallInASecond(t *testing.T) {
	inWorld(t, Config{}, func(w *world) {
		w.Fail("DescribeServices", 1, handlertest.Fault{Hang: time.Hour})
		answer, err := w.handleWithin(time.Second, event())
		wantFailure(t, answer, err, ReasonFailed, "OutOfTime")
		if strings.Contains(err.Error(), "attempts") {
			t.Errorf("%v, want no word of attempts: there was one", err)
		}
	})
}

// Another error than the end of the time is none, not even one that reads like
// it: the invoker is gone.
func TestOutOfTimeOnlyWhenItIs(t *testing.T) {
	inWorld(t, Config{}, func(w *world) {
		w.Fail("DescribeServices", 1, handlertest.Fault{Hang: time.Hour})
		ctx, cancel := context.WithCancel(w.Context())
		time.AfterFunc(time.Second, cancel)
		answer, err := w.handler.Handle(ctx, event())
		wantFailure(t, answer, err, ReasonFailed, "HandlerError")
	})
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
