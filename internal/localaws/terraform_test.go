package localaws

import (
	"encoding/json"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	ebtypes "github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

// The resources of the Terraform module (aws_iam_role, aws_iam_policy and its attachment,
// aws_cloudwatch_log_group, aws_lambda_function and its permission, aws_cloudwatch_event_rule and its
// target), with the calls of the aws provider in its order: apply, two refreshes with the same result,
// destroy.
func TestTerraformCanApplyTheModule(t *testing.T) {
	s, c := start(t, Options{})
	m := &module{T: t, c: c, arns: map[string]string{}}
	m.apply()
	first := m.refresh()
	if again := m.refresh(); again != first {
		t.Errorf("a plan would see a difference:\n%s\n%s", first, again)
	}
	m.destroy()
	for _, call := range s.Calls() {
		if call.Code != "" && call.String() != "lambda:GetFunction" && call.String() != "lambda:GetPolicy" { // until they are gone
			t.Errorf("%s %s: %s", call, call.Resource, call.Code)
		}
	}
}

// module makes the provider's calls.
type module struct {
	*testing.T
	c    clients
	arns map[string]string
}

// must returns the response of a call that must succeed.
func must[Out any](m *module) func(out *Out, err error) *Out {
	return func(out *Out, err error) *Out {
		m.Helper()
		if err != nil {
			m.Fatal(err)
		}
		return out
	}
}

const (
	handlerName   = "ecs-fargate-spot-handler"
	handlerGroup  = "/aws/lambda/" + handlerName
	spotEventRule = "ecs-spot-interruption"
	ecsPolicy     = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["ecs:UpdateService","ecs:DescribeServices"],"Resource":"*"}]}`
)

func (m *module) apply() {
	m.Helper()
	ctx, tags := m.Context(), map[string]string{"Module": "ecs-spot-handler"}
	must[sts.GetCallerIdentityOutput](m)(m.c.sts.GetCallerIdentity(ctx, nil))
	must[cloudwatchlogs.CreateLogGroupOutput](m)(m.c.logs.CreateLogGroup(ctx, &cloudwatchlogs.CreateLogGroupInput{LogGroupName: aws.String(handlerGroup), Tags: tags, LogGroupClass: "STANDARD"}))
	must[cloudwatchlogs.PutRetentionPolicyOutput](m)(m.c.logs.PutRetentionPolicy(ctx, &cloudwatchlogs.PutRetentionPolicyInput{LogGroupName: aws.String(handlerGroup), RetentionInDays: aws.Int32(14)}))
	role := must[iam.CreateRoleOutput](m)(m.c.iam.CreateRole(ctx, &iam.CreateRoleInput{
		RoleName: aws.String(handlerName), Path: aws.String("/"), AssumeRolePolicyDocument: aws.String(trust), MaxSessionDuration: aws.Int32(3600), Tags: iamTags("Module", "ecs-spot-handler"),
	}))
	for name, document := range map[string]string{handlerName + "-logs": rolePolicy, handlerName: ecsPolicy} {
		made := must[iam.CreatePolicyOutput](m)(m.c.iam.CreatePolicy(ctx, &iam.CreatePolicyInput{
			PolicyName: aws.String(name), Path: aws.String("/"), Description: aws.String(""), PolicyDocument: aws.String(document), Tags: iamTags("Module", "ecs-spot-handler"),
		}))
		m.arns[name] = *made.Policy.Arn
		must[iam.AttachRolePolicyOutput](m)(m.c.iam.AttachRolePolicy(ctx, &iam.AttachRolePolicyInput{RoleName: aws.String(handlerName), PolicyArn: made.Policy.Arn}))
	}
	must[lambda.CreateFunctionOutput](m)(m.c.lambda.CreateFunction(ctx, &lambda.CreateFunctionInput{
		FunctionName: aws.String(handlerName), Role: role.Role.Arn, Handler: aws.String("index.lambda_handler"), Runtime: types.RuntimePython313, PackageType: types.PackageTypeZip,
		Architectures: []types.Architecture{types.ArchitectureX8664}, Code: &types.FunctionCode{ZipFile: emptyZip()}, Description: aws.String(""), MemorySize: aws.Int32(128), Timeout: aws.Int32(60),
		EphemeralStorage: &types.EphemeralStorage{Size: aws.Int32(512)}, LoggingConfig: &types.LoggingConfig{LogFormat: types.LogFormatText, LogGroup: aws.String(handlerGroup)},
		Environment: &types.Environment{Variables: map[string]string{"LOG_LEVEL": "INFO"}}, Tags: tags,
	}))
	must[lambda.GetFunctionOutput](m)(m.c.lambda.GetFunction(ctx, &lambda.GetFunctionInput{FunctionName: aws.String(handlerName)}))
	rule := must[eventbridge.PutRuleOutput](m)(m.c.events.PutRule(ctx, &eventbridge.PutRuleInput{
		Name: aws.String(spotEventRule), EventBusName: aws.String("default"), EventPattern: aws.String(`{"source":["aws.ecs"]}`), State: ebtypes.RuleStateEnabled,
		Tags: []ebtypes.Tag{{Key: aws.String("Module"), Value: aws.String("ecs-spot-handler")}},
	}))
	must[eventbridge.PutTargetsOutput](m)(m.c.events.PutTargets(ctx, &eventbridge.PutTargetsInput{
		Rule: aws.String(spotEventRule), EventBusName: aws.String("default"), Targets: []ebtypes.Target{{Id: aws.String("SpotHandler"), Arn: aws.String(m.function())}},
	}))
	must[lambda.AddPermissionOutput](m)(m.c.lambda.AddPermission(ctx, &lambda.AddPermissionInput{
		FunctionName: aws.String(handlerName), StatementId: aws.String("AllowExecutionFromEventBridge"), Action: aws.String("lambda:InvokeFunction"),
		Principal: aws.String("events.amazonaws.com"), SourceArn: rule.RuleArn,
	}))
}

func (m *module) function() string {
	return "arn:aws:lambda:us-east-1:111122223333:function:" + handlerName
}

// refresh returns everything that the provider reads, without values that differ in every response.
func (m *module) refresh() string {
	m.Helper()
	ctx, name := m.Context(), aws.String(handlerName)
	var all []any
	note := func(responses ...any) { all = append(all, responses...) }
	groups := must[cloudwatchlogs.DescribeLogGroupsOutput](m)(m.c.logs.DescribeLogGroups(ctx, &cloudwatchlogs.DescribeLogGroupsInput{LogGroupNamePrefix: aws.String(handlerGroup)}))
	note(groups.LogGroups, must[cloudwatchlogs.ListTagsForResourceOutput](m)(m.c.logs.ListTagsForResource(ctx, &cloudwatchlogs.ListTagsForResourceInput{ResourceArn: groups.LogGroups[0].LogGroupArn})).Tags)
	note(must[iam.GetRoleOutput](m)(m.c.iam.GetRole(ctx, &iam.GetRoleInput{RoleName: name})).Role)
	note(must[iam.ListRolePoliciesOutput](m)(m.c.iam.ListRolePolicies(ctx, &iam.ListRolePoliciesInput{RoleName: name})).PolicyNames)
	note(must[iam.ListAttachedRolePoliciesOutput](m)(m.c.iam.ListAttachedRolePolicies(ctx, &iam.ListAttachedRolePoliciesInput{RoleName: name})).AttachedPolicies)
	for _, policy := range []string{handlerName, handlerName + "-logs"} {
		found := must[iam.GetPolicyOutput](m)(m.c.iam.GetPolicy(ctx, &iam.GetPolicyInput{PolicyArn: aws.String(m.arns[policy])})).Policy
		note(found, must[iam.GetPolicyVersionOutput](m)(m.c.iam.GetPolicyVersion(ctx, &iam.GetPolicyVersionInput{PolicyArn: found.Arn, VersionId: found.DefaultVersionId})).PolicyVersion)
	}
	function := must[lambda.GetFunctionOutput](m)(m.c.lambda.GetFunction(ctx, &lambda.GetFunctionInput{FunctionName: name}))
	note(function.Configuration, function.Tags, function.Concurrency)
	note(must[lambda.ListVersionsByFunctionOutput](m)(m.c.lambda.ListVersionsByFunction(ctx, &lambda.ListVersionsByFunctionInput{FunctionName: name, MaxItems: aws.Int32(10000)})).Versions)
	note(must[lambda.GetFunctionCodeSigningConfigOutput](m)(m.c.lambda.GetFunctionCodeSigningConfig(ctx, &lambda.GetFunctionCodeSigningConfigInput{FunctionName: name})).CodeSigningConfigArn)
	rule := must[eventbridge.DescribeRuleOutput](m)(m.c.events.DescribeRule(ctx, &eventbridge.DescribeRuleInput{Name: aws.String(spotEventRule), EventBusName: aws.String("default")}))
	note(rule.EventPattern, rule.State, must[eventbridge.ListTagsForResourceOutput](m)(m.c.events.ListTagsForResource(ctx, &eventbridge.ListTagsForResourceInput{ResourceARN: rule.Arn})).Tags)
	note(must[eventbridge.ListTargetsByRuleOutput](m)(m.c.events.ListTargetsByRule(ctx, &eventbridge.ListTargetsByRuleInput{Rule: aws.String(spotEventRule), EventBusName: aws.String("default")})).Targets)
	note(must[lambda.GetPolicyOutput](m)(m.c.lambda.GetPolicy(ctx, &lambda.GetPolicyInput{FunctionName: name})).Policy)
	text, err := json.Marshal(all)
	if err != nil {
		m.Fatal(err)
	}
	return string(text)
}

func (m *module) destroy() {
	m.Helper()
	ctx, name := m.Context(), aws.String(handlerName)
	must[lambda.RemovePermissionOutput](m)(m.c.lambda.RemovePermission(ctx, &lambda.RemovePermissionInput{FunctionName: name, StatementId: aws.String("AllowExecutionFromEventBridge")}))
	if _, err := m.c.lambda.GetPolicy(ctx, &lambda.GetPolicyInput{FunctionName: name}); codeOf(err) != "ResourceNotFoundException" {
		m.Error(err)
	}
	must[eventbridge.RemoveTargetsOutput](m)(m.c.events.RemoveTargets(ctx, &eventbridge.RemoveTargetsInput{Rule: aws.String(spotEventRule), EventBusName: aws.String("default"), Ids: []string{"SpotHandler"}}))
	must[eventbridge.DeleteRuleOutput](m)(m.c.events.DeleteRule(ctx, &eventbridge.DeleteRuleInput{Name: aws.String(spotEventRule), EventBusName: aws.String("default")}))
	must[lambda.DeleteFunctionOutput](m)(m.c.lambda.DeleteFunction(ctx, &lambda.DeleteFunctionInput{FunctionName: name}))
	if _, err := m.c.lambda.GetFunction(ctx, &lambda.GetFunctionInput{FunctionName: name}); codeOf(err) != "ResourceNotFoundException" {
		m.Error(err)
	}
	for _, policy := range []string{handlerName, handlerName + "-logs"} {
		arn := aws.String(m.arns[policy])
		must[iam.DetachRolePolicyOutput](m)(m.c.iam.DetachRolePolicy(ctx, &iam.DetachRolePolicyInput{RoleName: name, PolicyArn: arn}))
		must[iam.ListPolicyVersionsOutput](m)(m.c.iam.ListPolicyVersions(ctx, &iam.ListPolicyVersionsInput{PolicyArn: arn}))
		must[iam.DeletePolicyOutput](m)(m.c.iam.DeletePolicy(ctx, &iam.DeletePolicyInput{PolicyArn: arn}))
	}
	must[iam.ListInstanceProfilesForRoleOutput](m)(m.c.iam.ListInstanceProfilesForRole(ctx, &iam.ListInstanceProfilesForRoleInput{RoleName: name}))
	must[iam.DeleteRoleOutput](m)(m.c.iam.DeleteRole(ctx, &iam.DeleteRoleInput{RoleName: name}))
	must[cloudwatchlogs.DeleteLogGroupOutput](m)(m.c.logs.DeleteLogGroup(ctx, &cloudwatchlogs.DeleteLogGroupInput{LogGroupName: aws.String(handlerGroup)}))
}
