package localaws

import (
	"encoding/json"
	"maps"
	"regexp"
	"slices"
)

// target is where a rule sends its events.
type target struct {
	ID               string `json:"Id"`
	Arn              string
	RoleArn          string            `json:",omitempty"`
	Input            string            `json:",omitempty"`
	InputPath        string            `json:",omitempty"`
	InputTransformer json.RawMessage   `json:",omitempty"`
	RetryPolicy      *retryPolicy      `json:",omitempty"`
	DeadLetterConfig *eventDeadLetters `json:",omitempty"`
}

type retryPolicy struct {
	MaximumRetryAttempts     *int `json:",omitempty" check:"min=0 max=185"`
	MaximumEventAgeInSeconds *int `json:",omitempty" check:"min=60 max=86400"`
}

type eventDeadLetters struct {
	Arn string
}

// targetsRef names a rule in an input about its targets.
type targetsRef struct {
	bus
	Rule string `check:"required len=1:64 re=[\\.\\-_A-Za-z0-9]+"`
}

func (in targetsRef) ref() ruleRef         { return ruleRef{in.bus, in.Rule} }
func (in targetsRef) arn(r *region) string { return in.ref().arn(r) }

type putTargetsInput struct {
	targetsRef
	Targets []target
}

// failedEntries is the answer of a batch: what failed stands in it, the HTTP status being 200 all the same.
type failedEntries struct {
	FailedEntryCount int
	FailedEntries    []failedEntry
}

type failedEntry struct {
	TargetID     string `json:"TargetId"`
	ErrorCode    string
	ErrorMessage string
}

// fail adds an entry that failed.
func (f *failedEntries) fail(id string, e *Error) {
	f.FailedEntryCount++
	f.FailedEntries = append(f.FailedEntries, failedEntry{id, e.Code, e.Message})
}

func (s *eventsService) putTargets(c *call, in putTargetsInput) (failedEntries, error) {
	failed := failedEntries{FailedEntries: []failedEntry{}}
	o, err := s.own(in.ref())
	if err != nil {
		return failed, err
	}
	for _, t := range in.Targets {
		if err := t.check(); err != nil {
			return failed, err
		}
	}
	have := map[string]bool{}
	for _, t := range slices.Concat(o.targets, in.Targets) {
		have[t.ID] = true
	}
	if len(have) > maxTargets {
		return failed, refuse("LimitExceededException", "The requested resource exceeds the maximum number allowed.")
	}
	for _, t := range in.Targets {
		if c.entries != nil {
			failed.fail(t.ID, c.entries)
			continue
		}
		o.targets = append(slices.DeleteFunc(o.targets, func(x target) bool { return x.ID == t.ID }), t)
	}
	return failed, nil
}

// check holds one target against the API model.
func (t target) check() error {
	if !regexp.MustCompile(`^[.\-_A-Za-z0-9]{1,64}$`).MatchString(t.ID) {
		return invalidEvents("1 validation error detected: Value '%s' at 'targets.1.member.id' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\.\\-_A-Za-z0-9]+", t.ID)
	}
	if !regexp.MustCompile(`^arn:aws[a-z-]*:[a-z0-9-]+:`).MatchString(t.Arn) {
		return invalidEvents("Parameter %s is not valid. Reason: Provided Arn is not in correct format.", t.Arn)
	}
	inputs := 0
	for _, given := range []bool{t.Input != "", t.InputPath != "", t.InputTransformer != nil} {
		if given {
			inputs++
		}
	}
	if inputs > 1 {
		return invalidEvents("Only one of Input, InputPath, or InputTransformer must be provided for target %s.", t.ID)
	}
	if t.RetryPolicy != nil {
		return check("events", t.RetryPolicy)
	}
	return nil
}

type removeTargetsInput struct {
	targetsRef
	IDs   []string `json:"Ids"`
	Force bool
}

func (s *eventsService) removeTargets(c *call, in removeTargetsInput) (failedEntries, error) {
	failed := failedEntries{FailedEntries: []failedEntry{}}
	o, err := s.own(in.ref())
	if err != nil {
		return failed, err
	}
	for _, id := range in.IDs {
		if c.entries != nil {
			failed.fail(id, c.entries)
			continue
		}
		o.targets = slices.DeleteFunc(o.targets, func(x target) bool { return x.ID == id })
	}
	return failed, nil
}

type listTargetsInput struct {
	targetsRef
	NextToken string
	Limit     *int `check:"min=1 max=100"`
}

type targetsAnswer struct {
	Targets   []target
	NextToken string `json:",omitempty"`
}

func (s *eventsService) listTargetsByRule(_ *call, in listTargetsInput) (targetsAnswer, error) {
	o, err := s.find(in.ref())
	if err != nil {
		return targetsAnswer{}, err
	}
	shown, next := page(slices.Concat([]target{}, o.targets), in.NextToken, limit(in.Limit, 100))
	return targetsAnswer{shown, next}, nil
}

type rulesByTargetInput struct {
	bus
	TargetArn string `check:"required"`
}

type ruleNamesAnswer struct {
	RuleNames []string
}

func (s *eventsService) listRuleNamesByTarget(_ *call, in rulesByTargetInput) (ruleNamesAnswer, error) {
	answer := ruleNamesAnswer{RuleNames: []string{}}
	for _, name := range slices.Sorted(maps.Keys(s.rules)) {
		if slices.ContainsFunc(s.rules[name].targets, func(t target) bool { return t.Arn == in.TargetArn }) {
			answer.RuleNames = append(answer.RuleNames, name)
		}
	}
	return answer, in.known()
}
