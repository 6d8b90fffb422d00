package services

import (
	"context"
	"encoding/json"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/arn"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"golang.org/x/time/rate"

	"github.com/spothandler/spothandler/internal/eventpattern"
	"github.com/spothandler/spothandler/internal/handler"
)

// PartPattern is the result of matching a rule's pattern against a notice.
const PartPattern Part = "pattern"

// Notice returns the event that ECS sends two minutes before it stops an interrupted task of the service,
// given the ARN of the service's cluster.
func Notice(clusterARN, service string, at time.Time) handler.Event {
	task := &types.Task{
		ClusterArn: &clusterARN, TaskArn: aws.String(taskIn(clusterARN)), Group: aws.String("service:" + service), StartedBy: aws.String("ecs-svc/1"),
		LastStatus: aws.String("RUNNING"), CapacityProviderName: aws.String(Spot), LaunchType: types.LaunchTypeFargate, CreatedAt: &at,
	}
	return handler.InterruptionEvent(task, at)
}

// taskIn returns the ARN of a task that does not exist.
func taskIn(clusterARN string) string {
	parsed, err := arn.Parse(clusterARN)
	if err != nil {
		return ""
	}
	parsed.Resource = "task/" + handler.NameOf(clusterARN) + "/00000000000000000000000000000000"
	return parsed.String()
}

// MatchesAny reports whether an event pattern, as JSON, matches one of the events according to package
// eventpattern. An error means that the pattern is invalid or not supported.
func MatchesAny(pattern string, events []handler.Event) (bool, error) {
	matches, err := eventpattern.Parse(pattern)
	if err != nil {
		return false, err
	}
	for _, e := range events {
		var event map[string]any
		if err := json.Unmarshal(e.JSON(), &event); err != nil {
			return false, err
		}
		if matches(event) {
			return true, nil
		}
	}
	return false, nil
}

// PatternAPI is the part of EventBridge that evaluates patterns.
type PatternAPI interface {
	TestEventPattern(context.Context, *eventbridge.TestEventPatternInput, ...func(*eventbridge.Options)) (*eventbridge.TestEventPatternOutput, error)
}

var _ PatternAPI = (*eventbridge.Client)(nil)

// TestPattern reports whether a pattern matches an event according to EventBridge. Some emulators always
// return false, even for a pattern that matches every notice: then package eventpattern decides. If EventBridge
// could not be called, Unread says why; an error is the context's.
func TestPattern(ctx context.Context, api PatternAPI, pattern string, event handler.Event) (*bool, *Unread, error) {
	r := &reader{denied: map[string]Unread{}}
	ask := func(pattern string) (*eventbridge.TestEventPatternOutput, *Unread, error) {
		return read(ctx, r, rate.NewLimiter(rate.Inf, 1), access{PartPattern, "events:TestEventPattern", "", true}, func(ctx context.Context) (*eventbridge.TestEventPatternOutput, error) {
			return api.TestEventPattern(ctx, &eventbridge.TestEventPatternInput{EventPattern: &pattern, Event: aws.String(string(event.JSON()))})
		})
	}
	response, unread, err := ask(pattern)
	if err != nil || unread != nil {
		return nil, unread, err
	}
	if response.Result {
		return &response.Result, nil, nil
	}
	control, unread, err := ask(`{"source":["` + handler.EventSource + `"]}`)
	if err != nil || unread != nil {
		return nil, unread, err
	}
	if control.Result {
		return &response.Result, nil, nil
	}
	matches, err := MatchesAny(pattern, []handler.Event{event})
	if err != nil {
		return nil, &Unread{Part: PartPattern, Action: "events:TestEventPattern", Why: "the rule's pattern: " + err.Error()}, nil //nolint:nilerr // it is reported as unread
	}
	return &matches, nil, nil
}
