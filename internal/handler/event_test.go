package handler

import (
	"log/slog"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"
)

func TestParse(t *testing.T) {
	const event = `{
		"id": "9bcdac79", "time": "2026-11-23T02:14:07Z", "source": "aws.ecs", "detail-type": "ECS Task State Change",
		"account": "111122223333", "region": "cn-north-1", "replay-name": "last-week",
		"detail": {
			"clusterArn": "arn:aws-cn:ecs:cn-north-1:111122223333:cluster/shop", "group": "service:api",
			"taskArn": "arn:aws-cn:ecs:cn-north-1:111122223333:task/shop/7c1f", "taskDefinitionArn": "td:31",
			"stopCode": "SpotInterruption", "stoppedReason": "Your Spot Task was interrupted.",
			"startedBy": "ecs-svc/1", "lastStatus": "RUNNING", "capacityProviderName": "FARGATE_SPOT",
			"launchType": "FARGATE", "availabilityZone": "cn-north-1a", "version": 5, "containers": [{}]
		}}`
	want := Interruption{
		EventID: "9bcdac79", EventTime: time.Date(2026, 11, 23, 2, 14, 7, 0, time.UTC),
		Source: "aws.ecs", DetailType: "ECS Task State Change", Account: "111122223333", Region: "cn-north-1", ReplayName: "last-week",
		ClusterARN: "arn:aws-cn:ecs:cn-north-1:111122223333:cluster/shop", Service: "api",
		TaskARN: "arn:aws-cn:ecs:cn-north-1:111122223333:task/shop/7c1f", TaskDefinitionARN: "td:31",
		StopCode: "SpotInterruption", StoppedReason: "Your Spot Task was interrupted.",
		StartedBy: "ecs-svc/1", LastStatus: "RUNNING", CapacityProvider: "FARGATE_SPOT",
		LaunchType: "FARGATE", AvailabilityZone: "cn-north-1a", Version: 5,
	}
	if got := Parse([]byte(event)); got != want {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

// A field that is missing, null or of another type is empty and affects no
// other field.
func TestParseIsTolerant(t *testing.T) {
	cases := map[string]Interruption{
		``:                      {},
		`not JSON`:              {},
		`[]`:                    {},
		`null`:                  {},
		`{}`:                    {},
		`{"detail": null}`:      {},
		`{"detail": "x"}`:       {},
		`{"time": "yesterday"}`: {},
		`{"id": 5, "source": "aws.ecs", "detail": {"version": "5", "stopCode": ["x"], "lastStatus": "RUNNING"}}`: {Source: "aws.ecs", LastStatus: "RUNNING"},
		`{"detail": {"group": "service:a:b"}}`: {Service: "a:b"},
		`{"detail": {"group": "family:job"}}`:  {},
		`{"detail": {"group": "service"}}`:     {},
		`{"detail": {"group": "service:"}}`:    {},
	}
	for event, want := range cases {
		t.Run(event, func(t *testing.T) {
			if got := Parse([]byte(event)); got != want {
				t.Errorf("got %+v, want %+v", got, want)
			}
		})
	}
}

// A task ARN of the long form identifies the cluster if the event does not.
func TestParseClusterFromTask(t *testing.T) {
	cases := map[string]string{
		"arn:aws-us-gov:ecs:us-gov-west-1:111122223333:task/shop/7c1f": "arn:aws-us-gov:ecs:us-gov-west-1:111122223333:cluster/shop",
		"arn:aws:ecs:eu-west-1:111122223333:task/7c1f":                 "",
		"7c1f": "",
		"":     "",
	}
	for task, want := range cases {
		if got := Parse([]byte(`{"detail": {"taskArn": "` + task + `"}}`)).ClusterARN; got != want {
			t.Errorf("%q: got %q, want %q", task, got, want)
		}
	}
}

// An event that is larger than EventBridge's limit is rejected unread: it costs
// no further memory at any log level.
func TestTooLargeEvent(t *testing.T) {
	withFixture(t, Config{LogLevel: slog.LevelDebug}, func(w *fixture) {
		large := event(map[string]any{"padding": strings.Repeat("x", 6<<20)})
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		response := w.mustDecide(ReasonNotAnInterruption, large)
		runtime.ReadMemStats(&after)
		if took := after.TotalAlloc - before.TotalAlloc; took > uint64(len(large))/10 {
			t.Errorf("%d bytes were allocated for an event of %d", took, len(large))
		}
		if !strings.Contains(response.Message, strconv.Itoa(len(large))) || len(w.Calls("")) > 0 {
			t.Errorf("got %q and calls %v, want the size and no call", response.Message, w.Calls(""))
		}
		if got := w.summary(); got["level"] != "WARNING" || len(w.records()) != 1 {
			t.Errorf("logged %v, want one warning", got)
		}
	})
}

// The largest event that EventBridge delivers is read.
func TestLargestEvent(t *testing.T) {
	withFixture(t, Config{}, func(w *fixture) {
		room := maxEventSize - len(event(map[string]any{"padding": ""}))
		w.mustDecide(ReasonRedeploy, event(map[string]any{"padding": strings.Repeat("x", room)}))
		w.mustDecide(ReasonNotAnInterruption, event(map[string]any{"padding": strings.Repeat("x", room+1)}))
	})
}
