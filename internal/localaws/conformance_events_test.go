package localaws

import (
	"context"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
)

const (
	ruleARN   = "arn:aws:events:us-east-1:123456789012:rule/spot"
	targetARN = "arn:aws:lambda:us-east-1:123456789012:function:worker"
)

// putRule creates the rule "spot" with change applied.
func putRule(change func(*eventbridge.PutRuleInput)) func(context.Context, clients) (string, error) {
	return func(ctx context.Context, c clients) (string, error) {
		in := &eventbridge.PutRuleInput{
			Name: aws.String("spot"), EventPattern: aws.String(`{"source":["aws.ecs"]}`), Description: aws.String("first"),
			Tags: []types.Tag{{Key: aws.String("a"), Value: aws.String("1")}},
		}
		change(in)
		out, err := c.events.PutRule(ctx, in)
		if err != nil {
			return "", err
		}
		return aws.ToString(out.RuleArn), nil
	}
}

func withPattern(pattern string) func(context.Context, clients) (string, error) {
	return refused(putRule(func(in *eventbridge.PutRuleInput) {
		in.Name, in.EventPattern, in.Tags = aws.String("bad"), aws.String(pattern), nil
	}))
}

func describeRule(ctx context.Context, c clients) (string, error) {
	out, err := c.events.DescribeRule(ctx, &eventbridge.DescribeRuleInput{Name: aws.String("spot")})
	if err != nil {
		return "", err
	}
	return text(aws.ToString(out.Arn), out.State, aws.ToString(out.EventPattern), aws.ToString(out.Description)), nil
}

func ruleTags(ctx context.Context, c clients) (string, error) {
	out, err := c.events.ListTagsForResource(ctx, &eventbridge.ListTagsForResourceInput{ResourceARN: aws.String(ruleARN)})
	if err != nil {
		return "", err
	}
	var facts []any
	for _, t := range out.Tags {
		facts = append(facts, aws.ToString(t.Key)+"="+aws.ToString(t.Value))
	}
	return text(facts...), nil
}

func putTargets(targets ...types.Target) func(context.Context, clients) (string, error) {
	return func(ctx context.Context, c clients) (string, error) {
		out, err := c.events.PutTargets(ctx, &eventbridge.PutTargetsInput{Rule: aws.String("spot"), Targets: targets})
		if err != nil {
			return "", err
		}
		return text(out.FailedEntryCount), nil
	}
}

func targetNamed(id string) types.Target {
	return types.Target{Id: aws.String(id), Arn: aws.String(targetARN)}
}

func listTargets(ctx context.Context, c clients) (string, error) {
	out, err := c.events.ListTargetsByRule(ctx, &eventbridge.ListTargetsByRuleInput{Rule: aws.String("spot")})
	if err != nil {
		return "", err
	}
	var facts []any
	for _, t := range out.Targets {
		facts = append(facts, aws.ToString(t.Id))
		if t.RetryPolicy != nil {
			facts = append(facts, aws.ToInt32(t.RetryPolicy.MaximumRetryAttempts), aws.ToInt32(t.RetryPolicy.MaximumEventAgeInSeconds))
		}
	}
	return text(facts...), nil
}

func deleteRule(ctx context.Context, c clients) (string, error) {
	_, err := c.events.DeleteRule(ctx, &eventbridge.DeleteRuleInput{Name: aws.String("spot")})
	return "done", err
}

func eventsSteps() []step {
	spot := aws.String("spot")
	return []step{
		{name: "describe what is not there", call: describeRule, want: "ResourceNotFoundException"},
		{name: "put a rule", call: putRule(func(*eventbridge.PutRuleInput) {}), want: ruleARN},
		{name: "a name with a slash", call: refused(putRule(func(in *eventbridge.PutRuleInput) { in.Name = aws.String("a/b") })), want: "ValidationException", moto: accepted, because: lax},
		{name: "a name too long", call: refused(putRule(func(in *eventbridge.PutRuleInput) { in.Name = aws.String(strings.Repeat("x", 65)) })), want: "ValidationException", moto: accepted, because: lax},
		{name: "no pattern", call: putRule(func(in *eventbridge.PutRuleInput) { in.Name, in.EventPattern = aws.String("bad"), nil }), want: "ValidationException"},
		{name: "another bus", call: putRule(func(in *eventbridge.PutRuleInput) { in.EventBusName = aws.String("none") }), want: "ResourceNotFoundException"},
		{name: "a pattern that is no JSON", call: withPattern("{"), want: "InvalidEventPatternException"},
		{name: "a pattern with a bare value", call: withPattern(`{"source":"aws.ecs"}`), want: "InvalidEventPatternException"},
		{name: "a pattern with an empty list", call: withPattern(`{"source":[]}`), want: "InvalidEventPatternException"},
		{name: "a pattern with an unknown matcher", call: withPattern(`{"source":[{"like":"x"}]}`), want: "InvalidEventPatternException", moto: accepted, because: "moto checks types only; AWS: Unrecognized match type"},
		{name: "describe it", call: describeRule, want: ruleARN + ` ENABLED {"source":["aws.ecs"]} first`},
		{name: "disable it", want: ruleARN + ` DISABLED {"source":["aws.ecs"]} first`, call: func(ctx context.Context, c clients) (string, error) {
			if _, err := c.events.DisableRule(ctx, &eventbridge.DisableRuleInput{Name: spot}); err != nil {
				return "", err
			}
			return describeRule(ctx, c)
		}},
		{
			name: "put it again with less and with other tags", want: ruleARN,
			call: putRule(func(in *eventbridge.PutRuleInput) {
				in.Description, in.Tags = nil, []types.Tag{{Key: aws.String("b"), Value: aws.String("2")}}
			}),
		},
		{name: "what it left out is gone, and it is enabled", call: describeRule, want: ruleARN + ` ENABLED {"source":["aws.ecs"]}`},
		{name: "its tags are the old ones", call: ruleTags, want: "a=1", moto: "a=1 b=2", because: "the API reference of PutRule: tags are ignored where the rule exists"},
		{name: "tag it", want: "a=1 b=2", call: func(ctx context.Context, c clients) (string, error) {
			if _, err := c.events.TagResource(ctx, &eventbridge.TagResourceInput{ResourceARN: aws.String(ruleARN), Tags: []types.Tag{{Key: aws.String("b"), Value: aws.String("2")}}}); err != nil {
				return "", err
			}
			return ruleTags(ctx, c)
		}},
		{name: "untag it", want: "b=2", call: func(ctx context.Context, c clients) (string, error) {
			if _, err := c.events.UntagResource(ctx, &eventbridge.UntagResourceInput{ResourceARN: aws.String(ruleARN), TagKeys: []string{"a", "absent"}}); err != nil {
				return "", err
			}
			return ruleTags(ctx, c)
		}},
		{name: "a target", call: putTargets(types.Target{Id: aws.String("t"), Arn: aws.String(targetARN), RetryPolicy: &types.RetryPolicy{
			MaximumRetryAttempts: aws.Int32(3), MaximumEventAgeInSeconds: aws.Int32(120),
		}}), want: "0"},
		{name: "the target", call: listTargets, want: "t 3 120"},
		{name: "the same target again, with less", call: putTargets(targetNamed("t")), want: "0"},
		{name: "the target now", call: listTargets, want: "t"},
		{name: "a target that is no ARN", call: putTargets(types.Target{Id: aws.String("u"), Arn: aws.String("worker")}), want: "ValidationException"},
		{name: "too many retries", call: refused(putTargets(types.Target{Id: aws.String("t"), Arn: aws.String(targetARN), RetryPolicy: &types.RetryPolicy{MaximumRetryAttempts: aws.Int32(186)}})), want: "ValidationException", moto: accepted, because: lax},
		{name: "six targets", call: refused(putTargets(targetNamed("u"), targetNamed("v"), targetNamed("w"), targetNamed("x"), targetNamed("y"))), want: "LimitExceededException", moto: accepted, because: "EventBridge quotas: 5 targets a rule"},
		{name: "delete it with its target", call: deleteRule, want: "ValidationException"},
		{name: "remove the target", want: "0", call: func(ctx context.Context, c clients) (string, error) {
			out, err := c.events.RemoveTargets(ctx, &eventbridge.RemoveTargetsInput{Rule: spot, Ids: []string{"t", "u", "v", "w", "x", "y"}})
			if err != nil {
				return "", err
			}
			return text(out.FailedEntryCount), nil
		}},
		{name: "delete it", call: deleteRule, want: "done"},
		{name: "delete it again", call: deleteRule, want: "done"},
		{name: "targets of what is not there", call: listTargets, want: "ResourceNotFoundException"},
		{name: "put an event", call: putEvents(ownEvent(`{"a":1}`)), want: "0"},
		{name: "put an event of AWS's", call: putEvents(eventOf("aws.ecs")), want: "1 NotAuthorizedForSourceException", moto: "0", because: "moto takes every source; the API reference of PutEvents: sources that begin with aws. are AWS's"},
		{name: "put an event of nobody", call: putEvents(eventOf("")), want: "1 InvalidArgument"},
		{name: "put an event whose detail is no JSON", call: putEvents(ownEvent(`{`), ownEvent(`{}`)), want: "1 MalformedDetail"},
		{name: "put eleven events", call: putEvents(make([]types.PutEventsRequestEntry, 11)...), want: "ValidationException"},
	}
}

func eventOf(source string) types.PutEventsRequestEntry {
	e := ownEvent(`{}`)
	e.Source = aws.String(source)
	return e
}

func ownEvent(detail string) types.PutEventsRequestEntry {
	return types.PutEventsRequestEntry{Source: aws.String("spothandler.simulate"), DetailType: aws.String("spothandler.simulate"), Detail: aws.String(detail)}
}

// putEvents returns how many events failed, and why.
func putEvents(entries ...types.PutEventsRequestEntry) func(context.Context, clients) (string, error) {
	return func(ctx context.Context, c clients) (string, error) {
		out, err := c.events.PutEvents(ctx, &eventbridge.PutEventsInput{Entries: entries})
		if err != nil {
			return "", err
		}
		facts := []any{out.FailedEntryCount}
		for _, e := range out.Entries {
			if e.ErrorCode != nil {
				facts = append(facts, *e.ErrorCode)
			}
		}
		return text(facts...), nil
	}
}
