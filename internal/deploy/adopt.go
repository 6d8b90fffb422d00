package deploy

import (
	"context"
	"fmt"
	"slices"
)

// Plan is the plan from what was found to what is wanted. Where the rule is taken over from somebody
// else it is disabled before anything of the function changes, gets our target when that may invoke the
// function, and its wanted state last: no event meets a half-changed function, or is handled twice.
func (i *Installation) Plan(want State) []Change {
	changes := Plan(want, i.State)
	taken := slices.ContainsFunc(i.Strangers(), func(s Stranger) bool { return s.Resource == KindRule })
	if !taken {
		return changes
	}
	for index, change := range changes {
		switch {
		case change.Resource == KindTarget:
			changes[index].wave = waveTakeTarget
		case change.Resource == KindRule && change.Action == Update:
			changes[index].wave = waveResumeRule
			changes[index].do = resumeRule(want.Rule, change.Fields)
			changes[index].Fields = resumed(change.Fields, i.State.Rule, want.Rule)
		}
	}
	if i.State.Rule.State == ruleDisabled {
		return changes
	}
	return slices.Insert(changes, 0, pauseRule(i.State.Rule))
}

func pauseRule(have *Rule) Change {
	paused := *have
	paused.State, paused.Tags = ruleDisabled, nil // which are theirs, AWS's own among them
	return Change{
		Action: Update, Resource: KindRule, Name: have.Name,
		Fields: []Field{{"state", have.State, paused.State}},
		wave:   wavePauseRule,
		do:     func(ctx context.Context, r *run) error { return r.putRule(ctx, &paused) },
	}
}

// resumed are the differences of the rule as the pause leaves it.
func resumed(fields []Field, have, want *Rule) []Field {
	if have.State == ruleDisabled || want.State == ruleDisabled {
		return fields
	}
	others := slices.DeleteFunc(slices.Clone(fields), func(f Field) bool { return f.Path == "state" })
	return slices.Insert(others, 0, Field{"state", ruleDisabled, want.State})
}

// resumeRule sends the whole rule in any case: it may differ only by the state that the pause left.
func resumeRule(want *Rule, fields changed) func(context.Context, *run) error {
	return func(ctx context.Context, r *run) error {
		if err := r.putRule(ctx, want); err != nil {
			return err
		}
		return updateRule(want, slices.DeleteFunc(slices.Clone(fields), func(f Field) bool { return !isTag(f.Path) }))(ctx, r)
	}
}

// TerraformForget are the commands that make the Terraform module forget what was taken over, to be run
// before any `terraform destroy`. The addresses are those of the module's own resources, below the
// user's name for it, module (terraform-aws-modules/lambda 8 below that).
func TerraformForget(taken []Stranger, module string) []string {
	addresses := map[Kind][]string{
		KindFunction: {
			"aws_lambda_permission.allow_eventbridge",
			"module.spot_handler_lambda.aws_lambda_function.this[0]",
		},
		KindLogGroup: {"module.spot_handler_lambda.aws_cloudwatch_log_group.lambda[0]"},
		KindRule: {
			"aws_cloudwatch_event_target.lambda_target",
			"aws_cloudwatch_event_rule.spot_interruption",
		},
	}
	var commands []string
	for _, stranger := range taken {
		for _, address := range addresses[stranger.Resource] {
			commands = append(commands, fmt.Sprintf("terraform state rm '%s.%s'", module, address))
		}
	}
	return commands
}
