package rule_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
	"github.com/aws/smithy-go"

	"github.com/spothandler/spothandler/internal/handler"
	"github.com/spothandler/spothandler/internal/handler/handlertest"
)

// The local AWS and moto, an AWS written by others, agree on each event of the
// corpus that can be put on a bus.
func TestRuleOnMoto(t *testing.T) {
	config := handlertest.StartMoto(t)
	m := moto{t, eventbridge.NewFromConfig(config), cloudwatchlogs.NewFromConfig(config)}
	rule := pattern(t, handler.ModeOnce)
	tried := 0
	for _, e := range corpus(t) {
		entry, possible := busEntry(e.event)
		want, isEvent := matches(t, rule, e.event)
		if !possible || !isEvent {
			continue
		}
		tried++
		if got := m.lets(entry, rule, fmt.Sprintf("corpus-%d", tried)); got != want {
			t.Errorf("%s: moto says %t, the local AWS %t", e.name, got, want)
		}
	}
	if tried < 40 {
		t.Errorf("only %d events of the corpus could be tried", tried)
	}
}

// busEntry is an event as PutEvents takes it. An event without a source, a
// type or a detail cannot be put, nor can the largest one, whose envelope
// PutEvents would count twice.
func busEntry(event []byte) (types.PutEventsRequestEntry, bool) {
	var envelope struct {
		Source     string          `json:"source"`
		DetailType string          `json:"detail-type"`
		Detail     json.RawMessage `json:"detail"`
		Resources  []string        `json:"resources"`
	}
	err := json.Unmarshal(event, &envelope)
	whole := err == nil && envelope.Source != "" && envelope.DetailType != "" && len(envelope.Detail) > 0 && envelope.Detail[0] == '{'
	return types.PutEventsRequestEntry{
		Source: &envelope.Source, DetailType: &envelope.DetailType, Detail: aws.String(string(envelope.Detail)), Resources: envelope.Resources,
	}, whole && len(event) < 200_000
}

// moto is a client of a moto server.
type moto struct {
	*testing.T
	events *eventbridge.Client
	logs   *cloudwatchlogs.Client
}

// lets tells whether a rule with this pattern hands an entry to its target,
// which is a log group of the rule's own.
func (m moto) lets(entry types.PutEventsRequestEntry, pattern, name string) bool {
	m.Helper()
	ctx := m.Context()
	_, err := m.logs.CreateLogGroup(ctx, &cloudwatchlogs.CreateLogGroupInput{LogGroupName: &name})
	m.must(err)
	_, err = m.events.PutRule(ctx, &eventbridge.PutRuleInput{Name: &name, EventPattern: &pattern})
	m.must(err)
	target := types.Target{Id: aws.String("log"), Arn: aws.String("arn:aws:logs:eu-west-1:123456789012:log-group:" + name)}
	_, err = m.events.PutTargets(ctx, &eventbridge.PutTargetsInput{Rule: &name, Targets: []types.Target{target}})
	m.must(err)
	_, err = m.events.PutEvents(ctx, &eventbridge.PutEventsInput{Entries: []types.PutEventsRequestEntry{entry}})
	m.must(err)
	_, err = m.events.RemoveTargets(ctx, &eventbridge.RemoveTargetsInput{Rule: &name, Ids: []string{"log"}})
	m.must(err)
	out, err := m.logs.FilterLogEvents(ctx, &cloudwatchlogs.FilterLogEventsInput{LogGroupName: &name})
	var garbled *smithy.DeserializationError
	if errors.As(err, &garbled) {
		return true // moto writes the times of such events with fractions, which the SDK does not read
	}
	m.must(err)
	return len(out.Events) > 0
}

func (m moto) must(err error) {
	m.Helper()
	if err != nil {
		m.Fatal(err)
	}
}
