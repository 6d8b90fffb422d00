package deploy

import (
	"fmt"

	"github.com/spothandler/spothandler/internal/deploy/resource"
)

// Plan returns the changes from what was found to what is wanted. A rule that is taken over handles no event
// in between.
func (i *Installation) Plan(want resource.State) []resource.Change {
	return resource.PlanFor(i.Names.Prefix, want, i.State)
}

// TerraformForget returns the commands that remove from the Terraform state what was taken over, to be run
// before any `terraform destroy`. The addresses are those of the Terraform module's own resources
// (terraform-aws-modules/lambda 8 for the function), below module, the user's name for it.
func TerraformForget(names resource.Names, taken []resource.Unowned, module string) []string {
	addresses := map[resource.ID][]string{
		{Kind: resource.KindFunction, Name: names.Function}: {
			"aws_lambda_permission.allow_eventbridge",
			"module.spot_handler_lambda.aws_lambda_function.this[0]",
		},
		{Kind: resource.KindLogGroup, Name: names.LogGroup}: {"module.spot_handler_lambda.aws_cloudwatch_log_group.lambda[0]"},
		{Kind: resource.KindRule, Name: names.Rule}: {
			"aws_cloudwatch_event_target.lambda_target",
			"aws_cloudwatch_event_rule.spot_interruption",
		},
	}
	var commands []string
	for _, each := range taken {
		for _, address := range addresses[each.ID] {
			commands = append(commands, fmt.Sprintf("terraform state rm '%s.%s'", module, address))
		}
	}
	return commands
}
