package resource

import (
	"context"
	"slices"
)

// PlanFor is Plan for the installation with this prefix. A rule that is taken over is disabled before anything
// of the function changes, gets our target once that may invoke the function, and its wanted state last: no
// event reaches a half-changed function or is handled twice.
func PlanFor(prefix string, want, have State) []Change {
	changes, wanted := Plan(want, have), want.byID()
	for _, trigger := range have.Triggers {
		if trigger.Rule == nil || trigger.Rule.unowned(prefix) == nil {
			continue
		}
		if rule, asked := wanted[trigger.Rule.ID()].(*Rule); asked {
			changes = takeOver(changes, trigger, rule)
		}
	}
	return changes
}

// takeOver reorders the changes of a trigger whose rule is taken over.
func takeOver(changes []Change, trigger Trigger, want *Rule) []Change {
	differs := func(c Change) bool { return c.ID == want.ID() && c.Action == Update }
	if !slices.ContainsFunc(changes, differs) && trigger.Rule.State != ruleDisabled {
		changes = append(changes, Change{Action: Update, ID: want.ID(), Vital: true}) // only to end the pause
	}
	for index, change := range changes {
		switch {
		case change.ID == ID{KindTarget, trigger.ID}:
			changes[index].wave = waveTakeTarget
		case differs(change):
			changes[index].wave = waveResumeRule
			changes[index].do = resume(want, change.Fields)
			changes[index].Fields = resumed(change.Fields, trigger.Rule, want)
		}
	}
	if trigger.Rule.State == ruleDisabled {
		return changes
	}
	return slices.Insert(changes, 0, pause(trigger.Rule))
}

func pause(have *Rule) Change {
	paused := *have
	paused.State, paused.Tags = ruleDisabled, nil // theirs, including AWS's own
	return Change{
		Action: Update, ID: have.ID(),
		Fields: []Field{{"state", have.State, paused.State}},
		wave:   wavePauseRule,
		do:     paused.put,
	}
}

// resumed returns the differences of the rule as the pause leaves it.
func resumed(fields []Field, have, want *Rule) []Field {
	if have.State == ruleDisabled || want.State == ruleDisabled {
		return fields
	}
	others := slices.DeleteFunc(slices.Clone(fields), func(f Field) bool { return f.Path == "state" })
	return slices.Insert(others, 0, Field{"state", ruleDisabled, want.State})
}

// resume always sends the whole rule: it may differ only by the state that the pause left.
func resume(want *Rule, fields changed) func(context.Context, *runner) error {
	return func(ctx context.Context, r *runner) error {
		return runSteps(
			step{true, func() error { return want.put(ctx, r) }},
			step{fields.has("tags"), func() error { return want.retag(ctx, r, fields) }},
		)
	}
}
