package localaws

import (
	"encoding/json"
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

// event makes an event's envelope; its time is whole seconds, as all AWS services write it.
func (s *eventsService) event(source, detailType string, resources []string, detail obj) obj {
	return obj{
		"version": "0", "id": newID(), "detail-type": detailType, "source": source, "account": s.region.server.opts.Account,
		"time": time.Now().UTC().Format(time.RFC3339), "region": s.region.name, "resources": resources, "detail": detail,
	}
}

// publish sends an event to the targets of every rule that it matches.
func (s *eventsService) publish(e obj) {
	text, err := json.Marshal(e)
	decoded, ok := plain(e).(obj)
	if err != nil || !ok { // only what was JSON before goes in
		return
	}
	for _, o := range sorted(s.rules) {
		if o.EventPattern == "" || !strings.HasPrefix(o.State, "ENABLED") || time.Now().Before(o.effective) || !o.pattern.matches(decoded) {
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
	d := Delivery{Time: time.Now(), Rule: o.Name, Target: t.Arn, Event: event}
	f := s.region.lambda.named((&lambdaInput{FunctionName: t.Arn}).name())
	if f != nil && f.conf.FunctionArn == strings.TrimSuffix(t.Arn, ":$LATEST") && f.allows("events.amazonaws.com", o.Arn) {
		d.Accepted = true
		f.enqueue(payload, "")
	}
	s.deliveries = append(s.deliveries, d)
}

func (s *eventsService) testEventPattern(_ *call, in *eventsInput) (any, error) {
	p, err := parsePattern(in.EventPattern)
	if err != nil {
		return nil, err
	}
	var event obj
	if decodeJSON(in.Event, &event) != nil {
		return nil, invalidEvents("Parameter Event is not valid. Reason: Event is not valid JSON.")
	}
	for _, key := range []string{"id", "account", "source", "time", "region", "resources", "detail-type"} {
		if _, ok := event[key]; !ok {
			return nil, invalidEvents("Parameter Event is not valid. Reason: %s is a required field.", key)
		}
	}
	return obj{"Result": p.matches(event)}, nil
}

// putEvent is one of the events of PutEvents.
type putEvent struct {
	Source, DetailType, Detail string
	Resources                  []string
}

// putEvents publishes custom events; AWS's own sources are refused. What fails says so in its entry.
func (s *eventsService) putEvents(_ *call, in *eventsInput) (any, error) {
	entries, failed := []obj{}, 0
	for _, entry := range in.Entries {
		var detail obj
		var refusal *Error
		switch {
		case strings.HasPrefix(entry.Source, "aws."):
			refusal = refuse("NotAuthorizedForSourceException", "Not authorized for the source.")
		case entry.Source == "" || entry.DetailType == "" || entry.Detail == "":
			refusal = refuse("InvalidArgument", "Parameter Source, DetailType and Detail are required.")
		case json.Unmarshal([]byte(entry.Detail), &detail) != nil:
			refusal = refuse("MalformedDetail", "Detail is malformed.")
		}
		if refusal != nil {
			failed++
			entries = append(entries, obj{"ErrorCode": refusal.Code, "ErrorMessage": refusal.Message})
			continue
		}
		e := s.event(entry.Source, entry.DetailType, append([]string{}, entry.Resources...), detail)
		entries = append(entries, obj{"EventId": e["id"]})
		s.publish(e)
	}
	return obj{"FailedEntryCount": failed, "Entries": entries}, nil
}
