package deploy

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	events "github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	roles "github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	functions "github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"github.com/spothandler/spothandler/internal/deploy/deploytest"
	"github.com/spothandler/spothandler/internal/deploy/resource"
	"github.com/spothandler/spothandler/internal/deploy/settings"
)

// Out-of-band changes are made to an installation with this prefix and these settings.
const driftPrefix = "prod"

func driftSettings() settings.Given {
	return given("tag", "Team=web", "cluster", "shop", "reserved-concurrency", "2")
}

// outOfBand is a change made with another tool. fields are the paths that drift then reports.
type outOfBand struct {
	name   string
	change func(t *testing.T, a *account, n resource.Names) error
	kind   resource.Kind
	fields []string
}

// configuration returns a change of the function's configuration.
func configuration(name, field string, change func(*lambda.UpdateFunctionConfigurationInput)) outOfBand {
	return outOfBand{name, func(t *testing.T, a *account, n resource.Names) error {
		input := &lambda.UpdateFunctionConfigurationInput{FunctionName: &n.Function}
		change(input)
		_, err := a.clients.Lambda.UpdateFunctionConfiguration(t.Context(), input)
		return err
	}, resource.KindFunction, []string{field}}
}

func environment(variables map[string]string) func(*lambda.UpdateFunctionConfigurationInput) {
	return func(in *lambda.UpdateFunctionConfigurationInput) {
		in.Environment = &functions.Environment{Variables: variables}
	}
}

func logging(change func(*functions.LoggingConfig)) func(*lambda.UpdateFunctionConfigurationInput) {
	return func(in *lambda.UpdateFunctionConfigurationInput) {
		in.LoggingConfig = &functions.LoggingConfig{LogFormat: functions.LogFormatJson, ApplicationLogLevel: "TRACE", SystemLogLevel: "INFO"}
		change(in.LoggingConfig)
	}
}

func functionChanges() []outOfBand {
	standard := func() map[string]string {
		return map[string]string{"LOG_LEVEL": "INFO", "SPOTHANDLER_REDEPLOY": "once", "SPOTHANDLER_COOLDOWN": "5m0s", "SPOTHANDLER_ACCOUNT": "111122223333"}
	}
	with := func(key, value string) map[string]string {
		variables := standard()
		variables[key] = value
		return variables
	}
	type input = lambda.UpdateFunctionConfigurationInput
	return []outOfBand{
		configuration("memory", "memory_size", func(in *input) { in.MemorySize = aws.Int32(512) }),
		configuration("timeout", "timeout", func(in *input) { in.Timeout = aws.Int32(3) }),
		configuration("runtime", "runtime", func(in *input) { in.Runtime = "provided.al2" }),
		configuration("handler", "handler", func(in *input) { in.Handler = aws.String("main") }),
		configuration("description", "description", func(in *input) { in.Description = aws.String("") }),
		configuration("log level", "environment.LOG_LEVEL", environment(with("LOG_LEVEL", "ERROR"))),
		configuration("mode", "environment.SPOTHANDLER_REDEPLOY", environment(with("SPOTHANDLER_REDEPLOY", "always"))),
		configuration("cooldown", "environment.SPOTHANDLER_COOLDOWN", environment(with("SPOTHANDLER_COOLDOWN", "1s"))),
		configuration("account", "environment.SPOTHANDLER_ACCOUNT", environment(with("SPOTHANDLER_ACCOUNT", "444455556666"))),
		configuration("variable added", "environment.EXTRA", environment(with("EXTRA", "1"))),
		configuration("application level", "logging.application_level", logging(func(l *functions.LoggingConfig) { l.ApplicationLogLevel = "ERROR" })),
		configuration("system level", "logging.system_level", logging(func(l *functions.LoggingConfig) { l.SystemLogLevel = "WARN" })),
		configuration("other group", "logging.group", logging(func(l *functions.LoggingConfig) { l.LogGroup = aws.String("other") })),
		{"text logs", func(t *testing.T, a *account, n resource.Names) error {
			_, err := a.clients.Lambda.UpdateFunctionConfiguration(t.Context(), &input{FunctionName: &n.Function, LoggingConfig: &functions.LoggingConfig{LogFormat: functions.LogFormatText}})
			return err
		}, resource.KindFunction, []string{"logging.format", "logging.application_level", "logging.system_level"}},
		{"other role", func(t *testing.T, a *account, n resource.Names) error {
			_, err := a.clients.IAM.CreateRole(t.Context(), &iam.CreateRoleInput{RoleName: aws.String("other"), AssumeRolePolicyDocument: aws.String(lambdaTrust)})
			if err != nil {
				return err
			}
			_, err = a.clients.Lambda.UpdateFunctionConfiguration(t.Context(), &input{FunctionName: &n.Function, Role: aws.String(n.ARN("iam", "", "role/other"))})
			return err
		}, resource.KindFunction, []string{"role"}},
		{"code", func(t *testing.T, a *account, n resource.Names) error {
			code, _ := deploytest.Zip(t, "bootstrap", "mine")
			_, err := a.clients.Lambda.UpdateFunctionCode(t.Context(), &lambda.UpdateFunctionCodeInput{FunctionName: &n.Function, ZipFile: code, Architectures: []functions.Architecture{"arm64"}})
			return err
		}, resource.KindFunction, []string{"code"}},
		{"architecture", func(t *testing.T, a *account, n resource.Names) error {
			_, err := a.clients.Lambda.UpdateFunctionCode(t.Context(), &lambda.UpdateFunctionCodeInput{FunctionName: &n.Function, ZipFile: a.release.Zip, Architectures: []functions.Architecture{"x86_64"}})
			return err
		}, resource.KindFunction, []string{"architecture"}},
		{"concurrency", func(t *testing.T, a *account, n resource.Names) error {
			_, err := a.clients.Lambda.DeleteFunctionConcurrency(t.Context(), &lambda.DeleteFunctionConcurrencyInput{FunctionName: &n.Function})
			return err
		}, resource.KindFunction, []string{"reserved_concurrency"}},
		{"async age", func(t *testing.T, a *account, n resource.Names) error {
			_, err := a.clients.Lambda.PutFunctionEventInvokeConfig(t.Context(), &lambda.PutFunctionEventInvokeConfigInput{FunctionName: &n.Function, MaximumRetryAttempts: aws.Int32(1)})
			return err
		}, resource.KindFunction, []string{"async.max_event_age"}},
		{"async retries", func(t *testing.T, a *account, n resource.Names) error {
			_, err := a.clients.Lambda.PutFunctionEventInvokeConfig(t.Context(), &lambda.PutFunctionEventInvokeConfigInput{FunctionName: &n.Function, MaximumEventAgeInSeconds: aws.Int32(120)})
			return err
		}, resource.KindFunction, []string{"async.max_retries"}},
		{"function's tag changed", func(t *testing.T, a *account, n resource.Names) error {
			_, err := a.clients.Lambda.TagResource(t.Context(), &lambda.TagResourceInput{Resource: aws.String(n.FunctionARN()), Tags: map[string]string{"Team": "ops"}})
			return err
		}, resource.KindFunction, []string{"tags.Team"}},
	}
}

func roleChanges() []outOfBand {
	trust := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":["lambda.amazonaws.com","ec2.amazonaws.com"]},"Action":"sts:AssumeRole"}]}`
	return []outOfBand{
		{"description", func(t *testing.T, a *account, n resource.Names) error {
			_, err := a.clients.IAM.UpdateRole(t.Context(), &iam.UpdateRoleInput{RoleName: &n.Role, Description: aws.String(edited(t, a, n, "memory", 256))})
			return err
		}, resource.KindRole, nil}, // a record is not drift: it says what is wanted
		{"trust", func(t *testing.T, a *account, n resource.Names) error {
			_, err := a.clients.IAM.UpdateAssumeRolePolicy(t.Context(), &iam.UpdateAssumeRolePolicyInput{RoleName: &n.Role, PolicyDocument: &trust})
			return err
		}, resource.KindRole, []string{resource.TrustsOthers}},
		{"policy widened", func(t *testing.T, a *account, n resource.Names) error {
			wide := desiredFor(t, nil).Role.Policy
			_, err := a.clients.IAM.PutRolePolicy(t.Context(), &iam.PutRolePolicyInput{RoleName: &n.Role, PolicyName: aws.String(resource.PolicyName), PolicyDocument: &wide})
			return err
		}, resource.KindRole, []string{"policy.Statement[Services].Condition.ArnEquals.ecs:cluster"}},
		{"role's tag removed", func(t *testing.T, a *account, n resource.Names) error {
			_, err := a.clients.IAM.UntagRole(t.Context(), &iam.UntagRoleInput{RoleName: &n.Role, TagKeys: []string{"Team"}})
			return err
		}, resource.KindRole, []string{"tags.Team"}},
	}
}

// edited returns the role's record with one number changed.
func edited(t *testing.T, a *account, n resource.Names, key string, number int) string {
	t.Helper()
	role, err := resource.FindRole(t.Context(), a.clients, a.id, n.Role)
	if err != nil {
		t.Fatal(err)
	}
	var record map[string]any
	if err := json.Unmarshal([]byte(role.Description), &record); err != nil {
		t.Fatal(err)
	}
	record[key] = number
	return jsonText(record)
}

func logGroupChanges() []outOfBand {
	return []outOfBand{
		{"retention", func(t *testing.T, a *account, n resource.Names) error {
			_, err := a.clients.Logs.PutRetentionPolicy(t.Context(), &cloudwatchlogs.PutRetentionPolicyInput{LogGroupName: &n.LogGroup, RetentionInDays: aws.Int32(1)})
			return err
		}, resource.KindLogGroup, []string{"retention_days"}},
		{"group's tag removed", func(t *testing.T, a *account, n resource.Names) error {
			_, err := a.clients.Logs.UntagResource(t.Context(), &cloudwatchlogs.UntagResourceInput{ResourceArn: aws.String(n.LogGroupARN()), TagKeys: []string{"Team"}})
			return err
		}, resource.KindLogGroup, []string{"tags.Team"}},
	}
}

func ruleChanges() []outOfBand {
	put := func(change func(*eventbridge.PutRuleInput)) func(*testing.T, *account, resource.Names) error {
		return func(t *testing.T, a *account, n resource.Names) error {
			rule := a.find(t, driftPrefix, nil).State.Rule(n.Rule)
			input := &eventbridge.PutRuleInput{Name: &n.Rule, EventPattern: &rule.Pattern, State: events.RuleState(rule.State), Description: &rule.Description}
			change(input)
			_, err := a.clients.Events.PutRule(t.Context(), input)
			return err
		}
	}
	return []outOfBand{
		{"rule disabled", put(func(in *eventbridge.PutRuleInput) { in.State = "DISABLED" }), resource.KindRule, []string{"state"}},
		{"rule enabled otherwise", put(func(in *eventbridge.PutRuleInput) {
			in.State = events.RuleStateEnabledWithAllCloudtrailManagementEvents
		}), resource.KindRule, []string{"state"}},
		{"rule's description", put(func(in *eventbridge.PutRuleInput) { in.Description = aws.String("mine") }), resource.KindRule, []string{"description"}},
		{"pattern", put(func(in *eventbridge.PutRuleInput) {
			in.EventPattern = aws.String(strings.Replace(*in.EventPattern, `"aws.ecs"`, `"aws.ecs","mine"`, 1))
		}), resource.KindRule, []string{"source"}},
		{"schedule", put(func(in *eventbridge.PutRuleInput) { in.ScheduleExpression = aws.String("rate(1 day)") }), resource.KindRule, []string{"schedule"}},
		{"rule's tag removed", func(t *testing.T, a *account, n resource.Names) error {
			_, err := a.clients.Events.UntagResource(t.Context(), &eventbridge.UntagResourceInput{ResourceARN: aws.String(n.RuleARN()), TagKeys: []string{"Team"}})
			return err
		}, resource.KindRule, []string{"tags.Team"}},
	}
}

func targetChanges() []outOfBand {
	put := func(change func(*events.Target)) func(*testing.T, *account, resource.Names) error {
		return func(t *testing.T, a *account, n resource.Names) error {
			target := events.Target{Id: aws.String(resource.TargetID), Arn: aws.String(n.FunctionARN()), RetryPolicy: &events.RetryPolicy{
				MaximumEventAgeInSeconds: aws.Int32(120), MaximumRetryAttempts: aws.Int32(185),
			}}
			change(&target)
			_, err := a.clients.Events.PutTargets(t.Context(), &eventbridge.PutTargetsInput{Rule: &n.Rule, Targets: []events.Target{target}})
			return err
		}
	}
	return []outOfBand{
		{"target's function", put(func(target *events.Target) { target.Arn = aws.String(*target.Arn + "-2") }), resource.KindTarget, []string{"function"}},
		{"no retry policy", put(func(target *events.Target) { target.RetryPolicy = nil }), resource.KindTarget, []string{"max_event_age"}},
		{"retries", put(func(target *events.Target) { target.RetryPolicy.MaximumRetryAttempts = aws.Int32(0) }), resource.KindTarget, []string{"max_retries"}},
		{"input", put(func(target *events.Target) { target.Input = aws.String("{}") }), resource.KindTarget, []string{"other"}},
		{"queue for what fails", put(func(target *events.Target) {
			target.DeadLetterConfig = &events.DeadLetterConfig{Arn: aws.String("arn:aws:sqs:us-east-1:111122223333:q")}
		}), resource.KindTarget, []string{"other"}},
	}
}

func permissionChanges() []outOfBand {
	replace := func(change func(*lambda.AddPermissionInput)) func(*testing.T, *account, resource.Names) error {
		return func(t *testing.T, a *account, n resource.Names) error {
			_, err := a.clients.Lambda.RemovePermission(t.Context(), &lambda.RemovePermissionInput{FunctionName: &n.Function, StatementId: aws.String(resource.StatementID)})
			if err != nil {
				return err
			}
			input := &lambda.AddPermissionInput{
				FunctionName: &n.Function, StatementId: aws.String(resource.StatementID), Principal: aws.String("events.amazonaws.com"),
				Action: aws.String("lambda:InvokeFunction"), SourceArn: aws.String(n.RuleARN()),
			}
			change(input)
			_, err = a.clients.Lambda.AddPermission(t.Context(), input)
			return err
		}
	}
	type input = lambda.AddPermissionInput
	return []outOfBand{
		{"any rule", replace(func(in *input) { in.SourceArn = nil }), resource.KindPermission, []string{"source_arn"}},
		{"other principal", replace(func(in *input) { in.Principal = aws.String("s3.amazonaws.com") }), resource.KindPermission, []string{"principal"}},
		{"any principal", replace(func(in *input) { in.Principal = aws.String("*") }), resource.KindPermission, []string{"principal"}},
		{"other action", replace(func(in *input) { in.Action = aws.String("lambda:GetFunction") }), resource.KindPermission, []string{"action"}},
		{"a further condition", replace(func(in *input) { in.SourceAccount = aws.String("111122223333") }), resource.KindPermission, []string{"other"}},
	}
}

func everyChange() []outOfBand {
	return slices.Concat(functionChanges(), roleChanges(), logGroupChanges(), ruleChanges(), targetChanges(), permissionChanges(), optionalChanges())
}

// lambdaTrust is a trust policy that allows Lambda to assume the role.
const lambdaTrust = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}]}`

func iamTags(tags map[string]string) []roles.Tag {
	var list []roles.Tag
	for key, value := range tags {
		list = append(list, roles.Tag{Key: &key, Value: &value})
	}
	return list
}
