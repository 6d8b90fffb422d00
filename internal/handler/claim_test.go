package handler

import (
	"io"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/spothandler/spothandler/internal/handler/handlertest"
)

// Fifty sibling tasks are interrupted at the same instant, each handled by its
// own sandbox.
func TestSiblingsRedeployOnce(t *testing.T) {
	withFixture(t, Config{}, func(w *fixture) {
		events := make([][]byte, 50)
		for i := range events {
			events[i] = event(map[string]any{"taskArn": testTask + string(rune('a'+i))})
		}
		responses, errs := w.concurrently(Config{LogGroup: testLogGroup}, events...)
		w.mustCount("UpdateService", 1)
		applied := 0
		for i, response := range responses {
			switch {
			case errs[i] != nil:
				t.Errorf("sibling %d: %v", i, errs[i])
			case response.Applied:
				applied++
			case response.Reason != ReasonAlreadyRedeployed:
				t.Errorf("sibling %d was decided as %s", i, response.Reason)
			}
		}
		if applied != 1 {
			t.Errorf("%d siblings say they redeployed, want 1", applied)
		}
	})
}

// The winner of a round dies without acting: the winner of the next round acts.
func TestClaimRounds(t *testing.T) {
	for round := 1; round <= claimRounds; round++ {
		withFixture(t, Config{}, func(w *fixture) {
			w.claimedByOthers(round - 1)
			w.mustDecide(ReasonRedeploy, event())
			if got := w.Tries("CreateLogStream"); got != round {
				t.Errorf("%d claims, want %d", got, round)
			}
		})
	}
}

// After three lost rounds the invocation fails, so that Lambda retries.
func TestClaimGivesUp(t *testing.T) {
	withFixture(t, Config{}, func(w *fixture) {
		w.claimedByOthers(3)
		start := time.Now()
		response, err := w.handle(w.handler, event())
		wantFailure(t, response, err, ReasonFailed, "ClaimedElsewhere")
		if took := time.Since(start); took < 6*claimWaitMin || took > 6*(claimWaitMax+time.Second) {
			t.Errorf("took %s, want six waits of 2 to 6 s", took)
		}
		w.mustCount("UpdateService", 0)
		w.mustCount("DescribeServices", 1+6)
	})
}

// With little time left the waits are short, and all rounds fit into it.
func TestClaimLostAtTheEnd(t *testing.T) {
	withFixture(t, Config{}, func(w *fixture) {
		w.claimedByOthers(claimRounds)
		notice := event()
		time.Sleep(114 * time.Second)
		response, err := w.handle(w.handler, notice)
		wantFailure(t, response, err, ReasonFailed, "ClaimedElsewhere")
	})
}

// A claim that is throttled to the end does not lose the interruption.
func TestClaimAlwaysThrottled(t *testing.T) {
	withFixture(t, Config{}, func(w *fixture) {
		w.Fail("CreateLogStream", 10000, handlertest.Throttled())
		w.mustDecide(ReasonRedeploy, event())
		w.mustCount("UpdateService", 1)
	})
}

// An invocation that lost a round leaves the service to the winner once the
// service shows a new deployment.
func TestClaimedElsewhere(t *testing.T) {
	withFixture(t, Config{}, func(w *fixture) {
		w.claimedByOthers(1)
		time.AfterFunc(time.Second, func() { w.Put(replacedService()) })
		w.mustDecide(ReasonClaimed, event(map[string]any{"startedBy": nil}))
	})
}

// The claim only saves calls: every interruption is handled without it, too.
func TestClaimImpossible(t *testing.T) {
	cases := []struct {
		name  string
		fault handlertest.Fault
		times int
	}{
		{"denied", handlertest.Denied(), 1},
		{"no log group", handlertest.Fault{Code: "ResourceNotFoundException"}, 1},
		{"broken", handlertest.Fault{Code: "ServiceUnavailableException", Status: 503}, 100},
		{"hanging", handlertest.Fault{Hang: time.Hour}, 1},
		{"throttled a little", handlertest.Throttled(), 3},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			withFixture(t, Config{}, func(w *fixture) {
				w.Fail("CreateLogStream", c.times, c.fault)
				w.mustDecide(ReasonRedeploy, event())
				w.mustCount("UpdateService", 1)
			})
		})
	}
	t.Run("no log group known", func(t *testing.T) {
		withFixture(t, Config{}, func(w *fixture) {
			h := New(Config{}, w.ECS(), w.Logs(), io.Discard)
			if response, err := w.handle(h, event()); err != nil || !response.Applied {
				t.Errorf("got %+v, %v", response, err)
			}
			if got := w.Tries("CreateLogStream"); got != 0 {
				t.Errorf("%d claims, want none", got)
			}
		})
	})
}

// After a slow claim, the earlier description is too old to act on.
func TestClaimSlow(t *testing.T) {
	withFixture(t, Config{}, func(w *fixture) {
		w.Fail("CreateLogStream", 1, handlertest.Fault{Hang: 3 * time.Second, Done: true})
		time.AfterFunc(time.Second, func() { w.Put(replacedService()) })
		w.mustDecide(ReasonAlreadyRedeployed, event())
		w.mustCount("CreateLogStream", 1)
		w.mustCount("UpdateService", 0)
	})
}

// A claim covers one deployment: a rollback meanwhile needs a new claim.
func TestClaimIsOnTheDeployment(t *testing.T) {
	withFixture(t, Config{}, func(w *fixture) {
		w.Fail("UpdateService", 10000, handlertest.Throttled())
		time.AfterFunc(3*time.Second, func() {
			service := replacedService()
			service.Deployments[0].RolloutState = "FAILED"
			w.Put(service)
		})
		time.AfterFunc(10*time.Second, func() { w.Heal("UpdateService") })
		w.mustDecide(ReasonRedeploy, event())
		claims := w.claims()
		if first, last := claims[0], claims[len(claims)-1]; !strings.Contains(first, testDeployment) || !strings.Contains(last, replacedDeployment) {
			t.Errorf("claims %q, want the first on %s and the last on %s", claims, testDeployment, replacedDeployment)
		}
	})
}

// The claim takes at most half of the remaining time.
func TestClaimHangsWithShortTimeout(t *testing.T) {
	for _, timeout := range []time.Duration{time.Second, 2 * time.Second, 5 * time.Second, 8 * time.Second} {
		t.Run(timeout.String(), func(t *testing.T) {
			withFixture(t, Config{}, func(w *fixture) {
				w.Fail("CreateLogStream", 100, handlertest.Fault{Hang: time.Hour})
				if response, err := w.handleWithin(timeout, event()); err != nil || !response.Applied {
					t.Errorf("got %+v, %v, want a redeployment", response, err)
				}
			})
		})
	}
}

// A claim is retried like any call. If an attempt got no response, an existing
// claim may be another invocation's: the next round decides.
func TestClaimWithoutResponse(t *testing.T) {
	for name, fault := range map[string]handlertest.Fault{
		"closed": {Network: true, Done: true}, "5xx": {Code: "ServiceUnavailableException", Status: 503, Done: true},
	} {
		t.Run(name, func(t *testing.T) {
			withFixture(t, Config{}, func(w *fixture) {
				w.Fail("CreateLogStream", 1, fault)
				w.mustDecide(ReasonRedeploy, event())
				w.mustClaim("/1", "/1", "/2")
			})
			withFixture(t, Config{}, func(w *fixture) {
				claims := 0
				w.Faults = func(operation string) handlertest.Fault {
					if operation == "CreateLogStream" {
						if claims++; claims%2 == 1 {
							return fault
						}
					}
					return handlertest.Fault{}
				}
				w.mustDecide(ReasonRedeploy, event())
				w.mustClaim("/1", "/1", "/2", "/2", "/3", "/3")
			})
		})
	}
}

// While UpdateService fails, the claim expires before others may make it, and
// must be renewed.
func TestClaimEnds(t *testing.T) {
	withFixture(t, Config{}, func(w *fixture) {
		w.Fail("UpdateService", 10000, handlertest.Unavailable())
		time.AfterFunc(8*time.Second, func() { w.Heal("UpdateService") })
		w.mustDecide(ReasonRedeploy, event())
		w.mustCount("UpdateService", 1)
		var claimed time.Time
		for _, call := range w.Calls("") {
			switch call.Operation {
			case "CreateLogStream":
				claimed = call.At
			case "UpdateService":
				if age := call.At.Sub(claimed); age > claimLasts+w.Latency {
					t.Errorf("UpdateService was called %s after the claim", age)
				}
			}
		}
	})
}

// A claim that takes nearly as long as it lasts is still used.
func TestSlowClaimsAfterAFailure(t *testing.T) {
	for _, failing := range []string{"DescribeServices", "UpdateService"} {
		t.Run(failing, func(t *testing.T) {
			withFixture(t, Config{}, func(w *fixture) {
				w.Fail(failing, 1, handlertest.Unavailable())
				w.Fail("CreateLogStream", 100, handlertest.Fault{Hang: 2990 * time.Millisecond})
				start := time.Now()
				w.mustDecide(ReasonRedeploy, event())
				if took := time.Since(start); took > 10*time.Second {
					t.Errorf("took %s", took)
				}
			})
		})
	}
}

// Lambda's retry uses separate rounds: those of the first attempt may all have
// gone to invocations that could not redeploy.
func TestRetryHasSeparateRounds(t *testing.T) {
	withFixture(t, Config{}, func(w *fixture) {
		in := Parse(event())
		for round := range claimRounds {
			w.Claim(testLogGroup, claimStream(&in, testDeployment, in.EventTime, round+1))
		}
		notice := event()
		time.Sleep(retryAge)
		start := time.Now()
		w.mustDecide(ReasonRedeploy, notice)
		if took := time.Since(start); took > time.Second {
			t.Errorf("took %s", took)
		}
	})
}

// If all holders of the claim fail, Lambda's retries redeploy the service.
func TestSiblingsDuringUpdateServiceOutage(t *testing.T) {
	withFixture(t, Config{}, func(w *fixture) {
		w.Fail("UpdateService", 10000, handlertest.Unavailable())
		events := make([][]byte, 5)
		for i := range events {
			events[i] = event(map[string]any{"taskArn": testTask + string(rune('a'+i))})
		}
		_, errs := w.concurrently(Config{LogGroup: testLogGroup}, events...)
		for i, err := range errs {
			if err == nil {
				t.Errorf("sibling %d does not fail", i)
			}
		}
		w.Heal("UpdateService")
		time.Sleep(time.Minute)
		w.concurrently(Config{LogGroup: testLogGroup}, events...)
		w.mustCount("UpdateService", 1)
	})
}

// A claim that is throttled for three seconds counts as lost, and is tried
// again after the waits for its holder.
func TestClaimThrottled(t *testing.T) {
	withFixture(t, Config{}, func(w *fixture) {
		w.Fail("CreateLogStream", 10000, handlertest.Throttled())
		time.AfterFunc(4*time.Second, func() { w.Heal("CreateLogStream") })
		w.mustDecide(ReasonRedeploy, event())
		w.mustCount("UpdateService", 1)
		w.mustCount("DescribeServices", 3)
		w.mustCount("CreateLogStream", 1)
		if claims := w.claims(); !strings.HasSuffix(claims[len(claims)-1], "/1") {
			t.Errorf("claims %q, want the last one in the round that was still open", claims)
		}
	})
}

func TestClaimStream(t *testing.T) {
	in := Interruption{ClusterARN: testCluster, Service: "api"}
	at := time.Date(2026, 11, 23, 2, 14, 7, 0, time.UTC)
	name := claimStream(&in, "ecs-svc/1*:", at, 2)
	if !regexp.MustCompile(`^redeploy/[0-9a-f]{16}/ecs-svc/1__/14961667/2$`).MatchString(name) {
		t.Errorf("got %s", name)
	}
	if other := claimStream(&Interruption{ClusterARN: testCluster, Service: "apj"}, "ecs-svc/1*:", at, 2); other == name {
		t.Error("two services share a claim")
	}
	if other := claimStream(&Interruption{ClusterARN: testCluster + "2", Service: "api"}, "ecs-svc/1*:", at, 2); other == name {
		t.Error("two clusters share a claim")
	}
	if later := claimStream(&in, "ecs-svc/1*:", at.Add(2*time.Minute), 2); later == name {
		t.Error("two interruptions share a claim")
	}
}

// claimedByOthers makes other invocations hold the first rounds of the claim on
// service api, and those of Lambda's retry.
func (w *fixture) claimedByOthers(rounds int) {
	in := Parse(event())
	for round := range rounds {
		w.Claim(testLogGroup, claimStream(&in, testDeployment, in.EventTime, round+1))
		w.Claim(testLogGroup, claimStream(&in, testDeployment, in.EventTime, retryRounds+round+1))
	}
}

// claims returns the names of the requested log streams, as far as the requests
// arrived.
func (w *fixture) claims() []string {
	var all []string
	for _, call := range w.Calls("CreateLogStream") {
		if stream, found := call.Input["logStreamName"].(string); found {
			all = append(all, stream)
		}
	}
	return all
}

// mustClaim checks the suffixes of the requested log streams.
func (w *fixture) mustClaim(want ...string) {
	w.Helper()
	got := w.claims()
	if len(got) != len(want) {
		w.Fatalf("claims %q, want those that end in %q", got, want)
	}
	for i := range want {
		if !strings.HasSuffix(got[i], want[i]) {
			w.Fatalf("claims %q, want those that end in %q", got, want)
		}
	}
}
