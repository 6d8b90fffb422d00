//go:build linux

package main_test

import (
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"github.com/spothandler/spothandler/internal/handler/handlertest"
)

const (
	requestID  = "8476a536-e9f4-11e8-9739-2dfe598c3fcd"
	logGroup   = "/aws/lambda/ecs-fargate-spot-handler"
	cluster    = "arn:aws:ecs:eu-west-1:111122223333:cluster/shop"
	deployment = "ecs-svc/1000000000000000001"
)

// notice returns the event of an interruption of a task of service api, now.
func notice(cluster, startedBy, task, lastStatus string) []byte {
	raw, _ := json.Marshal(map[string]any{
		"source": "aws.ecs", "detail-type": "ECS Task State Change", "id": "9bcdac79",
		"time": time.Now().UTC().Format(time.RFC3339),
		"detail": map[string]any{
			"clusterArn": cluster, "group": "service:api", "startedBy": startedBy, "taskArn": task,
			"stopCode": "SpotInterruption", "stoppedReason": "Your Spot Task was interrupted.",
			"desiredStatus": "STOPPED", "lastStatus": lastStatus, "capacityProviderName": "FARGATE_SPOT", "launchType": "FARGATE",
		},
	})
	return raw
}

func running(task string) []byte { return notice(cluster, deployment, task, "RUNNING") }

// The first invocation redeploys, and the warm sandbox remembers it.
func TestColdAndWarm(t *testing.T) {
	f, aws := startWithAWS(t)
	response := f.mustDecide("redeploy", running("a"))
	if response["deployment_after"] != aws.Primary(cluster, "api") || response["deployment_before"] != deployment {
		t.Errorf("got %v, and the service is at %s", response, aws.Primary(cluster, "api"))
	}
	calls := len(aws.Calls(""))
	f.mustDecide("already_redeployed", running("b"))
	if got := len(aws.Calls("")); got != calls {
		t.Errorf("%d calls of the warm sandbox, want none", got-calls)
	}
	f.mustDecide("not_an_interruption", []byte(`{}`))
	for _, record := range f.records() {
		if record["request_id"] != requestID {
			t.Errorf("record %v does not name the request", record)
		}
	}
	if got := len(f.records()); got != 3 {
		t.Errorf("%d records, want one an invocation:\n%s", got, f.written())
	}
}

// A failure is returned as an error with AWS's code as its type, and the
// sandbox stays alive.
func TestErrorResponse(t *testing.T) {
	f, aws := startWithAWS(t)
	aws.Fail("UpdateService", 1, handlertest.Denied())
	f.mustFail("AccessDeniedException", invocation{event: running("a"), timeout: time.Minute})
	f.mustDecide("not_an_interruption", []byte(`{}`))
	if got := len(f.records()); got != 2 {
		t.Errorf("%d records, want one an invocation:\n%s", got, f.written())
	}
}

// An event that is not JSON gets a response, too.
func TestEventIsNotJSON(t *testing.T) {
	f, _ := startWithAWS(t)
	f.mustDecide("not_an_interruption", []byte("\x00 garbage"))
}

// The function retries after any single fault.
func TestFaultsOnce(t *testing.T) {
	for name, fault := range map[string]handlertest.Fault{
		"503": handlertest.Unavailable(), "closed": handlertest.Reset(), "cut midway": handlertest.CutOff(), "throttled": handlertest.Throttled(),
		"HTML": handlertest.HTML(http.StatusOK), "HTML, 403": handlertest.HTML(http.StatusForbidden), "broken JSON": handlertest.BrokenJSON(),
	} {
		t.Run(name, func(t *testing.T) {
			f, aws := startWithAWS(t)
			for _, operation := range []string{"DescribeServices", "CreateLogStream", "UpdateService"} {
				aws.Fail(operation, 1, fault)
			}
			f.mustDecide("redeploy", running("a"))
			if got := aws.Count("UpdateService", ""); got != 1 {
				t.Errorf("%d redeployments, want one", got)
			}
		})
	}
}

// The deadline in the request for an event is the handler's: without it, the call that hangs would be abandoned after ten
// seconds, and its retry would succeed. How long before the deadline it responds is TestHangingCallInASecond's.
func TestDeadline(t *testing.T) {
	f, aws := startWithAWS(t)
	aws.Fail("DescribeServices", 1, handlertest.Fault{Hang: time.Hour})
	f.mustFail("OutOfTime", invocation{event: running("a"), timeout: time.Second})
}

// SIGTERM ends an idle sandbox by itself: nothing catches the signal to finish something first.
func TestSIGTERM(t *testing.T) {
	f, _ := startWithAWS(t)
	f.mustDecide("redeploy", running("a"))
	if err := f.terminate(); err == nil || err.Error() != "signal: terminated" {
		t.Errorf("ended with %v, want the signal", err)
	}
}

func TestLogLevels(t *testing.T) {
	for level, want := range map[string]int{"DEBUG": 2, "INFO": 1, "WARNING": 0, "ERROR": 0} {
		t.Run(level, func(t *testing.T) {
			f, _ := startWithAWS(t, "LOG_LEVEL="+level)
			f.mustDecide("redeploy", running("a"))
			if got := len(f.records()); got != want {
				t.Errorf("%d records, want %d:\n%s", got, want, f.written())
			}
		})
	}
}

// An invoker requests a dry run with the client context.
func TestDryRun(t *testing.T) {
	f, aws := startWithAWS(t)
	r := f.invokeWith(invocation{running("a"), time.Minute, `{"custom":{"spothandler":"dry-run"}}`})
	if response := f.response(r); response["reason"] != "redeploy" || response["applied"] != false || response["dry_run"] != true {
		t.Errorf("got %v", response)
	}
	if got := aws.Primary(cluster, "api"); got != deployment {
		t.Errorf("the service is at %s, want it unchanged", got)
	}
}

// An invalid environment ends the sandbox with a record that names the accepted
// values.
func TestBadEnvironment(t *testing.T) {
	f, _ := startWithAWS(t, "SPOTHANDLER_REDEPLOY=twice")
	if err := f.wait(); err == nil {
		t.Error("ended without an error")
	}
	records := f.records()
	want := `reading SPOTHANDLER_REDEPLOY: "twice" is not once, always or observe`
	if len(records) != 1 || records[0]["error"] != want {
		t.Errorf("wrote %s, want %s", f.written(), want)
	}
}
