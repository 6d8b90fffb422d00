// Package events is EventBridge of the local AWS: the rules of the default event bus, and the delivery of events
// to their targets.
package events

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/spothandler/spothandler/internal/eventpattern"
	"github.com/spothandler/spothandler/internal/localaws/api"
)

// Service holds the rules of one Region's default event bus.
type Service struct {
	region     *api.Region
	rules      map[string]*rule
	deliveries []Delivery

	functions  Functions
	duplicates bool
}

// Functions are the targets that receive events.
type Functions interface {
	// Deliver invokes a function with an event of a rule, if it allows that, and reports whether it does.
	Deliver(function, rule string, event json.RawMessage) bool
}

// New returns EventBridge in one Region, which delivers every event twice if duplicates is set.
func New(r *api.Region, functions Functions, duplicates bool) *Service {
	return &Service{region: r, functions: functions, duplicates: duplicates, rules: map[string]*rule{}}
}

// rule is a rule as returned by DescribeRule, with internal state.
type rule struct {
	Name, Arn, State, EventBusName                         string
	EventPattern, ScheduleExpression, Description, RoleArn string `json:",omitempty"`
	ManagedBy                                              string `json:",omitempty"`
	CreatedBy                                              string `json:",omitempty"`

	matches   eventpattern.Pattern // nil: no event
	effective time.Time
	tags      api.Tags
	targets   []target
}

func (s *Service) find(in *eventsInput) (*rule, error) {
	if err := in.known(); err != nil {
		return nil, err
	}
	if in.ResourceARN != "" && in.ResourceARN != in.ARN(s.region) {
		return nil, invalidEvents("Parameter %s is not valid. Reason: Provided Arn is not in correct format.", in.ResourceARN)
	}
	if found := s.rules[in.name()]; found != nil {
		return found, nil
	}
	return nil, api.Refuse("ResourceNotFoundException", "Rule %s does not exist on EventBus default.", in.name())
}

// own is find for writes: it rejects a rule that an AWS service manages.
func (s *Service) own(in *eventsInput) (*rule, error) {
	found, err := s.find(in)
	if err == nil && found.ManagedBy != "" {
		return nil, api.Refuse("ManagedRuleException", "Rule %s is managed by an AWS service and can't be modified.", in.name())
	}
	return found, err
}

// ManageRule makes a rule a managed rule of an AWS service, such as "autoscaling.amazonaws.com", which nobody else may
// change. A missing rule is ignored. The lock must be held.
func (s *Service) ManageRule(name, service string) {
	if o := s.rules[name]; o != nil {
		o.ManagedBy = service
	}
}

// Tagged returns the tags of all rules, by ARN. The lock must be held.
func (s *Service) Tagged() map[string]api.Tags {
	all := map[string]api.Tags{}
	for _, o := range s.rules {
		all[o.Arn] = o.tags
	}
	return all
}

// putRule replaces everything of a rule but its targets and its tags, which only take effect for a new rule.
func (s *Service) putRule(c *api.Request, in *eventsInput) (any, error) {
	if err := in.known(); err != nil {
		return nil, err
	}
	next := &rule{Name: in.Name, CreatedBy: c.Server.Options.Account}
	if s.rules[in.Name] != nil {
		have, err := s.own(in)
		if err != nil {
			return nil, err
		}
		*next = *have
	} else if err := next.tags.Add("events", in.Tags); err != nil {
		return nil, err
	}
	switch matches, err := parsePattern(in.EventPattern); {
	case in.EventPattern == "" && in.ScheduleExpression == "":
		return nil, invalidEvents("Parameter(s) EventPattern or ScheduleExpression must be specified.")
	case in.EventPattern != "" && err != nil:
		return nil, err
	default:
		next.matches = matches
	}
	next.Arn, next.EventBusName, next.State = in.ARN(c.Region), "default", cmp.Or(in.State, "ENABLED")
	next.EventPattern, next.ScheduleExpression = in.EventPattern, in.ScheduleExpression
	next.Description, next.RoleArn = in.Description, in.RoleArn
	next.effective = time.Now().Add(c.Server.Options.Delays.RuleEffective)
	s.rules[in.Name] = next
	return api.Obj{"RuleArn": next.Arn}, nil
}

func (s *Service) listRules(_ *api.Request, in *eventsInput) (any, error) {
	if err := in.known(); err != nil {
		return nil, err
	}
	found := slices.DeleteFunc(api.Sorted(s.rules), func(o *rule) bool { return !strings.HasPrefix(o.Name, in.NamePrefix) })
	return api.Paged("events", "Rules", found, "NextToken", in.NextToken, in.Limit, 100)
}

// deleteRule succeeds if the rule does not exist, and rejects one that has targets.
func (s *Service) deleteRule(_ *api.Request, in *eventsInput) (any, error) {
	if s.rules[in.Name] == nil {
		return nil, in.known()
	}
	o, err := s.own(in)
	if err != nil {
		return nil, err
	}
	if len(o.targets) > 0 {
		return nil, invalidEvents("Rule can't be deleted since it has targets.")
	}
	delete(s.rules, in.Name)
	return nil, nil
}

// turn returns the change that enables or disables a rule.
func (s *Service) turn(state string) func(*rule, *eventsInput) {
	return func(o *rule, _ *eventsInput) {
		o.State, o.effective = state, time.Now().Add(s.region.Server.Options.Delays.RuleEffective)
	}
}

// Delivery is one event sent to one target of one rule.
type Delivery struct {
	Rule     string
	Target   string // ARN
	Event    json.RawMessage
	Accepted bool // false: the target's resource policy lacks the permission, or the target is not supported
}
