package history

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"

	"github.com/spothandler/spothandler/internal/handler"
)

// monday is the first day of the tests' period.
var monday = time.Date(2026, 11, 9, 0, 0, 0, 0, time.UTC)

const shop = "arn:aws:ecs:eu-west-1:111122223333:cluster/shop"

// group is a log group that responds to FilterLogEvents like CloudWatch Logs: sorted by time, in pages, some
// of them empty, and with a token on all but the last.
type group struct {
	lines    []types.FilteredLogEvent // by time
	pageSize int
	empty    bool // an empty page precedes every other one
	latency  time.Duration

	mu    sync.Mutex
	calls []time.Time
}

func (g *group) add(at time.Time, line string) {
	g.lines = append(g.lines, types.FilteredLogEvent{Timestamp: aws.Int64(at.UnixMilli()), Message: &line})
}

// record adds a record in the function's format.
func (g *group) record(t *testing.T, r handler.Record) {
	t.Helper()
	line, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	g.add(r.Timestamp.Time, string(line))
}

func (g *group) FilterLogEvents(_ context.Context, in *cloudwatchlogs.FilterLogEventsInput, _ ...func(*cloudwatchlogs.Options)) (*cloudwatchlogs.FilterLogEventsOutput, error) {
	time.Sleep(g.latency)
	g.mu.Lock()
	g.calls = append(g.calls, time.Now())
	g.mu.Unlock()
	from, skip := 0, false
	if in.NextToken != nil {
		_, _ = fmt.Sscanf(*in.NextToken, "%d", &from)
		skip = strings.HasSuffix(*in.NextToken, "full")
	}
	at := func(ms int64) int {
		i, _ := slices.BinarySearchFunc(g.lines, ms, func(e types.FilteredLogEvent, ms int64) int { return int(*e.Timestamp - ms) })
		return i
	}
	first, end := at(*in.StartTime), at(*in.EndTime+1)
	from = max(from, first)
	if g.empty && !skip && from < end {
		return &cloudwatchlogs.FilterLogEventsOutput{NextToken: aws.String(fmt.Sprintf("%d full", from))}, nil
	}
	to := min(from+g.pageSize, end)
	out := &cloudwatchlogs.FilterLogEventsOutput{Events: g.lines[from:to]}
	if to < end {
		out.NextToken = aws.String(fmt.Sprint(to))
	}
	return out, nil
}

// notice returns the record of an event of a task, written a second and a half after it.
func notice(task, service, zone string, at time.Time, reason handler.Reason) handler.Record {
	action := handler.ActionSkip
	if reason == handler.ReasonRedeploy {
		action = handler.ActionRedeploy
	}
	return handler.Record{
		Timestamp: handler.Time{Time: at.Add(1500 * time.Millisecond)}, Level: "INFO", Message: "as it is", EventTime: handler.Time{Time: at},
		EventID: "event-" + task, Cluster: shop, Service: service, TaskARN: "arn:aws:ecs:eu-west-1:111122223333:task/shop/" + task,
		AvailabilityZone: zone, Action: action, Reason: reason, Mode: handler.ModeOnce, DeploymentID: "ecs-svc/1",
	}
}

// applied turns the record into that of a redeployment, accepted ms milliseconds after the event.
func applied(r handler.Record, ms int64) handler.Record {
	r.Applied, r.Action, r.Reason, r.ECSResponseMS = true, handler.ActionRedeploy, handler.ReasonRedeploy, &ms
	r.DeploymentBefore, r.DeploymentAfter = r.DeploymentID, "ecs-svc/2"
	return r
}
