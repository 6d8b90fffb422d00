package localaws

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/spothandler/spothandler/internal/eventpattern"
)

// Delivery is one event sent to one target of one rule.
type Delivery struct {
	Rule     string
	Target   string // ARN
	Event    json.RawMessage
	Accepted bool // false: the target's resource policy lacks the permission, or it is no target here
}

// Deliveries gives all events that rules sent to targets in the server's own region, the oldest first.
func (s *Server) Deliveries() []Delivery {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.region(s.opts.Region).events.deliveries)
}

// event makes an event's envelope; its time is whole seconds, as all AWS services write it.
func (s *eventsService) event(source, detailType string, resources []string, detail obj) obj {
	return obj{
		"version": "0", "id": newID(), "detail-type": detailType, "source": source, "account": s.region.server.opts.Account,
		"time": time.Now().UTC().Format(time.RFC3339), "region": s.region.name, "resources": resources, "detail": detail,
	}
}

// publish sends an event to the targets of every rule that it matches.
func (s *eventsService) publish(e obj) {
	var decoded obj
	text, err := json.Marshal(e)
	if err != nil || json.Unmarshal(text, &decoded) != nil { // only what can be JSON goes in
		return
	}
	for _, o := range sorted(s.rules) {
		if o.matches == nil || !strings.HasPrefix(o.State, "ENABLED") || time.Now().Before(o.effective) || !o.matches(decoded) {
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
	d := Delivery{Rule: o.Name, Target: t.Arn, Event: event}
	f := s.region.lambda.named((&lambdaInput{FunctionName: t.Arn}).name())
	if f != nil && f.conf.FunctionArn == strings.TrimSuffix(t.Arn, ":$LATEST") && f.allows("events.amazonaws.com", o.Arn) {
		d.Accepted = true
		f.enqueue(payload, "")
	}
	s.deliveries = append(s.deliveries, d)
}

// parsePattern reads a rule's pattern.
func parsePattern(text string) (eventpattern.Pattern, error) {
	matches, err := eventpattern.Parse(text)
	if err != nil {
		return nil, refuse("InvalidEventPatternException", "Event pattern is not valid. Reason: %v", err)
	}
	return matches, nil
}

func (s *eventsService) testEventPattern(_ *call, in *eventsInput) (any, error) {
	matches, err := parsePattern(in.EventPattern)
	if err != nil {
		return nil, err
	}
	var event obj
	if json.Unmarshal([]byte(in.Event), &event) != nil {
		return nil, invalidEvents("Parameter Event is not valid. Reason: Event is not valid JSON.")
	}
	for _, key := range []string{"id", "account", "source", "time", "region", "resources", "detail-type"} {
		if _, ok := event[key]; !ok {
			return nil, invalidEvents("Parameter Event is not valid. Reason: %s is a required field.", key)
		}
	}
	return obj{"Result": matches(event)}, nil
}
