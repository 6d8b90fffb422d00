package resource

import (
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"

	"github.com/spothandler/spothandler/internal/deploy/settings"
)

// maxEventAge is the maximum age of an event in seconds: the notice comes two minutes before the task is
// stopped, so a later event is useless. Both EventBridge and Lambda's queue drop older events.
const maxEventAge = 120

// Trigger is a rule with its target and the permission: how one kind of event invokes the function.
type Trigger struct {
	ID         string // the Sid of the permission, and the ID of the target
	Permission *Permission
	Rule       *Rule
	Target     *Target

	// DuplicateStatements are the Sids of statements that others made and that allow this rule to invoke the
	// function, as an adopted Terraform module leaves them. Found, never wanted.
	DuplicateStatements []string
}

// knows reports whether a statement of the function's resource policy belongs to the trigger.
func (t Trigger) knows(sid string) bool {
	return sid == t.ID || slices.Contains(t.DuplicateStatements, sid)
}

// duplicates returns what has the same effect as this part of the trigger but is not ours.
func (t Trigger) duplicates(part ID) []string {
	switch {
	case part == ID{KindPermission, t.ID}:
		return t.DuplicateStatements
	case part == ID{KindTarget, t.ID} && t.Rule != nil:
		return t.Rule.Duplicates
	}
	return nil
}

// triggerType is one of the kinds of event that invoke the function.
type triggerType struct {
	id       string                                    // of its Trigger
	ruleName func(Names) string                        // with the prefix
	rule     func(Names, settings.Spec) (*Rule, error) // nil: these settings need none
}

// wanted returns the trigger for these settings.
func (t triggerType) wanted(names Names, spec settings.Spec) (Trigger, error) {
	rule, err := t.rule(names, spec)
	if rule == nil || err != nil {
		return Trigger{ID: t.id}, err
	}
	rule.Name, rule.Tags = t.ruleName(names), resourceTags(spec)
	return Trigger{
		ID:         t.id,
		Permission: &Permission{Sid: t.id, Function: names.Function, Principal: eventsPrincipal, Action: "lambda:InvokeFunction", SourceARN: names.ruleARN(rule.Name)},
		Rule:       rule,
		Target:     &Target{TargetID: t.id, Rule: rule.Name, FunctionARN: names.FunctionARN(), MaxAge: maxEventAge, MaxRetries: defaultTargetRetries},
	}, nil
}

// triggerObserver reads a rule with its tags and targets.
type triggerObserver struct {
	triggerType

	rule    *Rule
	tags    map[string]string
	unread  string // why the tags were not read
	targets []types.Target
}

func (o *triggerObserver) readings(clients Clients, names Names, _ Purpose) []reading {
	rule := o.ruleName(names)
	return []reading{
		{"reading rule " + rule, func(ctx context.Context) (err error) {
			o.rule, err = getRule(ctx, clients.Events, rule)
			return err
		}},
		{"reading the tags of rule " + rule, func(ctx context.Context) (err error) {
			o.tags, o.unread, err = getRuleTags(ctx, clients.Events, names.Partition, names.ruleARN(rule))
			return err
		}},
		{"listing the targets of rule " + rule, func(ctx context.Context) (err error) {
			o.targets, err = getTargets(ctx, clients.Events, rule)
			return err
		}},
	}
}

// found returns the trigger. Its permission is among the statements of the function's resource policy.
func (o *triggerObserver) found(names Names, statements []*Permission) Trigger {
	trigger := Trigger{ID: o.id, Rule: o.rule}
	name := o.ruleName(names)
	for _, statement := range statements {
		switch {
		case statement.Sid == o.id:
			trigger.Permission = statement
		case statement.Principal == eventsPrincipal && statement.SourceARN == names.ruleARN(name):
			trigger.DuplicateStatements = append(trigger.DuplicateStatements, statement.Sid)
		}
	}
	if o.rule == nil {
		return trigger
	}
	o.rule.Tags, o.rule.TagsUnread = o.tags, o.unread
	for _, target := range o.targets {
		id := value(target.Id)
		if id == o.id {
			trigger.Target = fromTarget(name, target)
			o.rule.OwnTarget = trigger.Target.FunctionARN == names.FunctionARN()
			continue
		}
		o.rule.Targets = append(o.rule.Targets, id)
		if names.isFunction(value(target.Arn)) {
			o.rule.Duplicates = append(o.rule.Duplicates, id)
		}
	}
	return trigger
}
