package localaws

import (
	"maps"
	"slices"
	"strings"
	"time"
)

// eventsService keeps the rules of one region's default event bus.
type eventsService struct {
	region     *region
	rules      map[string]*rule
	deliveries []Delivery
}

type rule struct {
	name, text, schedule        string
	description, state, roleARN string
	managedBy                   string
	pattern                     pattern
	effective                   time.Time
	tags                        tags
	targets                     []target
}

// maxTargets is AWS's limit for one rule.
const maxTargets = 5

func newEvents(r *region) *eventsService { return &eventsService{region: r, rules: map[string]*rule{}} }

func (s *eventsService) actions() map[string]action {
	return map[string]action{
		"PutRule":               op(s.putRule),
		"DescribeRule":          op(s.describeRule),
		"ListRules":             op(s.listRules),
		"ListRuleNamesByTarget": op(s.listRuleNamesByTarget),
		"DeleteRule":            op(s.deleteRule),
		"EnableRule":            op(s.enableRule),
		"DisableRule":           op(s.disableRule),
		"PutTargets":            op(s.putTargets),
		"RemoveTargets":         op(s.removeTargets),
		"ListTargetsByRule":     op(s.listTargetsByRule),
		"TagResource":           op(s.tagResource),
		"UntagResource":         op(s.untagResource),
		"ListTagsForResource":   op(s.listTags),
		"TestEventPattern":      op(s.testEventPattern),
		"PutEvents":             op(s.putEvents),
	}
}

func invalidEvents(format string, args ...any) *Error {
	return refuse("ValidationException", format, args...)
}

// bus is the part of an input that names the event bus, where only the default one exists.
type bus struct {
	EventBusName string
}

func (b bus) known() error {
	if b.EventBusName == "" || b.EventBusName == "default" || strings.HasSuffix(b.EventBusName, ":event-bus/default") {
		return nil
	}
	return refuse("ResourceNotFoundException", "Event bus %s does not exist.", b.EventBusName)
}

// ruleRef is the part of an input that names a rule as Name; inputs about targets call it Rule.
type ruleRef struct {
	bus
	Name string `check:"required len=1:64 re=[\\.\\-_A-Za-z0-9]+"`
}

func (in ruleRef) arn(r *region) string { return r.arn("events", "rule/"+in.Name) }

func (s *eventsService) find(in ruleRef) (*rule, error) {
	if err := in.known(); err != nil {
		return nil, err
	}
	if found := s.rules[in.Name]; found != nil {
		return found, nil
	}
	return nil, refuse("ResourceNotFoundException", "Rule %s does not exist on EventBus default.", in.Name)
}

// own is find for writes: a rule that an AWS service manages is not to be touched.
func (s *eventsService) own(in ruleRef) (*rule, error) {
	found, err := s.find(in)
	if err == nil && found.managedBy != "" {
		return nil, refuse("ManagedRuleException", "Rule %s is managed by an AWS service and can't be modified.", in.Name)
	}
	return found, err
}

type putRuleInput struct {
	ruleRef
	EventPattern       string `check:"len=0:4096"`
	ScheduleExpression string `check:"len=0:256"`
	State              string `check:"enum=ENABLED|DISABLED|ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"`
	Description        string `check:"len=0:512"`
	RoleArn            string
	Tags               []tag
}

type ruleARNAnswer struct {
	RuleArn string
}

// putRule replaces everything of a rule but its targets and its tags, which are taken for a new rule only.
func (s *eventsService) putRule(c *call, in putRuleInput) (ruleARNAnswer, error) {
	if err := in.known(); err != nil {
		return ruleARNAnswer{}, err
	}
	have := s.rules[in.Name]
	if _, err := s.own(in.ruleRef); have != nil && err != nil {
		return ruleARNAnswer{}, err
	}
	if in.EventPattern == "" && in.ScheduleExpression == "" {
		return ruleARNAnswer{}, invalidEvents("Parameter(s) EventPattern or ScheduleExpression must be specified.")
	}
	parsed, err := parsePattern(orDefault(in.EventPattern, "{}"))
	if in.EventPattern != "" && err != nil {
		return ruleARNAnswer{}, err
	}
	if have == nil {
		sum, reason := tags(nil).with(tagsOf(in.Tags))
		if reason != "" {
			return ruleARNAnswer{}, invalidEvents("%s", reason)
		}
		have = &rule{name: in.Name, tags: sum}
		s.rules[in.Name] = have
	}
	have.text, have.schedule, have.pattern = in.EventPattern, in.ScheduleExpression, parsed
	have.state, have.description, have.roleARN = orDefault(in.State, "ENABLED"), in.Description, in.RoleArn
	have.effective = time.Now().Add(c.server.delays.RuleEffective)
	return ruleARNAnswer{in.arn(c.region)}, nil
}

type ruleJSON struct {
	Name, Arn, State   string
	EventPattern       string `json:",omitempty"`
	ScheduleExpression string `json:",omitempty"`
	Description        string `json:",omitempty"`
	RoleArn            string `json:",omitempty"`
	ManagedBy          string `json:",omitempty"`
	EventBusName       string
	CreatedBy          string `json:",omitempty"`
}

func (o *rule) json(r *region) ruleJSON {
	return ruleJSON{
		Name: o.name, Arn: r.arn("events", "rule/"+o.name), State: o.state, EventPattern: o.text,
		ScheduleExpression: o.schedule, Description: o.description, RoleArn: o.roleARN, ManagedBy: o.managedBy,
		EventBusName: "default",
	}
}

func (s *eventsService) describeRule(c *call, in ruleRef) (ruleJSON, error) {
	o, err := s.find(in)
	if err != nil {
		return ruleJSON{}, err
	}
	j := o.json(c.region)
	j.CreatedBy = c.server.opts.Account
	return j, nil
}

type listRulesInput struct {
	bus
	NamePrefix, NextToken string
	Limit                 *int `check:"min=1 max=100"`
}

type rulesAnswer struct {
	Rules     []ruleJSON
	NextToken string `json:",omitempty"`
}

func (s *eventsService) listRules(c *call, in listRulesInput) (rulesAnswer, error) {
	if err := in.known(); err != nil {
		return rulesAnswer{}, err
	}
	found := []ruleJSON{}
	for _, name := range slices.Sorted(maps.Keys(s.rules)) {
		if strings.HasPrefix(name, in.NamePrefix) {
			found = append(found, s.rules[name].json(c.region))
		}
	}
	shown, next := page(found, in.NextToken, limit(in.Limit, 100))
	return rulesAnswer{shown, next}, nil
}

// deleteRule is content where there is no rule, and refuses one that has targets.
func (s *eventsService) deleteRule(_ *call, in ruleRef) (any, error) {
	if err := in.known(); err != nil {
		return nil, err
	}
	if s.rules[in.Name] == nil {
		return nil, nil
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

func (s *eventsService) enableRule(c *call, in ruleRef) (any, error) {
	return s.switchRule(c, in, "ENABLED")
}

func (s *eventsService) disableRule(c *call, in ruleRef) (any, error) {
	return s.switchRule(c, in, "DISABLED")
}

func (s *eventsService) switchRule(c *call, in ruleRef, state string) (any, error) {
	o, err := s.own(in)
	if err != nil {
		return nil, err
	}
	o.state, o.effective = state, time.Now().Add(c.server.delays.RuleEffective)
	return nil, nil
}

type eventTagInput struct {
	ResourceARN string `check:"required"`
	Tags        []tag
	TagKeys     []string
}

func (in eventTagInput) arn(*region) string { return in.ResourceARN }

func (s *eventsService) tagged(arn string) (*rule, error) {
	name, ok := strings.CutPrefix(arn, s.region.arn("events", "rule/"))
	if !ok {
		return nil, invalidEvents("Parameter %s is not valid. Reason: Provided Arn is not in correct format.", arn)
	}
	return s.find(ruleRef{Name: afterLast(name, "/")})
}

func (s *eventsService) tagResource(_ *call, in eventTagInput) (any, error) {
	o, err := s.tagged(in.ResourceARN)
	if err != nil {
		return nil, err
	}
	sum, reason := o.tags.with(tagsOf(in.Tags))
	if reason != "" {
		return nil, invalidEvents("%s", reason)
	}
	o.tags = sum
	return nil, nil
}

func (s *eventsService) untagResource(_ *call, in eventTagInput) (any, error) {
	o, err := s.tagged(in.ResourceARN)
	if err != nil {
		return nil, err
	}
	o.tags.without(in.TagKeys)
	return nil, nil
}

type eventTagsAnswer struct {
	Tags []tag
}

func (s *eventsService) listTags(_ *call, in eventTagInput) (eventTagsAnswer, error) {
	o, err := s.tagged(in.ResourceARN)
	if err != nil {
		return eventTagsAnswer{}, err
	}
	return eventTagsAnswer{o.tags.list()}, nil
}
