package localaws

import (
	"context"
	"strconv"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
)

// The event that is matched against the patterns.
const (
	eventResource = "arn:aws:ecs:us-east-1:123456789012:task/a/b"
	eventDetail   = `{"stopCode":"SpotInterruption","stoppedReason":"Your Spot Task was interrupted.","version":4,"none":null,"ok":true,
		"list":[{"a":1},{"a":2}],"words":["x","y"]}`
	wholeEvent = `{"version":"0","id":"1","detail-type":"ECS Task State Change","source":"aws.ecs","account":"123456789012",
		"time":"2026-01-02T03:04:05Z","region":"us-east-1","resources":["` + eventResource + `"],"detail":` + eventDetail + `}`
)

// patternCase is a pattern with its expected result.
type patternCase struct {
	pattern string
	want    bool
	because string // why moto's result differs
}

func patternCases() []patternCase {
	return []patternCase{
		{pattern: `{"source":["aws.ecs"]}`, want: true},
		{pattern: `{"source":["aws.ec2"]}`},
		{pattern: `{"source":["aws.ec2","aws.ecs"],"region":["us-east-1"]}`, want: true},
		{pattern: `{"source":["aws.ecs"],"region":["eu-west-1"]}`},
		{pattern: `{"resources":[{"prefix":"arn:aws:ecs:"}]}`, want: true},
		{pattern: `{"detail":{"words":["y"]}}`, want: true},
		{pattern: `{"detail":{"version":[4]}}`, want: true},
		{pattern: `{"detail":{"version":["4"]}}`},
		{pattern: `{"detail":{"version":[{"numeric":[">",3,"<=",4]}]}}`, want: true},
		{pattern: `{"detail":{"version":[{"numeric":["<",4]}]}}`},
		{pattern: `{"detail":{"ok":[true],"none":[null]}}`, want: true},
		{pattern: `{"detail":{"absent":[null]}}`},
		{pattern: `{"detail":{"absent":[{"exists":false}]}}`, want: true},
		{pattern: `{"detail":{"absent":{"deeper":[{"exists":false}]}}}`, want: true},
		{pattern: `{"detail":{"stopCode":[{"exists":false}]}}`},
		{pattern: `{"detail":{"stopCode":[{"anything-but":["UserInitiated"]}]}}`, want: true},
		{pattern: `{"detail":{"stopCode":[{"anything-but":{"prefix":"Spot"}}]}}`},
		{pattern: `{"detail":{"absent":[{"anything-but":"x"}]}}`},
		{pattern: `{"detail":{"stoppedReason":[{"suffix":"interrupted."}]}}`, want: true},
		{pattern: `{"detail":{"stoppedReason":[{"wildcard":"*Spot*."}]}}`, want: true},
		{pattern: `{"detail":{"stopCode":[{"equals-ignore-case":"SPOTINTERRUPTION"}]}}`, want: true},
		{pattern: `{"detail":{"list":{"a":[2]}}}`, want: true, because: "moto does not look into objects in lists; EventBridge's guide does (Arrays)"},
		{pattern: `{"detail":{"$or":[{"stopCode":["x"]},{"stoppedReason":[{"prefix":"Your Spot Task"}]}]}}`, want: true},
		{pattern: `{"detail":{"$or":[{"stopCode":["x"]},{"ok":[false]}]}}`},
		{pattern: `{"$or":[{"source":["spothandler.simulate"]},{"source":["aws.ecs"],"detail":{"stopCode":["SpotInterruption"]}}]}`, want: true},
		{pattern: `{"$or":[{"source":["spothandler.simulate"]},{"source":["aws.ecs"],"detail":{"stopCode":["x"]}}]}`},
		{pattern: `{"replay-name":[{"exists":false}],"source":["aws.ecs"]}`, want: true},
		{pattern: `{"replay-name":[{"exists":true}]}`},
		{pattern: `{"source":[{"anything-but":["spothandler.simulate"]}]}`, want: true},
		{pattern: `{"source":[{"anything-but":["aws.ecs"]}]}`},
		{pattern: `{"account":["123456789012"],"region":["us-east-1"]}`, want: true},
		{pattern: `{"account":["444455556666"]}`},
		{pattern: `{"detail":{"$or":[{"stopCode":["SpotInterruption"]},{"ok":[false]}],"version":[5]}}`},
	}
}

func TestPatternsMatch(t *testing.T) {
	_, c := start(t, Options{})
	for _, tt := range patternCases() {
		out, err := c.events.TestEventPattern(t.Context(), &eventbridge.TestEventPatternInput{EventPattern: aws.String(tt.pattern), Event: aws.String(wholeEvent)})
		if err != nil || out.Result != tt.want {
			t.Errorf("%s: %v %v, want %v", tt.pattern, out, err, tt.want)
		}
	}
}

// TestPatternsMatchOnMoto creates a rule for each pattern that writes to a separate log group, because moto
// does not support TestEventPattern.
func TestPatternsMatchOnMoto(t *testing.T) {
	c := clientsOf(moto(t))
	names := map[string]string{}
	for i, tt := range patternCases() {
		names[tt.pattern] = "pattern" + strconv.Itoa(i)
		writeTo(t, c, names[tt.pattern], tt.pattern)
	}
	if _, err := c.events.PutEvents(t.Context(), &eventbridge.PutEventsInput{Entries: []types.PutEventsRequestEntry{{
		Source: aws.String("aws.ecs"), DetailType: aws.String("ECS Task State Change"), Detail: aws.String(eventDetail), Resources: []string{eventResource},
	}}}); err != nil {
		t.Fatal(err)
	}
	for _, tt := range patternCases() {
		want := tt.want == (tt.because == "")
		if got := written(t, c, names[tt.pattern]); got != want {
			t.Errorf("%s: %v, want %v", tt.pattern, got, want)
		}
	}
}

// writeTo creates a rule whose target is the log group with the same name.
func writeTo(t *testing.T, c clients, name, pattern string) {
	t.Helper()
	steps := []func(context.Context) error{
		func(ctx context.Context) error {
			_, err := c.logs.CreateLogGroup(ctx, &cloudwatchlogs.CreateLogGroupInput{LogGroupName: aws.String(name)})
			return err
		},
		func(ctx context.Context) error {
			_, err := c.events.PutRule(ctx, &eventbridge.PutRuleInput{Name: aws.String(name), EventPattern: aws.String(pattern)})
			return err
		},
		func(ctx context.Context) error {
			group := "arn:aws:logs:us-east-1:123456789012:log-group:" + name
			_, err := c.events.PutTargets(ctx, &eventbridge.PutTargetsInput{Rule: aws.String(name), Targets: []types.Target{{Id: aws.String("g"), Arn: aws.String(group)}}})
			return err
		},
	}
	for _, step := range steps {
		if err := step(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
}

// written reports whether the log group contains anything.
func written(t *testing.T, c clients, group string) bool {
	t.Helper()
	out, err := c.logs.FilterLogEvents(t.Context(), &cloudwatchlogs.FilterLogEventsInput{LogGroupName: aws.String(group)})
	if codeOf(err) == "no AWS response" { // moto formats the times of such events with fractions, which the SDK does not parse
		return true
	}
	if err != nil {
		t.Fatal(err)
	}
	return len(out.Events) > 0
}
