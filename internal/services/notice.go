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

// PartPattern is whether a rule's pattern matches a notice.
const PartPattern Part = "pattern"

// Notice returns the event of an interruption of a task of a service, given the ARN of its cluster, as ECS sends
// it at the beginning of the two minutes.
func Notice(clusterARN, service string, at time.Time) handler.Event {
	task := &types.Task{
		ClusterArn: &clusterARN, TaskArn: aws.String(taskIn(clusterARN)), Group: aws.String("service:" + service), StartedBy: aws.String("ecs-svc/1"),
		LastStatus: aws.String("RUNNING"), CapacityProviderName: aws.String(Spot), LaunchType: types.LaunchTypeFargate, CreatedAt: &at,
	}
	return handler.InterruptionEvent(task, at)
}

// taskIn is the ARN of a task that does not exist.
func taskIn(clusterARN string) string {
	parsed, err := arn.Parse(clusterARN)
	if err != nil {
		return ""
	}
	parsed.Resource = "task/" + handler.NameOf(clusterARN) + "/00000000000000000000000000000000"
	return parsed.String()
}

// MatchesAny reports whether an event pattern, as JSON, matches one of the events by our own matcher. An error says
// that the pattern is none that it knows.
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

// PatternAPI is what is asked of EventBridge about patterns.
type PatternAPI interface {
	TestEventPattern(context.Context, *eventbridge.TestEventPatternInput, ...func(*eventbridge.Options)) (*eventbridge.TestEventPatternOutput, error)
}

var _ PatternAPI = (*eventbridge.Client)(nil)

// TestPattern asks EventBridge whether a pattern matches an event. An AWS that cannot tell, as some emulators,
// says no to a pattern that fits every notice as well: there our own matcher answers. Where EventBridge may not be
// asked, Unread says why; an error is the end of the context.
func TestPattern(ctx context.Context, api PatternAPI, pattern string, event handler.Event) (*bool, *Unread, error) {
	r := &reader{denied: map[string]Unread{}}
	ask := func(pattern string) (*eventbridge.TestEventPatternOutput, *Unread, error) {
		return read(ctx, r, rate.NewLimiter(rate.Inf, 1), access{PartPattern, "events:TestEventPattern", "", true}, func(ctx context.Context) (*eventbridge.TestEventPatternOutput, error) {
			return api.TestEventPattern(ctx, &eventbridge.TestEventPatternInput{EventPattern: &pattern, Event: aws.String(string(event.JSON()))})
		})
	}
	answer, unread, err := ask(pattern)
	if err != nil || unread != nil {
		return nil, unread, err
	}
	if answer.Result {
		return &answer.Result, nil, nil
	}
	control, unread, err := ask(`{"source":["` + handler.EventSource + `"]}`)
	if err != nil || unread != nil {
		return nil, unread, err
	}
	if control.Result {
		return &answer.Result, nil, nil
	}
	matches, err := MatchesAny(pattern, []handler.Event{event})
	if err != nil {
		return nil, &Unread{Part: PartPattern, Action: "events:TestEventPattern", Why: "the rule's pattern: " + err.Error()}, nil //nolint:nilerr // it is told as unread
	}
	return &matches, nil, nil
}
