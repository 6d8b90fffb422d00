package services

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/smithy-go"

	"github.com/spothandler/spothandler/internal/eventpattern"
	"github.com/spothandler/spothandler/internal/handler"
)

// bridge responds to TestEventPattern like EventBridge, or fails, or responds like an emulator without support.
type bridge struct {
	err   error
	empty bool
}

func (b bridge) TestEventPattern(_ context.Context, in *eventbridge.TestEventPatternInput, _ ...func(*eventbridge.Options)) (*eventbridge.TestEventPatternOutput, error) {
	if b.err != nil || b.empty {
		return &eventbridge.TestEventPatternOutput{}, b.err
	}
	matches, err := eventpattern.Parse(*in.EventPattern)
	if err != nil {
		return nil, err
	}
	var event map[string]any
	if err := json.Unmarshal([]byte(*in.Event), &event); err != nil {
		return nil, err
	}
	return &eventbridge.TestEventPatternOutput{Result: matches(event)}, nil
}

// EventBridge matches a pattern against a real notice; our own matcher is only used if EventBridge cannot.
func TestTestPattern(t *testing.T) {
	notice := Notice(arnRoot+"cluster/shop", "api", time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC))
	const (
		fits  = `{"source":["aws.ecs"],"detail":{"stopCode":["SpotInterruption"],"group":["service:api"]}}`
		other = `{"source":["aws.ecs"],"detail":{"stopCode":["UserInitiated"]}}`
	)
	for _, test := range []struct {
		name    string
		bridge  bridge
		pattern string
		want    *bool
		why     string
	}{
		{"matches", bridge{}, fits, aws.Bool(true), ""},
		{"does not", bridge{}, other, aws.Bool(false), ""},
		{"an emulator cannot tell: ours matches", bridge{empty: true}, fits, aws.Bool(true), ""},
		{"an emulator cannot tell: ours does not", bridge{empty: true}, other, aws.Bool(false), ""},
		{"denied", bridge{err: &smithy.GenericAPIError{Code: "AccessDeniedException", Message: "no"}}, fits, nil, "no permission for events:TestEventPattern"},
	} {
		got, unread, err := TestPattern(t.Context(), test.bridge, test.pattern, notice)
		why := ""
		if unread != nil {
			why = unread.Why
		}
		if err != nil || (got == nil) != (test.want == nil) || got != nil && *got != *test.want || why != test.why {
			t.Errorf("%s: %v, %q, %v", test.name, got, why, err)
		}
	}
	if reason := handler.Decide(handler.Situation{Event: handler.Parse(notice.JSON()), Now: notice2026()}); reason.Action != handler.ActionLook {
		t.Errorf("the gate says %s of the notice", reason.Reason)
	}
}

func notice2026() time.Time { return time.Date(2026, 11, 1, 12, 0, 1, 0, time.UTC) }

// withoutTags is a partition where ECS does not support tags.
type withoutTags struct{ *fakeAWS }

func (w withoutTags) DescribeServices(ctx context.Context, in *ecs.DescribeServicesInput, options ...func(*ecs.Options)) (*ecs.DescribeServicesOutput, error) {
	if len(in.Include) > 0 {
		return nil, &smithy.GenericAPIError{Code: "UnsupportedFeatureException", Message: "tags are not supported"}
	}
	return w.fakeAWS.DescribeServices(ctx, in, options...)
}

// In a partition without tags, services are read without them, like the function does; in others, denied
// access is an error.
func TestPartitionWithoutTags(t *testing.T) {
	for partition, want := range map[string]int{"aws-iso": 1, "aws": 0} {
		w := &fakeAWS{}
		w.addCluster("shop", Spot)
		w.addService("shop", "api", Spot)
		w.clusters[0].ClusterArn = aws.String("arn:" + partition + ":ecs:us-iso-east-1:111122223333:cluster/shop")
		clients := w.clients()
		clients.ECS = withoutTags{w}
		facts, err := Read(t.Context(), clients, Options{})
		if err != nil || len(facts.Services) != want {
			t.Errorf("%s: %d services, %v", partition, len(facts.Services), err)
		}
	}
}

// On Fargate the base is placed first, and the rest by weight.
func TestPlaced(t *testing.T) {
	s := &Service{Service: types.Service{CapacityProviderStrategy: []types.CapacityProviderStrategyItem{
		{CapacityProvider: aws.String(OnDemand), Base: 1, Weight: 1}, {CapacityProvider: aws.String(Spot), Weight: 4},
	}}}
	for n, want := range map[int]int{0: 0, 1: 1, 6: 2, 11: 3} {
		if got := s.Placed(OnDemand, n); got != want {
			t.Errorf("%d tasks: %d on demand, want %d", n, got, want)
		}
	}
}
