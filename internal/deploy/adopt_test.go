package deploy

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	events "github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	functions "github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/apperr/apperrtest"
	"github.com/spothandler/spothandler/internal/deploy/deploytest"
	"github.com/spothandler/spothandler/internal/deploy/resource"
	"github.com/spothandler/spothandler/internal/localaws"
)

// createModuleResources creates what the Terraform module creates in an account: the same names, with its own role.
func createModuleResources(t *testing.T, a *account) resource.Names {
	t.Helper()
	n := resource.NewNames(a.id, "", "ecs-fargate-spot-handler", "ecs-spot-interruption")
	ctx, c := t.Context(), a.clients
	tags := map[string]string{"Team": "web"}
	for _, step := range []func() error{
		func() error {
			_, err := c.IAM.CreateRole(ctx, &iam.CreateRoleInput{RoleName: &n.Function, AssumeRolePolicyDocument: aws.String(lambdaTrust)})
			return err
		},
		func() error {
			_, err := c.Logs.CreateLogGroup(ctx, &cloudwatchlogs.CreateLogGroupInput{LogGroupName: &n.LogGroup, Tags: tags})
			return err
		},
		func() error {
			_, err := c.Logs.PutRetentionPolicy(ctx, &cloudwatchlogs.PutRetentionPolicyInput{LogGroupName: &n.LogGroup, RetentionInDays: aws.Int32(30)})
			return err
		},
		func() error {
			code, _ := deploytest.Zip(t, "main.py", "pass")
			_, err := c.Lambda.CreateFunction(ctx, &lambda.CreateFunctionInput{
				FunctionName: &n.Function, Role: aws.String(n.ARN("iam", "", "role/"+n.Function)), Runtime: "python3.13", Handler: aws.String("main.handler"),
				Code: &functions.FunctionCode{ZipFile: code}, MemorySize: aws.Int32(256), Timeout: aws.Int32(90), Tags: tags,
				Environment: &functions.Environment{Variables: map[string]string{"LOG_LEVEL": "DEBUG"}},
			})
			return err
		},
		func() error {
			_, err := c.Lambda.AddPermission(ctx, &lambda.AddPermissionInput{
				FunctionName: &n.Function, StatementId: aws.String("AllowExecutionFromEventBridge"), Principal: aws.String("events.amazonaws.com"),
				Action: aws.String("lambda:InvokeFunction"), SourceArn: aws.String(n.RuleARN()),
			})
			return err
		},
		func() error {
			_, err := c.Events.PutRule(ctx, &eventbridge.PutRuleInput{Name: &n.Rule, EventPattern: aws.String(`{"source":["aws.ecs"]}`), Tags: []events.Tag{{Key: aws.String("Team"), Value: aws.String("web")}}})
			return err
		},
		func() error {
			_, err := c.Events.PutTargets(ctx, &eventbridge.PutTargetsInput{Rule: &n.Rule, Targets: []events.Target{{Id: aws.String("ECSSpotHandler"), Arn: aws.String(n.FunctionARN())}}})
			return err
		},
	} {
		if err := step(); err != nil {
			t.Fatal(err)
		}
	}
	return n
}

// The Terraform module's function, rule and log group are taken over with their settings. Its target and
// statement are removed, or every event would be handled twice; the rule is disabled while the function
// changes.
func TestAdopt(t *testing.T) {
	inAccount(t, func(t *testing.T, a *account) {
		n := createModuleResources(t, a)
		found := a.find(t, "", nil)
		if refusal := apperrtest.ErrorOf(t, found.checkOwnership(false)); refusal.Code != apperr.CodeNotOurs {
			t.Errorf("%+v", refusal)
		}
		if err := found.checkOwnership(true); err != nil {
			t.Fatal(err)
		}
		_, warnings, err := found.Resolve(given("timeout", "45"), false)
		if err != nil {
			t.Fatal(err)
		}
		slices.Sort(warnings)
		deploytest.SameLines(t, warnings,
			`the record is missing: architecture "x86_64" was read from the resources`,
			`the record is missing: log level "DEBUG" was read from the resources`,
			`the record is missing: log retention days 30 was read from the resources`,
			`the record is missing: memory size 256 was read from the resources`,
			`the record is missing: tags {"Team":"web"} was read from the resources`)

		_, changes := a.plan(t, "", nil)
		for _, change := range changes { // the plan names what is removed
			gone := map[resource.Kind]string{resource.KindPermission: "AllowExecutionFromEventBridge", resource.KindTarget: "ECSSpotHandler"}[change.Kind]
			if gone != "" && !slices.Contains(change.Fields, resource.Field{Path: "duplicates", Old: gone, New: ""}) {
				t.Errorf("%s: %v", change.Describe(), change.Fields)
			}
		}

		a.ForgetCalls()
		a.install(t, "", given("timeout", "45"))
		order := slices.DeleteFunc(a.calls(writes), func(call string) bool { // without those of the record, the settings and the tags
			return strings.HasPrefix(call, "iam:") || strings.HasPrefix(call, "logs:") || strings.HasSuffix(call, "TagResource") || strings.HasSuffix(call, "InvokeConfig")
		})
		deploytest.SameLines(t, order, "events:PutRule", "lambda:UpdateFunctionCode", "lambda:UpdateFunctionConfiguration",
			"lambda:AddPermission", "lambda:RemovePermission", "events:RemoveTargets", "events:PutTargets", "events:PutRule")

		after := a.find(t, "", nil)
		spec := resolved(t, after)
		if spec.MemorySize != 256 || spec.Timeout != 45 || spec.LogLevel != "DEBUG" || spec.LogRetentionDays != 30 || spec.Tags["Team"] != "web" || spec.Architecture != "x86_64" {
			t.Errorf("%+v", spec)
		}
		if s := after.State; s.Triggers[0].Rule.State != "ENABLED" || len(s.Triggers[0].Rule.Targets) > 0 || len(s.Foreign()) > 0 || len(s.Triggers[0].DuplicateStatements) > 0 || s.Function.RoleARN != n.RoleARN() {
			t.Errorf("%+v", s)
		}
	})
}

// Whatever a rule matches and whatever its state, it is disabled while the function changes, and otherwise
// unchanged.
func TestAdoptPausesTheRule(t *testing.T) {
	for name, rule := range map[string]eventbridge.PutRuleInput{
		"by events":          {EventPattern: aws.String(`{"source":["aws.ecs"]}`), Description: aws.String("theirs")},
		"by CloudTrail's":    {EventPattern: aws.String(`{"source":["aws.ecs"]}`), State: events.RuleStateEnabledWithAllCloudtrailManagementEvents},
		"by the clock alone": {ScheduleExpression: aws.String("rate(1 day)")},
	} {
		t.Run(name, func(t *testing.T) {
			inAccount(t, func(t *testing.T, a *account) {
				n := createModuleResources(t, a)
				rule.Name = &n.Rule
				if _, err := a.clients.Events.PutRule(t.Context(), &rule); err != nil {
					t.Fatal(err)
				}
				before := a.find(t, "", nil).State.Triggers[0].Rule
				stop := a.Inject(localaws.Fault{Action: "UpdateFunctionCode", Deny: true})
				if _, err := a.tryInstall(t.Context(), "", nil); !apperr.IsAccessDenied(err) {
					t.Fatal(err)
				}
				stop()
				before.State = "DISABLED"
				if paused := a.find(t, "", nil).State.Triggers[0].Rule; jsonText(paused) != jsonText(before) {
					t.Errorf("got\n\t%s\nwant\n\t%s", jsonText(paused), jsonText(before))
				}
				a.install(t, "", nil)
				if state := a.find(t, "", nil).State.Triggers[0].Rule.State; state != "ENABLED" {
					t.Errorf("the rule is left %s", state)
				}
			})
		})
	}
}

// A takeover that fails at any of its writes continues with the next run; a disabled rule is enabled again.
func TestAdoptDenied(t *testing.T) {
	for n, denied := 1, true; denied; n++ {
		inAccount(t, func(t *testing.T, a *account) {
			createModuleResources(t, a)
			seen := 0
			stop := a.Inject(localaws.Fault{Deny: true, Match: func(c localaws.Call) bool {
				if c.Write() {
					seen++
				}
				return c.Write() && seen >= n
			}})
			_, err := a.tryInstall(t.Context(), "", nil)
			stop()
			if denied = apperr.IsAccessDenied(err); !denied && (err != nil || n < 10) {
				t.Fatalf("%d writes were let through: %v", n-1, err)
			}
			a.install(t, "", nil)
			if state := a.find(t, "", nil).State.Triggers[0].Rule.State; state != "ENABLED" {
				t.Errorf("the rule is left %s", state)
			}
		})
	}
}

// A rule that was disabled before stays disabled.
func TestAdoptDisabledRule(t *testing.T) {
	inAccount(t, func(t *testing.T, a *account) {
		n := createModuleResources(t, a)
		if _, err := a.clients.Events.PutRule(t.Context(), &eventbridge.PutRuleInput{Name: &n.Rule, EventPattern: aws.String(`{"source":["aws.ecs"]}`), State: "DISABLED"}); err != nil {
			t.Fatal(err)
		}
		a.ForgetCalls()
		a.install(t, "", nil)
		if state := a.find(t, "", nil).State.Triggers[0].Rule.State; state != "DISABLED" {
			t.Errorf("the rule is %s", state)
		}
		if puts := a.count("events:PutRule"); puts != 1 { // makes it ours: there is nothing to pause
			t.Errorf("it was put %d times", puts)
		}
	})
}

// sentRules is an EventBridge client that records the rules it is given.
type sentRules struct {
	resource.RuleAPI
	rules *[]eventbridge.PutRuleInput
}

func (r sentRules) PutRule(ctx context.Context, in *eventbridge.PutRuleInput, options ...func(*eventbridge.Options)) (*eventbridge.PutRuleOutput, error) {
	*r.rules = append(*r.rules, *in)
	return r.RuleAPI.PutRule(ctx, in, options...)
}

// The call that disables a rule contains no tags: AWS rejects its own, such as CloudFormation's.
func TestAdoptSendsNoTagsOfOthers(t *testing.T) {
	inAccount(t, func(t *testing.T, a *account) {
		createModuleResources(t, a)
		var put []eventbridge.PutRuleInput
		a.clients.Events = sentRules{a.clients.Events, &put}
		a.install(t, "", nil)
		if len(put) != 2 || put[0].State != events.RuleStateDisabled || len(put[0].Tags) > 0 || put[1].State != events.RuleStateEnabled {
			t.Errorf("%+v", put)
		}
	})
}

// The commands remove the resources from the Terraform state by the module's own addresses.
func TestTerraformForget(t *testing.T) {
	names := resource.NewNames(deploytest.Identity(), "", "fn", "rule")
	taken := []resource.Unowned{
		{ID: resource.ID{Kind: resource.KindLogGroup, Name: names.LogGroup}},
		{ID: resource.ID{Kind: resource.KindFunction, Name: names.Function}},
		{ID: resource.ID{Kind: resource.KindRule, Name: names.Rule}},
		{ID: resource.ID{Kind: resource.KindRule, Name: "a rule that the module does not have"}},
	}
	deploytest.SameLines(t, TerraformForget(names, taken, "module.spot"),
		"terraform state rm 'module.spot.module.spot_handler_lambda.aws_cloudwatch_log_group.lambda[0]'",
		"terraform state rm 'module.spot.aws_lambda_permission.allow_eventbridge'",
		"terraform state rm 'module.spot.module.spot_handler_lambda.aws_lambda_function.this[0]'",
		"terraform state rm 'module.spot.aws_cloudwatch_event_target.lambda_target'",
		"terraform state rm 'module.spot.aws_cloudwatch_event_rule.spot_interruption'")
}

// A statement for another rule or another service is an addition, not a duplicate, and is kept.
func TestNoDuplicates(t *testing.T) {
	inAccount(t, func(t *testing.T, a *account) {
		a.install(t, "", nil)
		n := a.find(t, "", nil).Names
		for sid, statement := range map[string]lambda.AddPermissionInput{
			"rule":    {Principal: aws.String("events.amazonaws.com"), SourceArn: aws.String(n.RuleARN() + "-2")},
			"service": {Principal: aws.String("scheduler.amazonaws.com"), SourceArn: aws.String(n.RuleARN())},
		} {
			statement.FunctionName, statement.StatementId, statement.Action = &n.Function, &sid, aws.String("lambda:InvokeFunction")
			if _, err := a.clients.Lambda.AddPermission(t.Context(), &statement); err != nil {
				t.Fatal(err)
			}
		}
		a.install(t, "", given("timeout", "30"))
		found := a.find(t, "", nil).State
		if duplicates := found.Triggers[0].DuplicateStatements; len(duplicates) > 0 || len(found.Foreign()) != 2 {
			t.Errorf("duplicates are %q, additions %v", duplicates, found.Foreign())
		}
	})
}

// A second target or statement from our rule to our function is drift and is removed.
func TestDuplicates(t *testing.T) {
	inAccount(t, func(t *testing.T, a *account) {
		a.install(t, "", nil)
		n := a.find(t, "", nil).Names
		_, err := a.clients.Events.PutTargets(t.Context(), &eventbridge.PutTargetsInput{Rule: &n.Rule, Targets: []events.Target{
			{Id: aws.String("theirs"), Arn: aws.String(n.FunctionARN())}, {Id: aws.String("older"), Arn: aws.String(n.FunctionARN() + ":1")},
		}})
		if err != nil {
			t.Fatal(err)
		}
		_, err = a.clients.Lambda.AddPermission(t.Context(), &lambda.AddPermissionInput{
			FunctionName: &n.Function, StatementId: aws.String("theirs"), Principal: aws.String("events.amazonaws.com"), Action: aws.String("lambda:InvokeFunction"), SourceArn: aws.String(n.RuleARN()),
		})
		if err != nil {
			t.Fatal(err)
		}
		_, changes := a.plan(t, "", nil)
		deploytest.SameLines(t, deploytest.Printed(changes), "update permission; duplicates theirs -> ", "update target; duplicates theirs, older -> ")
		if err := a.find(t, "", nil).checkRemovable(false, false); err != nil {
			t.Errorf("it is in the way of an uninstall: %v", err)
		}
		a.install(t, "", nil)
		a.uninstall(t, "", false)
		a.isEmpty(t, "")
	})
}
