package events

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/spothandler/spothandler/internal/localaws/api"
)

// Deliveries returns all events that rules sent to targets, the oldest first. The lock must be held.
func (s *Service) Deliveries() []Delivery { return slices.Clone(s.deliveries) }

// event returns an event's envelope; its time is in whole seconds, as all AWS services write it.
func (s *Service) event(source, detailType string, resources []string, detail api.Obj) api.Obj {
	return api.Obj{
		"version": "0", "id": api.NewID(), "detail-type": detailType, "source": source, "account": s.region.Server.Options.Account,
		"time": time.Now().UTC().Format(time.RFC3339), "region": s.region.Name, "resources": resources, "detail": detail,
	}
}

// Emit sends an event of an AWS service to the default event bus. The lock must be held.
func (s *Service) Emit(source, detailType string, resources []string, detail api.Obj) {
	s.publish(s.event(source, detailType, resources, detail))
}

// putEvents puts events of the caller on the bus. The response contains the failures (EventBridge API,
// PutEvents), such as sources reserved for AWS.
func (s *Service) putEvents(_ *api.Request, in *eventsInput) (any, error) {
	if len(in.Entries) == 0 || len(in.Entries) > maxEntries {
		return nil, invalidEvents("1 validation error detected: Value '[PutEventsRequestEntry]' at 'entries' failed to satisfy constraint: Member must have length between 1 and %d", maxEntries)
	}
	entries, failed := []api.Obj{}, 0
	for _, e := range in.Entries {
		if refusal := e.check(); refusal != nil {
			failed++
			entries = append(entries, api.Obj{"ErrorCode": refusal.Code, "ErrorMessage": refusal.Message})
			continue
		}
		event := s.event(e.Source, e.DetailType, append([]string{}, e.Resources...), nil)
		event["detail"] = json.RawMessage(e.Detail)
		s.publish(event)
		entries = append(entries, api.Obj{"EventId": event["id"]})
	}
	return api.Obj{"FailedEntryCount": failed, "Entries": entries}, nil
}

// maxEntries is the maximum number of events in PutEvents.
const maxEntries = 10

// publish sends an event created by this package.
func (s *Service) publish(e api.Obj) {
	text, err := json.Marshal(e)
	if err == nil { // only valid JSON is published
		_ = s.Send(text)
	}
}

// Send sends an event to the targets of every rule that it matches.
func (s *Service) Send(text json.RawMessage) error {
	var decoded api.Obj
	if err := json.Unmarshal(text, &decoded); err != nil {
		return err
	}
	for _, o := range api.Sorted(s.rules) {
		if o.matches == nil || !strings.HasPrefix(o.State, "ENABLED") || time.Now().Before(o.effective) || !o.matches(decoded) {
			continue
		}
		for _, t := range o.targets {
			s.deliver(o, t, text)
			if s.duplicates {
				s.deliver(o, t, text)
			}
		}
	}
	return nil
}

// deliver sends an event to a target. If the permission is missing Lambda rejects it, and EventBridge does
// not retry.
func (s *Service) deliver(o *rule, t target, event json.RawMessage) {
	payload := event
	if t.Input != "" {
		payload = json.RawMessage(t.Input)
	}
	accepted := s.functions.Deliver(t.Arn, o.Arn, payload)
	s.deliveries = append(s.deliveries, Delivery{Rule: o.Name, Target: t.Arn, Event: event, Accepted: accepted})
}

func (s *Service) testEventPattern(_ *api.Request, in *eventsInput) (any, error) {
	matches, err := parsePattern(in.EventPattern)
	if err != nil {
		return nil, err
	}
	var event api.Obj
	if json.Unmarshal([]byte(in.Event), &event) != nil {
		return nil, invalidEvents("Parameter Event is not valid. Reason: Event is not valid JSON.")
	}
	for _, key := range []string{"id", "account", "source", "time", "region", "resources", "detail-type"} {
		if _, ok := event[key]; !ok {
			return nil, invalidEvents("Parameter Event is not valid. Reason: %s is a required field.", key)
		}
	}
	return api.Obj{"Result": matches(event)}, nil
}
