package handler

import (
	"io"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/spothandler/spothandler/internal/handler/handlertest"
)

// Fifty siblings go in the same instant, each handled by a sandbox of its own.
func TestSiblingsRedeployOnce(t *testing.T) {
	inWorld(t, Config{}, func(w *world) {
		events := make([][]byte, 50)
		for i := range events {
			events[i] = event(map[string]any{"taskArn": testTask + string(rune('a'+i))})
		}
		answers, errs := w.concurrently(Config{LogGroup: testLogGroup}, events...)
		w.mustCount("UpdateService", 1)
		applied := 0
		for i, answer := range answers {
			switch {
			case errs[i] != nil:
				t.Errorf("sibling %d: %v", i, errs[i])
			case answer.Applied:
				applied++
			case answer.Reason != ReasonAlreadyRedeployed:
				t.Errorf("sibling %d was decided as %s", i, answer.Reason)
			}
		}
		if applied != 1 {
			t.Errorf("%d siblings say they redeployed, want 1", applied)
		}
	})
}

// The winner of a round dies without acting: the next round's winner acts.
func TestClaimRounds(t *testing.T) {
	for round := 1; round <= claimRounds; round++ {
		inWorld(t, Config{}, func(w *world) {
			w.claimedByOthers(round - 1)
			w.mustDecide(ReasonRedeploy, event())
			if got := w.Tries("CreateLogStream"); got != round {
				t.Errorf("%d claims, want %d", got, round)
			}
		})
	}
}

// After three lost rounds Lambda shall try again.
func TestClaimGivesUp(t *testing.T) {
	inWorld(t, Config{}, func(w *world) {
		w.claimedByOthers(3)
		start := time.Now()
		answer, err := w.handle(w.handler, event())
		wantFailure(t, answer, err, ReasonFailed, "ClaimedElsewhere")
		if took := time.Since(start); took < 6*claimWaitMin || took > 6*(claimWaitMax+time.Second) {
			t.Errorf("took %s, want six waits of 2 to 6 s", took)
		}
		w.mustCount("UpdateService", 0)
		w.mustCount("DescribeServices", 1+6)
	})
}

// With little time the waits are short, and the rounds are over in it.
func TestClaimLostAtTheEnd(t *testing.T) {
	inWorld(t, Config{}, func(w *world) {
		w.claimedByOthers(claimRounds)
		notice := event()
		time.Sleep(114 * time.Second)
		answer, err := w.handle(w.handler, notice)
		wantFailure(t, answer, err, ReasonFailed, "ClaimedElsewhere")
	})
}

// A claim that is throttled to the end is no reason to lose the interruption.
func TestClaimThrottledForGood(t *testing.T) {
	inWorld(t, Config{}, func(w *world) {
		w.Fail("CreateLogStream", 10000, handlertest.Throttled())
		w.mustDecide(ReasonRedeploy, event())
		w.mustCount("UpdateService", 1)
	})
}

// Whoever finds, after a lost round, a deployment that nothing else explains,
// leaves the service to the winner.
func TestClaimedElsewhere(t *testing.T) {
	inWorld(t, Config{}, func(w *world) {
		w.claimedByOthers(1)
		time.AfterFunc(time.Second, func() { w.Put(replacedService()) })
		w.mustDecide(ReasonClaimed, event(map[string]any{"startedBy": nil}))
	})
}

// The claim only saves calls: without it every interruption is still handled.
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
			inWorld(t, Config{}, func(w *world) {
				w.Fail("CreateLogStream", c.times, c.fault)
				w.mustDecide(ReasonRedeploy, event())
				w.mustCount("UpdateService", 1)
			})
		})
	}
	t.Run("no log group known", func(t *testing.T) {
		inWorld(t, Config{}, func(w *world) {
			h := New(Config{}, w.ECS(), w.Logs(), io.Discard)
			if answer, err := w.handle(h, event()); err != nil || !answer.Applied {
				t.Errorf("got %+v, %v", answer, err)
			}
			if got := w.Tries("CreateLogStream"); got != 0 {
				t.Errorf("%d claims, want none", got)
			}
		})
	})
}

// A claim that took long leaves what was seen before it too old to act on.
func TestClaimSlow(t *testing.T) {
	inWorld(t, Config{}, func(w *world) {
		w.Fail("CreateLogStream", 1, handlertest.Fault{Hang: 3 * time.Second, Done: true})
		time.AfterFunc(time.Second, func() { w.Put(replacedService()) })
		w.mustDecide(ReasonAlreadyRedeployed, event())
		w.mustCount("CreateLogStream", 1)
		w.mustCount("UpdateService", 0)
	})
}

// A claim is on one deployment: a rollback meanwhile needs another claim.
func TestClaimIsOnTheDeployment(t *testing.T) {
	inWorld(t, Config{}, func(w *world) {
		w.Fail("UpdateService", 10000, handlertest.Throttled())
		time.AfterFunc(3*time.Second, func() {
			service := replacedService()
			service.Deployments[0].RolloutState = "FAILED"
			w.Put(service)
		})
		time.AfterFunc(10*time.Second, func() { w.Heal("UpdateService") })
		w.mustDecide(ReasonRedeploy, event())
		w.mustCount("CreateLogStream", 2)
	})
}

// A claim throttled for three seconds is taken for lost, and the next round
// still saves the interruption.
func TestClaimThrottled(t *testing.T) {
	inWorld(t, Config{}, func(w *world) {
		w.Fail("CreateLogStream", 10000, handlertest.Throttled())
		time.AfterFunc(4*time.Second, func() { w.Heal("CreateLogStream") })
		w.mustDecide(ReasonRedeploy, event())
		w.mustCount("UpdateService", 1)
		w.mustCount("DescribeServices", 3)
		w.mustCount("CreateLogStream", 1)
		calls := w.Calls("CreateLogStream")
		if stream, _ := calls[len(calls)-1].Input["logStreamName"].(string); !strings.HasSuffix(stream, "/2") {
			t.Errorf("the claim is %q, want one of round 2", stream)
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

// claimedByOthers makes the first rounds of the claim on service api lost.
func (w *world) claimedByOthers(rounds int) {
	in := Parse(event())
	for round := range rounds {
		w.Claim(testLogGroup, claimStream(&in, testDeployment, in.EventTime, round+1))
	}
}
