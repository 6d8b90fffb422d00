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

// Retryable failures are retried until the time to act is over: 45 s after an
// event that came promptly, so that Lambda's retry can still act, else 115 s;
// and 5 s, or a quarter of a short timeout, before the deadline.
func TestAttemptsUntilTheTimeIsOver(t *testing.T) {
	cases := []struct {
		name    string
		timeout time.Duration
		age     time.Duration // of the event
		want    time.Duration // after which nothing is attempted
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
					withFixture(t, Config{}, func(w *fixture) {
						w.Fail(operation, 10000, f.fault)
						notice := event()
						time.Sleep(c.age)
						start := time.Now()
						response, err := w.handleWithin(c.timeout, notice)
						wantFailure(t, response, err, ReasonFailed, f.typ)
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

// The first retries come soon: three take about a second.
func TestFirstAttemptsComeSoon(t *testing.T) {
	for _, operation := range []string{"DescribeServices", "UpdateService", "CreateLogStream"} {
		t.Run(operation, func(t *testing.T) {
			withFixture(t, Config{}, func(w *fixture) {
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

// An event at the end of its time is still tried once.
func TestOldEventIsTriedOnce(t *testing.T) {
	withFixture(t, Config{}, func(w *fixture) {
		notice := event()
		time.Sleep(117 * time.Second)
		w.mustDecide(ReasonRedeploy, notice)
	})
}

func TestThrottledForAWhile(t *testing.T) {
	for _, operation := range []string{"DescribeServices", "UpdateService"} {
		t.Run(operation, func(t *testing.T) {
			withFixture(t, Config{}, func(w *fixture) {
				w.Fail(operation, 8, handlertest.Throttled())
				w.mustDecide(ReasonRedeploy, event())
				w.mustCount("UpdateService", 1)
			})
		})
	}
}

// After a wait of more than two seconds the service is described again, because
// another invocation may have redeployed it meanwhile.
func TestDescribesAgainAfterWait(t *testing.T) {
	withFixture(t, Config{}, func(w *fixture) {
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

// A call whose response was lost may have succeeded: the service is described
// before a retry.
func TestLostResponseIsNotRepeatedBlindly(t *testing.T) {
	for _, mode := range []Mode{ModeOnce, ModeAlways} {
		for name, fault := range map[string]handlertest.Fault{
			"network":     {Network: true, Done: true},
			"5xx":         {Code: "ServerException", Status: 500, Done: true},
			"cut midway":  {Cut: true, Done: true},
			"broken JSON": {Body: "{", Done: true},
			"empty":       {Body: "{}", Done: true},
		} {
			t.Run(string(mode)+", "+name, func(t *testing.T) {
				withFixture(t, Config{Mode: mode}, func(w *fixture) {
					w.Fail("UpdateService", 1, fault)
					w.mustDecide(ReasonAlreadyRedeployed, event())
					w.mustCount("UpdateService", 1)
				})
			})
		}
	}
}

// If the call was not carried out the description shows it, in mode always too.
func TestLostCallIsRepeated(t *testing.T) {
	for _, mode := range []Mode{ModeOnce, ModeAlways} {
		t.Run(string(mode), func(t *testing.T) {
			withFixture(t, Config{Mode: mode}, func(w *fixture) {
				w.Fail("UpdateService", 2, handlertest.CutOff())
				w.mustDecide(ReasonRedeploy, event())
				w.mustCount("UpdateService", 1)
				w.mustCount("DescribeServices", 3)
			})
		})
	}
}

// A call that would be refused again is not retried, and the error has AWS's
// own code.
func TestRefusalsAreNotRepeated(t *testing.T) {
	for _, operation := range []string{"DescribeServices", "UpdateService"} {
		for _, code := range []string{"AccessDeniedException", "ExpiredTokenException", "BlockedException"} {
			t.Run(operation+", "+code, func(t *testing.T) {
				withFixture(t, Config{}, func(w *fixture) {
					w.Fail(operation, 100, handlertest.Fault{Code: code})
					response, err := w.handle(w.handler, event())
					wantFailure(t, response, err, ReasonFailed, code)
					if got := w.Tries(operation); got != 1 {
						t.Errorf("%d attempts, want one", got)
					}
				})
			})
		}
	}
}

// The SDK marks some of its own errors as retryable, such as a clock skew that
// it has corrected.
func TestWhatTheSDKCallsRetryable(t *testing.T) {
	if !isRetryable(fmt.Errorf("calling ECS: %w", clockSet{})) {
		t.Error("is not tried again")
	}
}

type clockSet struct{ error }

func (clockSet) RetryableError() bool { return true }

// A permanent failure is not returned to Lambda as an error, so there is no
// retry.
func TestPermanentFailureIsNotReturned(t *testing.T) {
	for _, code := range []string{
		"InvalidParameterException", "ClientException", "ValidationException", "UnsupportedFeatureException", "PlatformUnknownException",
		"PlatformTaskDefinitionIncompatibilityException", "NamespaceNotFoundException",
	} {
		t.Run(code, func(t *testing.T) {
			withFixture(t, Config{}, func(w *fixture) {
				w.Fail("UpdateService", 100, handlertest.Fault{Code: code})
				if response := w.mustDecide(ReasonFailed, event()); response.Action != ActionFail {
					t.Errorf("got %s, want %s", response.Action, ActionFail)
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

// A call that hangs ends before Lambda's timeout, so that the function still
// reports the outcome. A single hanging connection costs half of the time.
func TestHangingCall(t *testing.T) {
	for _, operation := range []string{"DescribeServices", "UpdateService"} {
		for timeout, want := range map[time.Duration]time.Duration{60 * time.Second: 50 * time.Second, 8 * time.Second: 6 * time.Second} {
			t.Run(fmt.Sprintf("%s, a timeout of %s", operation, timeout), func(t *testing.T) {
				withFixture(t, Config{}, func(w *fixture) {
					w.Fail(operation, 100, handlertest.Fault{Hang: time.Hour})
					start := time.Now()
					response, err := w.handleWithin(timeout, event())
					wantFailure(t, response, err, ReasonFailed, "OutOfTime")
					if took := time.Since(start); took > want {
						t.Errorf("took %s, want at most %s", took, want)
					}
				})
				withFixture(t, Config{}, func(w *fixture) {
					w.Fail(operation, 1, handlertest.Fault{Hang: time.Hour})
					if response, err := w.handleWithin(timeout, event()); err != nil || !response.Applied {
						t.Errorf("hung once: got %+v, %v, want a redeployment", response, err)
					}
				})
			})
		}
	}
}

// A timeout of a second leaves no time for a second attempt, and the error does
// not mention any. It is reported before Lambda ends the sandbox.
func TestHangingCallInASecond(t *testing.T) {
	withFixture(t, Config{}, func(w *fixture) {
		w.Fail("DescribeServices", 1, handlertest.Fault{Hang: time.Hour})
		start := time.Now()
		response, err := w.handleWithin(time.Second, event())
		wantFailure(t, response, err, ReasonFailed, "OutOfTime")
		if took := time.Since(start); took > 750*time.Millisecond {
			t.Errorf("returned after %s, want a quarter of the time left to report it", took)
		}
		if strings.Contains(err.Error(), "attempts") {
			t.Errorf("%v, want no mention of attempts: there was one", err)
		}
	})
}

// Only the end of the deadline counts as out of time; a canceled context does
// not.
func TestOutOfTimeOnlyWhenTimeIsOver(t *testing.T) {
	withFixture(t, Config{}, func(w *fixture) {
		w.Fail("DescribeServices", 1, handlertest.Fault{Hang: time.Hour})
		ctx, cancel := context.WithCancel(w.Context())
		time.AfterFunc(time.Second, cancel)
		response, err := w.handler.Handle(ctx, event())
		wantFailure(t, response, err, ReasonFailed, "HandlerError")
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

// A later notice of the same interruption can wait, and so can an invocation
// that lost the claim: another one describes the service.
func TestLaterNoticesCallRarely(t *testing.T) {
	tries := map[string]int{}
	for name, test := range map[string]struct {
		status string
		lost   int // rounds of the claim
	}{"first": {"RUNNING", 0}, "later": {"DEACTIVATING", 0}, "loser": {"RUNNING", 1}} {
		withFixture(t, Config{}, func(w *fixture) {
			w.claimedByOthers(test.lost)
			time.AfterFunc(time.Duration(test.lost)*time.Second, func() { w.Fail("DescribeServices", 10000, handlertest.Throttled()) })
			synctest.Wait()
			if name == "later" { // otherwise it would know whether another invocation acts
				w.Fail("CreateLogStream", 10000, handlertest.Throttled())
			}
			response, err := w.handle(w.handler, event(map[string]any{"lastStatus": test.status}))
			wantFailure(t, response, err, ReasonFailed, "ThrottlingException")
			tries[name] = w.Tries("DescribeServices") - test.lost
		})
	}
	if tries["later"] > 6 || tries["loser"] > 6 || tries["first"] < 2*tries["later"] {
		t.Errorf("asked %v times", tries)
	}
}

// Only throttling makes later notices wait longer: a lost connection does not.
func TestLaterNoticesRetryAtOnce(t *testing.T) {
	withFixture(t, Config{}, func(w *fixture) {
		w.Fail("DescribeServices", 1, handlertest.Reset())
		start := time.Now()
		w.mustDecide(ReasonRedeploy, event(map[string]any{"lastStatus": "DEACTIVATING"}))
		if took := time.Since(start); took > time.Second {
			t.Errorf("took %s", took)
		}
	})
}
