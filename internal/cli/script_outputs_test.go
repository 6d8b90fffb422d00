package cli_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/rogpeppe/go-internal/testscript"

	"github.com/spothandler/spothandler/internal/testaws"
)

// checkOutputs compares each of the sixteen outputs in the last run's JSON with the resources in the account.
func checkOutputs(ts *testscript.TestScript, _ bool, _ []string) {
	var output struct {
		Installation struct{ Outputs map[string]string }
	}
	ts.Check(json.Unmarshal([]byte(ts.ReadFile("stdout")), &output))
	got, w := output.Installation.Outputs, envOf(ts)
	want, err := outputsOf(context.Background(), w.direct, got["lambda_function_name"], got["eventbridge_rule_name"])
	ts.Check(err)
	if len(want) != 16 || len(got) != 16 {
		ts.Fatalf("%d outputs, %d expected; both should be 16", len(got), len(want))
	}
	for _, name := range slices.Sorted(maps.Keys(want)) {
		if w.equal(want[name]) != got[name] {
			ts.Fatalf("%s is %q, the account says %q", name, got[name], w.equal(want[name]))
		}
	}
}

// outputsOf returns the outputs according to AWS, given the names of the function and the rule.
func outputsOf(ctx context.Context, c testaws.Clients, functionName, ruleName string) (map[string]string, error) {
	function, err := c.Lambda.GetFunction(ctx, &lambda.GetFunctionInput{FunctionName: &functionName})
	if err != nil {
		return nil, err
	}
	rule, err := c.Events.DescribeRule(ctx, &eventbridge.DescribeRuleInput{Name: &ruleName})
	if err != nil {
		return nil, err
	}
	targets, err := c.Events.ListTargetsByRule(ctx, &eventbridge.ListTargetsByRuleInput{Rule: &ruleName})
	if err != nil {
		return nil, err
	}
	groups, err := c.Logs.DescribeLogGroups(ctx, &cloudwatchlogs.DescribeLogGroupsInput{
		LogGroupNamePrefix: aws.String("/aws/lambda/" + functionName),
	})
	if err != nil {
		return nil, err
	}
	roleARN := aws.ToString(function.Configuration.Role)
	role, err := c.IAM.GetRole(ctx, &iam.GetRoleInput{RoleName: aws.String(roleARN[strings.LastIndex(roleARN, "/")+1:])})
	if err != nil {
		return nil, err
	}
	functionARN := aws.ToString(function.Configuration.FunctionArn)
	return map[string]string{
		"cloudwatch_log_group_arn":        strings.TrimSuffix(aws.ToString(groups.LogGroups[0].Arn), ":*"),
		"cloudwatch_log_group_name":       aws.ToString(groups.LogGroups[0].LogGroupName),
		"eventbridge_rule_arn":            aws.ToString(rule.Arn),
		"eventbridge_rule_id":             aws.ToString(rule.Name),
		"eventbridge_rule_name":           aws.ToString(rule.Name),
		"eventbridge_target_id":           aws.ToString(targets.Targets[0].Id),
		"lambda_execution_role_arn":       aws.ToString(role.Role.Arn),
		"lambda_execution_role_name":      aws.ToString(role.Role.RoleName),
		"lambda_execution_role_unique_id": aws.ToString(role.Role.RoleId),
		"lambda_function_arn":             functionARN,
		"lambda_function_invoke_arn":      fmt.Sprintf("arn:aws:apigateway:%s:lambda:path/2015-03-31/functions/%s/invocations", region, functionARN),
		"lambda_function_name":            aws.ToString(function.Configuration.FunctionName),
		"lambda_function_qualified_arn":   functionARN + ":" + aws.ToString(function.Configuration.Version),
		"lambda_function_version":         aws.ToString(function.Configuration.Version),
		"module_name":                     "spothandler",
		"module_version":                  function.Tags["spothandler:version"],
	}, nil
}
