package localaws

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"
)

// Delivery is one event sent to one target of one rule.
type Delivery struct {
	Time     time.Time       `json:"time"`
	Rule     string          `json:"rule"`
	Target   string          `json:"target"` // ARN
	Event    json.RawMessage `json:"event"`
	Accepted bool            `json:"accepted"` // false: the target's resource policy lacks the permission, or it is no target here
}

// Deliveries gives all events that rules sent to targets in the server's own region, the oldest first.
func (s *Server) Deliveries() []Delivery {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.region(s.opts.Region).events.deliveries)
}

// eventJSON is an event's envelope.
type eventJSON struct {
	Version    string         `json:"version"`
	ID         string         `json:"id"`
	DetailType string         `json:"detail-type"`
	Source     string         `json:"source"`
	Account    string         `json:"account"`
	Time       string         `json:"time"` // whole seconds, as all AWS services write it
	Region     string         `json:"region"`
	Resources  []string       `json:"resources"`
	Detail     map[string]any `json:"detail"`
}

func (s *eventsService) event(source, detailType string, resources []string, detail map[string]any) eventJSON {
	return eventJSON{
		Version: "0", ID: newID(), DetailType: detailType, Source: source, Account: s.region.server.opts.Account,
		Time: time.Now().UTC().Format(time.RFC3339), Region: s.region.name, Resources: resources, Detail: detail,
	}
}

// publish sends an event to the targets of every rule that it matches.
func (s *eventsService) publish(e eventJSON) {
	text, err := json.Marshal(e)
	if err != nil { // only what was JSON before goes in
		return
	}
	var decoded map[string]any
	if decodeJSON(string(text), &decoded) != nil {
		return
	}
	for _, name := range slices.Sorted(maps.Keys(s.rules)) {
		o := s.rules[name]
		if o.text == "" || !strings.HasPrefix(o.state, "ENABLED") || time.Now().Before(o.effective) || !o.pattern.matches(decoded) {
			continue
		}
		for _, t := range o.targets {
			s.deliver(o, t, text)
			if s.region.server.opts.DuplicateEvents {
				s.deliver(o, t, text)
			}
		}
	}
}

// deliver hands an event to a target. Lambda refuses it at once where the permission is missing, and EventBridge does
// not try again then.
func (s *eventsService) deliver(o *rule, t target, event json.RawMessage) {
	payload := event
	if t.Input != "" {
		payload = json.RawMessage(t.Input)
	}
	d := Delivery{Time: time.Now(), Rule: o.name, Target: t.Arn, Event: event}
	if f := s.region.lambda.functions[functionRef{FunctionName: t.Arn}.name()]; f != nil && !f.gone() && f.conf.FunctionArn == strings.TrimSuffix(t.Arn, ":$LATEST") {
		d.Accepted = f.allows("events.amazonaws.com", s.region.arn("events", "rule/"+o.name))
		if d.Accepted {
			f.enqueue(payload, "")
		}
	}
	s.deliveries = append(s.deliveries, d)
}

type testPatternInput struct {
	EventPattern string `check:"required"`
	Event        string `check:"required"`
}

type testPatternAnswer struct {
	Result bool
}

func (s *eventsService) testEventPattern(_ *call, in testPatternInput) (testPatternAnswer, error) {
	p, err := parsePattern(in.EventPattern)
	if err != nil {
		return testPatternAnswer{}, err
	}
	var event map[string]any
	if decodeJSON(in.Event, &event) != nil {
		return testPatternAnswer{}, invalidEvents("Parameter Event is not valid. Reason: Event is not valid JSON.")
	}
	for _, key := range []string{"id", "account", "source", "time", "region", "resources", "detail-type"} {
		if _, ok := event[key]; !ok {
			return testPatternAnswer{}, invalidEvents("Parameter Event is not valid. Reason: %s is a required field.", key)
		}
	}
	return testPatternAnswer{p.matches(event)}, nil
}

type putEventsInput struct {
	Entries []struct {
		Source, DetailType, Detail, EventBusName string
		Resources                                []string
	}
}

type putEventsAnswer struct {
	FailedEntryCount int
	Entries          []map[string]string
}

// putEvents publishes custom events; AWS's own sources are refused.
func (s *eventsService) putEvents(_ *call, in putEventsInput) (putEventsAnswer, error) {
	answer := putEventsAnswer{Entries: []map[string]string{}}
	for _, entry := range in.Entries {
		var detail map[string]any
		switch {
		case strings.HasPrefix(entry.Source, "aws."):
			answer.fail("NotAuthorizedForSourceException", "Not authorized for the source.")
		case entry.Source == "" || entry.DetailType == "" || entry.Detail == "":
			answer.fail("InvalidArgument", "Parameter Source, DetailType and Detail are required.")
		case json.Unmarshal([]byte(entry.Detail), &detail) != nil:
			answer.fail("MalformedDetail", "Detail is malformed.")
		default:
			e := s.event(entry.Source, entry.DetailType, append([]string{}, entry.Resources...), detail)
			answer.Entries = append(answer.Entries, map[string]string{"EventId": e.ID})
			s.publish(e)
		}
	}
	return answer, nil
}

func (a *putEventsAnswer) fail(code, message string) {
	a.FailedEntryCount++
	a.Entries = append(a.Entries, map[string]string{"ErrorCode": code, "ErrorMessage": message})
}
