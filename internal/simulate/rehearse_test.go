package simulate

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	logs "github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"
	policies "github.com/aws/aws-sdk-go-v2/service/iam/types"

	"github.com/spothandler/spothandler/internal/deploy/resource"
	"github.com/spothandler/spothandler/internal/deploy/settings"
	"github.com/spothandler/spothandler/internal/handler"
)

// run rehearses in virtual time.
func run(t *testing.T, w *world, at *Installed, check func(*Result)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		if w.may == "" {
			w.may = policies.PolicyEvaluationDecisionTypeAllowed
		}
		if w.reason == "" {
			w.reason = handler.ReasonRedeploy
		}
		result, err := w.rehearsal(at).Run(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		check(result)
	})
}

func (r *Result) step(name Link) Step {
	for _, step := range r.Steps {
		if step.Name == name {
			return step
		}
	}
	return Step{}
}

func prod() settings.Spec { return settings.Defaults("prod") }

// The event is a simulated one, and each link has a time.
func TestRunOnAWorkingPath(t *testing.T) {
	w := &world{latency: 2 * time.Second}
	run(t, w, installed(prod(), nil), func(r *Result) {
		if !r.Works() || !r.Seen || r.Skipped || len(r.Steps) != 6 {
			t.Fatalf("got %+v, want a path that works", r)
		}
		if len(w.sent) != 1 || aws.ToString(w.sent[0].Source) != handler.SimulateSource || aws.ToString(w.sent[0].DetailType) != handler.SimulateSource {
			t.Errorf("sent %+v, want one rehearsal", w.sent)
		}
		if got := *r.step(LinkFunction).MS; got != 1000 {
			t.Errorf("the function took %d ms, want 1000", got)
		}
		if got := *r.step(LinkRecord).MS; got < 2000 || got > 4500 {
			t.Errorf("the record took %d ms, want about 2000", got)
		}
		for i := 10; i < len(w.looks); i++ { // AWS allows five calls a second
			if w.looks[i].Sub(w.looks[i-5]) < time.Second {
				t.Errorf("more than five looks within a second: %v", w.looks)
			}
		}
	})
}

// A rule that does not match yet matches the second event.
func TestRunSendsASecondEvent(t *testing.T) {
	w := &world{latency: time.Second, hearsFrom: 1}
	run(t, w, installed(prod(), nil), func(r *Result) {
		if !r.Works() || len(w.sent) != 2 {
			t.Errorf("%d events sent and %+v, want a path that works by the second", len(w.sent), r)
		}
	})
}

// If no link is broken but the record is not found, the rehearsal ends within the limit, and says that a new rule may
// need time.
func TestRunEndsWithoutARecord(t *testing.T) {
	w := &world{hearsFrom: 99}
	began := time.Time{}
	run(t, w, installed(prod(), nil), func(r *Result) {
		began = w.sentAt[0]
		record := r.step(LinkRecord)
		if r.Works() || !record.Broken() || !strings.Contains(record.Detail, "not seen yet") || !strings.Contains(record.Detail, "a new rule may take a minute") {
			t.Errorf("got %+v", record)
		}
		if function := r.step(LinkFunction); function.OK != nil {
			t.Errorf("got %+v, want what nobody knows as not checked", function)
		}
		if len(w.sent) != 2 {
			t.Errorf("%d events sent, want 2", len(w.sent))
		}
		if took := time.Since(began); took < waitLongest || took > waitLongest+5*time.Second {
			t.Errorf("it took %s", took)
		}
	})
}

// A customer managed key may be the cause.
func TestRunNamesTheKeyIfNoRecordIsFound(t *testing.T) {
	spec := prod()
	spec.KMSKey = "arn:aws:kms:eu-west-1:111122223333:key/k"
	run(t, &world{hearsFrom: 99}, installed(spec, nil), func(r *Result) {
		if got := r.step(LinkRecord).Detail; !strings.Contains(got, spec.KMSKey) {
			t.Errorf("%q does not name the key", got)
		}
	})
}

// EventBridge rejects an event with status 200.
func TestRunSeesAFailedEntry(t *testing.T) {
	run(t, &world{refused: "InternalFailure"}, installed(prod(), nil), func(r *Result) {
		if event := r.step(LinkEvent); r.Works() || r.Sent || !strings.Contains(event.Detail, "InternalFailure") {
			t.Errorf("got %+v", event)
		}
	})
}

// Without permission to read the log group, the links are not checked, and none is reported as broken.
func TestRunWithoutPermissionToReadTheLog(t *testing.T) {
	run(t, &world{readError: denied("logs:FilterLogEvents")}, installed(prod(), nil), func(r *Result) {
		if r.Works() || r.Broken() != nil || r.step(LinkRecord).Detail != "no permission for logs:FilterLogEvents" {
			t.Errorf("got %+v", r)
		}
	})
}

// A log group that was deleted meanwhile is named.
func TestRunWithoutALogGroup(t *testing.T) {
	run(t, &world{readError: &logs.ResourceNotFoundException{}}, installed(prod(), nil), func(r *Result) {
		if record := r.step(LinkRecord); !record.Broken() || record.Fix != "spothandler install --prefix prod" {
			t.Errorf("got %+v", record)
		}
	})
}

// The function was invoked, but lacks the permission to read the service.
func TestRunSeesTheFunctionFail(t *testing.T) {
	run(t, &world{reason: handler.ReasonFailed}, installed(prod(), nil), func(r *Result) {
		if first := r.Broken(); first == nil || first.Name != LinkFunction || !strings.Contains(first.Detail, "ecs:DescribeServices") || first.Fix == "" {
			t.Errorf("got %+v", first)
		}
	})
}

// IAM is asked about the permission that is not tried; if that is denied, the rest of the path still works.
func TestRunAsksForThePermission(t *testing.T) {
	run(t, &world{may: policies.PolicyEvaluationDecisionTypeImplicitDeny}, installed(prod(), nil), func(r *Result) {
		if first := r.Broken(); r.Works() || first == nil || first.Name != LinkPermission || !strings.Contains(first.Detail, "shop/api") || !strings.Contains(first.Fix, "the role's own policy allows it") {
			t.Errorf("got %+v", first)
		}
	})
	run(t, &world{mayError: denied("iam:SimulatePrincipalPolicy")}, installed(prod(), nil), func(r *Result) {
		if permission := r.step(LinkPermission); !r.Works() || permission.OK != nil || !strings.Contains(permission.Detail, "no permission for iam:SimulatePrincipalPolicy") {
			t.Errorf("got %+v", permission)
		}
	})
}

// A path that is known to be broken is not tried: the broken link is named with its fix.
func TestRunNamesTheBrokenLink(t *testing.T) {
	disabled, throttled, narrow := prod(), prod(), prod()
	disabled.RuleState, throttled.ReservedConcurrency, narrow.Clusters = "DISABLED", 0, []string{"batch"}
	for name, c := range map[string]struct {
		spec   settings.Spec
		change func(*resource.State)
		link   Link
		fix    string
	}{
		"rule disabled out of band":         {prod(), func(s *resource.State) { s.Triggers[0].Rule.State = "DISABLED" }, LinkRule, "spothandler install --prefix prod"},
		"rule disabled as configured":       {disabled, nil, LinkRule, "spothandler install --prefix prod --rule-state ENABLED"},
		"throttled out of band":             {prod(), func(s *resource.State) { s.Function.ReservedConcurrency = 0 }, LinkFunction, "spothandler install --prefix prod"},
		"throttled as configured":           {throttled, nil, LinkFunction, "spothandler install --prefix prod --reserved-concurrency -1"},
		"another cluster":                   {narrow, nil, LinkRule, "spothandler install --prefix prod --cluster batch --cluster shop"},
		"a pattern that hears no rehearsal": {prod(), func(s *resource.State) { s.Triggers[0].Rule.Pattern = `{"source":["aws.ecs"]}` }, LinkRule, "spothandler upgrade --prefix prod"},
		"a pattern of somebody's":           {prod(), func(s *resource.State) { s.Triggers[0].Rule.Pattern = `{"source":["aws.s3"]}` }, LinkRule, "spothandler install --prefix prod"},
	} {
		t.Run(name, func(t *testing.T) {
			w := &world{}
			run(t, w, installed(c.spec, c.change), func(r *Result) {
				if first := r.Broken(); first == nil || first.Name != c.link || first.Fix != c.fix {
					t.Errorf("got %+v, want %s and %q", first, c.link, c.fix)
				}
				if len(w.sent) > 0 || r.Sent {
					t.Errorf("an event was sent")
				}
			})
		})
	}
}

// Ctrl-C ends the wait at once.
func TestRunEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
		defer cancel()
		began := time.Now()
		_, err := (&world{hearsFrom: 99, may: "allowed"}).rehearsal(installed(prod(), nil)).Run(ctx)
		if !errors.Is(err, context.DeadlineExceeded) || time.Since(began) != 3*time.Second {
			t.Errorf("%v after %s", err, time.Since(began))
		}
	})
}
