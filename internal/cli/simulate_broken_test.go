package cli

import (
	"context"
	"os/exec"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"github.com/spothandler/spothandler/internal/cli/command"
	"github.com/spothandler/spothandler/internal/simulate"
)

// brokenLink is an out-of-band change that breaks a link, as an aws CLI command and as the same API call.
type brokenLink struct {
	link      simulate.Link
	command   string
	outOfBand func(context.Context, aws.Config) error
	says      string // of the link
}

func brokenLinks() []brokenLink {
	rule, function := aws.String(rehearsedRule), aws.String(rehearsedFunction)
	return []brokenLink{
		{simulate.LinkRule, "aws events disable-rule --name " + rehearsedRule, func(ctx context.Context, c aws.Config) error {
			_, err := eventbridge.NewFromConfig(c).DisableRule(ctx, &eventbridge.DisableRuleInput{Name: rule})
			return err
		}, "is DISABLED: the function is not invoked"},
		{simulate.LinkRule, "aws events remove-targets --rule " + rehearsedRule + " --ids spothandler", func(ctx context.Context, c aws.Config) error {
			_, err := eventbridge.NewFromConfig(c).RemoveTargets(ctx, &eventbridge.RemoveTargetsInput{Rule: rule, Ids: []string{"spothandler"}})
			return err
		}, "target spothandler is missing"},
		{simulate.LinkFunction, "aws lambda remove-permission --function-name " + rehearsedFunction + " --statement-id spothandler", func(ctx context.Context, c aws.Config) error {
			_, err := lambda.NewFromConfig(c).RemovePermission(ctx, &lambda.RemovePermissionInput{FunctionName: function, StatementId: aws.String("spothandler")})
			return err
		}, "permission spothandler is missing"},
		{simulate.LinkFunction, "aws lambda put-function-concurrency --function-name " + rehearsedFunction + " --reserved-concurrent-executions 0", func(ctx context.Context, c aws.Config) error {
			_, err := lambda.NewFromConfig(c).PutFunctionConcurrency(ctx, &lambda.PutFunctionConcurrencyInput{FunctionName: function, ReservedConcurrentExecutions: aws.Int32(0)})
			return err
		}, "reserved concurrency of 0"},
		{simulate.LinkRecord, "aws logs delete-log-group --log-group-name " + rehearsedLogs, func(ctx context.Context, c aws.Config) error {
			_, err := cloudwatchlogs.NewFromConfig(c).DeleteLogGroup(ctx, &cloudwatchlogs.DeleteLogGroupInput{LogGroupName: aws.String(rehearsedLogs)})
			return err
		}, "log group " + rehearsedLogs + " is missing"},
		{simulate.LinkPermission, "aws iam delete-role-policy --role-name prod-spothandler-eu-west-1 --policy-name spothandler", func(ctx context.Context, c aws.Config) error {
			_, err := iam.NewFromConfig(c).DeleteRolePolicy(ctx, &iam.DeleteRolePolicyInput{RoleName: aws.String("prod-spothandler-eu-west-1"), PolicyName: aws.String("spothandler")})
			return err
		}, "prod-spothandler-eu-west-1 differs: its policy is missing"},
	}
}

// simulate names each broken link and its fix, without sending an event, and the fix repairs it.
func TestSimulateNamesBrokenLinks(t *testing.T) {
	server, config := rehearsalWorld(t, shopAPI())
	must(t, "install --prefix prod --role-path /team/")
	_, noCLI := exec.LookPath("aws")
	for _, c := range brokenLinks() {
		var err error
		if noCLI == nil {
			err = shell(t, c.command)
		} else {
			err = c.outOfBand(t.Context(), config)
		}
		if err != nil {
			t.Fatalf("%s: %v", c.command, err)
		}
		server.ForgetCalls()
		code, output := simulated(t, "simulate --cluster shop --service api")
		var named []simulate.Link
		for _, step := range output.Steps {
			if step.Broken() {
				named = append(named, step.Name)
				if step.Fix != "spothandler install --prefix prod" || !strings.Contains(step.Detail, c.says) {
					t.Errorf("%s: %q, and the fix is %q", c.command, step.Detail, step.Fix)
				}
			}
		}
		if code != command.ExitDiffers || output.Works || len(named) != 1 || named[0] != c.link {
			t.Errorf("%s: exit code %d, named %v, want %s: %+v", c.command, code, named, c.link, output.Steps)
		}
		for _, call := range server.Calls() {
			if call.Action == "PutEvents" || call.Action == "Invoke" {
				t.Errorf("%s: %s", c.command, call)
			}
		}
		must(t, "install --prefix prod")
	}
	if code, output := simulated(t, "simulate --cluster shop --service api"); code != command.ExitOK {
		t.Errorf("healed: exit code %d: %+v", code, output.Steps)
	}
}
