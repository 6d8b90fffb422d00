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
	"github.com/spothandler/spothandler/internal/session"
)

// The local AWS and moto, an independent implementation, agree on each event of
// the corpus that can be put on an event bus, and on the same event from
// another account or Region.
func TestRuleOnMoto(t *testing.T) {
	config := handlertest.StartMoto(t)
	m := moto{t, eventbridge.NewFromConfig(config), cloudwatchlogs.NewFromConfig(config)}
	tried := 0
	for _, e := range corpus(t) {
		entry, possible := busEntry(e.event)
		if !possible {
			continue
		}
		rules := []string{pattern(t, m.installation(), handler.ModeOnce)}
		if e.name == "running" {
			rules = append(rules, pattern(t, e.installation(), handler.ModeOnce), pattern(t, session.Identity{Account: motoAccount, Region: "us-east-1"}, handler.ModeOnce))
		}
		for _, rule := range rules {
			want, isEvent := matches(t, rule, m.onBus(e.event))
			if !isEvent {
				continue
			}
			tried++
			if got := m.matches(entry, rule, fmt.Sprintf("corpus-%d", tried)); got != want {
				t.Errorf("%s: moto says %t, the local AWS %t", e.name, got, want)
			}
		}
	}
	if tried < 50 {
		t.Errorf("only %d events of the corpus could be tried", tried)
	}
}

const motoAccount = "123456789012"

func (m moto) installation() session.Identity {
	return session.Identity{Partition: "aws", Account: motoAccount, Region: "eu-west-1"}
}

// onBus returns an event as moto delivers it: account and Region are those of
// the event bus, and it is no replay.
func (m moto) onBus(event []byte) []byte {
	m.Helper()
	var envelope map[string]any
	m.must(json.Unmarshal(event, &envelope))
	envelope["account"], envelope["region"] = m.installation().Account, m.installation().Region
	delete(envelope, "replay-name")
	changed, err := json.Marshal(envelope)
	m.must(err)
	return changed
}

// busEntry converts an event for PutEvents. It reports false for an event
// without a source, a type or a detail, and for the largest event, because
// PutEvents would count its envelope twice.
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

// matches reports whether a rule with this pattern delivers an entry to its
// target, a log group used by this rule only.
func (m moto) matches(entry types.PutEventsRequestEntry, pattern, name string) bool {
	m.Helper()
	ctx := m.Context()
	_, err := m.logs.CreateLogGroup(ctx, &cloudwatchlogs.CreateLogGroupInput{LogGroupName: &name})
	m.must(err)
	_, err = m.events.PutRule(ctx, &eventbridge.PutRuleInput{Name: &name, EventPattern: &pattern})
	m.must(err)
	target := types.Target{Id: aws.String("log"), Arn: aws.String("arn:aws:logs:eu-west-1:" + motoAccount + ":log-group:" + name)}
	_, err = m.events.PutTargets(ctx, &eventbridge.PutTargetsInput{Rule: &name, Targets: []types.Target{target}})
	m.must(err)
	_, err = m.events.PutEvents(ctx, &eventbridge.PutEventsInput{Entries: []types.PutEventsRequestEntry{entry}})
	m.must(err)
	_, err = m.events.RemoveTargets(ctx, &eventbridge.RemoveTargetsInput{Rule: &name, Ids: []string{"log"}})
	m.must(err)
	out, err := m.logs.FilterLogEvents(ctx, &cloudwatchlogs.FilterLogEventsInput{LogGroupName: &name})
	var garbled *smithy.DeserializationError
	if errors.As(err, &garbled) {
		return true // moto formats the times of such events with fractions, which the SDK does not parse
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
