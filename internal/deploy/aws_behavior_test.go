package deploy

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	logs "github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	events "github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	functions "github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/apperr/apperrtest"
	"github.com/spothandler/spothandler/internal/deploy/deploytest"
	"github.com/spothandler/spothandler/internal/deploy/resource"
	"github.com/spothandler/spothandler/internal/localaws"
)

// Behavior of AWS that a naive installer does not expect. docs/aws-behavior.md lists all of it.

// IAM finds a new role late and then shows its unique ID instead of its ARN; Lambda finds a new function
// late. An install still succeeds, and creates nothing twice.
func TestNewResourcesAreVisibleLate(t *testing.T) {
	delays := &localaws.Delays{
		RoleSeen: 6 * time.Second, RoleUsable: 12 * time.Second,
		FunctionSeen: 4 * time.Second, FunctionActive: 8 * time.Second, FunctionUpdate: 2 * time.Second, FunctionDelete: 3 * time.Second,
	}
	inAccountWith(t, localaws.Options{Delays: delays}, func(t *testing.T, a *account) {
		a.install(t, "prod", given("reserved-concurrency", "2", "tag", "Team=web"))
		for call, least := range map[string]int{"iam:PutRolePolicy": 2, "lambda:CreateFunction": 2, "iam:CreateRole": 1} {
			if a.count(call) < least {
				t.Errorf("%s was made once: this tests nothing", call)
			}
		}
		a.uninstall(t, "prod", false)
		a.isEmpty(t, "prod")
	})
}

// An account-level retention policy overrides the log group's: that is not drift, nothing is written, and
// status says what sets the retention.
func TestAccountPolicySetsRetention(t *testing.T) {
	for days, text := range map[int]string{90: "90 days", 0: "forever"} {
		options := localaws.Options{Delays: &localaws.Delays{}, LogRetention: &localaws.LogRetention{Policy: "org", Days: days}}
		inAccountWith(t, options, func(t *testing.T, a *account) {
			a.install(t, "prod", nil)
			a.ForgetCalls()
			a.install(t, "prod", given("log-retention-days", "14"))
			deploytest.SameLines(t, a.calls(writes))
			status := a.status(t, "prod")
			if !status.Healthy {
				t.Errorf("%+v", status.Problems)
			}
			deploytest.SameLines(t, status.Warnings, "logs are kept "+text+" instead of 14 days, because of the account's retention policy org")
			a.uninstall(t, "prod", false)
		})
	}
}

// A log group of class DELIVERY that is taken over ignores its retention setting, and its class cannot
// change.
func TestDeliveryClassHasItsOwnRetention(t *testing.T) {
	inAccount(t, func(t *testing.T, a *account) {
		_, err := a.clients.Logs.CreateLogGroup(t.Context(), &cloudwatchlogs.CreateLogGroupInput{
			LogGroupName: aws.String("/aws/lambda/ecs-fargate-spot-handler"), LogGroupClass: logs.LogGroupClassDelivery,
		})
		if err != nil {
			t.Fatal(err)
		}
		a.install(t, "", given("log-retention-days", "30"))
		deploytest.SameLines(t, a.status(t, "").Warnings, "logs are kept 2 days instead of 30 days, because of its class DELIVERY")
	})
}

// A log group with deletion protection stops an uninstall before its first write, since only its owner may
// remove the protection. If it is enabled during the uninstall, the uninstall fails with AWS's error and
// without waiting.
func TestProtectedLogGroup(t *testing.T) {
	inAccount(t, func(t *testing.T, a *account) {
		a.install(t, "prod", nil)
		protect := func(on bool) {
			t.Helper()
			name := a.find(t, "prod", nil).Names.LogGroup
			_, err := cloudwatchlogs.NewFromConfig(a.Config()).PutLogGroupDeletionProtection(t.Context(),
				&cloudwatchlogs.PutLogGroupDeletionProtectionInput{LogGroupIdentifier: &name, DeletionProtectionEnabled: &on})
			if err != nil {
				t.Fatal(err)
			}
		}
		before := a.find(t, "prod", nil)
		protect(true)
		found := a.find(t, "prod", nil)
		refusal := apperrtest.ErrorOf(t, found.checkRemovable(true, false))
		if refusal.Message != "log group /aws/lambda/prod-ecs-fargate-spot-handler has deletion protection" || !strings.HasPrefix(refusal.Hints[0], "--keep-logs") {
			t.Errorf("%+v", refusal)
		}
		if status := a.status(t, "prod"); !status.Healthy {
			t.Errorf("protection is a difference: %+v", status.Problems)
		}
		began := time.Now()
		_, err := resource.Apply(t.Context(), a.clients, before.Names, resource.Removal(before.owned(), "prod", false), resource.Options{})
		if waited := time.Since(began); err == nil || !strings.Contains(err.Error(), "deletion protection") || waited > firstPause {
			t.Errorf("after %s: %v", waited, err)
		}
		a.uninstall(t, "prod", true)
		protect(false)
		a.install(t, "prod", nil)
		a.uninstall(t, "prod", false)
		a.isEmpty(t, "prod")
	})
}

// A rule managed by an AWS service is never taken over, and the error is not retried.
func TestManagedRule(t *testing.T) {
	inAccount(t, func(t *testing.T, a *account) {
		a.install(t, "prod", nil)
		names, changes := a.plan(t, "prod", given("cluster", "shop"))
		a.ManageRule(names.Rule, "autoscaling.amazonaws.com")
		refusal := apperrtest.ErrorOf(t, a.find(t, "prod", nil).checkOwnership(true))
		if refusal.Code != apperr.CodeNotOurs || refusal.Detail[0] != "AWS manages it for autoscaling.amazonaws.com." {
			t.Errorf("%+v", refusal)
		}
		began := time.Now()
		_, err := resource.Apply(t.Context(), a.clients, names, changes, resource.Options{})
		if got := apperrtest.ErrorOf(t, err); !strings.Contains(got.Message, "ManagedRuleException") || time.Since(began) > 0 {
			t.Errorf("after %s: %v", time.Since(began), err)
		}
		found, err := findForRemoval(t.Context(), a.clients, a.id, "prod", nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, change := range resource.Removal(found.owned(), "prod", false) {
			if change.Kind == resource.KindRule || change.Kind == resource.KindTarget {
				t.Errorf("an uninstall would touch it: %s", change.Describe())
			}
		}
	})
}

// A disabled rule stays disabled: PutRule without a state would enable it.
func TestPutRuleKeepsTheState(t *testing.T) {
	inAccount(t, func(t *testing.T, a *account) {
		a.install(t, "prod", given("rule-state", "DISABLED"))
		a.install(t, "prod", given("cluster", "shop"))
		if state := a.find(t, "prod", nil).State.Triggers[0].Rule.State; state != "DISABLED" {
			t.Errorf("the rule is %s", state)
		}
	})
}

// ListTargetsByRule reports a missing rule like EventBridge's other calls, or as a ValidationException.
func TestMissingRuleErrors(t *testing.T) {
	inAccount(t, func(t *testing.T, a *account) {
		for _, words := range []string{"Rule x not found", "Rule x does not exist on EventBus default."} {
			stop := a.Inject(localaws.Fault{Action: "ListTargetsByRule", Nth: 1, Refuse: &localaws.Error{Code: "ValidationException", Message: words}})
			if found := a.find(t, "prod", nil); found.State.Triggers[0].Target != nil {
				t.Errorf("%+v", found.State.Triggers[0].Target)
			}
			stop()
		}
		a.Inject(localaws.Fault{Action: "ListTargetsByRule", Refuse: &localaws.Error{Code: "ValidationException", Message: "Limit must be 1 or more"}})
		if _, err := Find(t.Context(), a.clients, a.id, "prod", nil); err == nil {
			t.Error("any ValidationException is taken for an absence")
		}
	})
}

// singleTargets is an EventBridge client that lists a rule's targets one per page.
type singleTargets struct{ resource.RuleAPI }

func (s singleTargets) ListTargetsByRule(ctx context.Context, in *eventbridge.ListTargetsByRuleInput, options ...func(*eventbridge.Options)) (*eventbridge.ListTargetsByRuleOutput, error) {
	single := *in
	single.Limit = aws.Int32(1)
	return s.RuleAPI.ListTargetsByRule(ctx, &single, options...)
}

// A list of targets may have several pages.
func TestTargetsInPages(t *testing.T) {
	inAccount(t, func(t *testing.T, a *account) {
		a.install(t, "prod", nil)
		n := a.find(t, "prod", nil).Names
		for _, id := range []string{"a", "zz"} { // before and after ours
			_, err := a.clients.Events.PutTargets(t.Context(), &eventbridge.PutTargetsInput{Rule: &n.Rule, Targets: []events.Target{{Id: &id, Arn: aws.String(n.FunctionARN() + "-2")}}})
			if err != nil {
				t.Fatal(err)
			}
		}
		a.clients.Events = singleTargets{a.clients.Events}
		found := a.find(t, "prod", nil).State
		if found.Triggers[0].Target == nil || !slices.Equal(found.Triggers[0].Rule.Targets, []string{"a", "zz"}) {
			t.Errorf("ours is %+v, others' are %q", found.Triggers[0].Target, found.Triggers[0].Rule.Targets)
		}
	})
}

// Lambda also reports other states for working functions that are idle or deactivated: a wait ends there,
// unlike the SDK's waiter, and status reports no problem.
func TestWorkingStates(t *testing.T) {
	for _, state := range []functions.State{
		functions.StateInactive, functions.StateActiveNonInvocable, functions.StateDeactivating, functions.StateDeactivated,
	} {
		t.Run(string(state), func(t *testing.T) {
			inAccount(t, func(t *testing.T, a *account) {
				a.withFunction(func(response *lambda.GetFunctionOutput) { response.Configuration.State = state })
				a.install(t, "", nil)
				if status := a.status(t, ""); !status.Healthy {
					t.Errorf("%+v", status.Problems)
				}
			})
		})
	}
}

// A statement that another owner adds under our ID between read and write is reported at once; the same error
// is retried while Lambda does not return the statement yet.
func TestStatementAddedDuringInstall(t *testing.T) {
	inAccount(t, func(t *testing.T, a *account) {
		a.install(t, "prod", nil)
		a.deleteKind(t, resource.KindPermission, a.find(t, "prod", nil).Names)
		names, changes := a.plan(t, "prod", nil)
		add := func(principal string) {
			t.Helper()
			_, err := a.clients.Lambda.AddPermission(t.Context(), &lambda.AddPermissionInput{
				FunctionName: &names.Function, StatementId: aws.String(resource.StatementID), Principal: &principal, Action: aws.String("lambda:InvokeFunction"),
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		add("sns.amazonaws.com")
		began := time.Now()
		_, err := resource.Apply(t.Context(), a.clients, names, changes, resource.Options{})
		if err == nil || !strings.Contains(err.Error(), "a different statement spothandler") || time.Since(began) > 0 {
			t.Errorf("after %s: %v", time.Since(began), err)
		}
		a.install(t, "prod", nil)

		a.deleteKind(t, resource.KindPermission, names)
		a.Inject(localaws.Fault{Action: "AddPermission", Nth: 1, Refuse: &localaws.Error{
			Code: "ResourceConflictException", Status: 409, Message: "The statement id (spothandler) provided already exists. Please provide a new statement id, or remove the existing statement.",
		}})
		a.install(t, "prod", nil)
	})
}

// A role that is added to an instance profile between read and deletion ends the uninstall at once, because
// waiting does not remove it. The next uninstall reports it before its first write.
func TestRoleInAnInstanceProfile(t *testing.T) {
	inAccount(t, func(t *testing.T, a *account) {
		a.install(t, "prod", nil)
		before := a.find(t, "prod", nil)
		if err := a.intoProfile(t, "machines", before.Names.Role); err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		_, err := resource.Apply(t.Context(), a.clients, before.Names, resource.Removal(before.owned(), "prod", false), resource.Options{})
		if err == nil || !strings.Contains(err.Error(), "must remove roles from instance profile first") || time.Since(began) > firstPause {
			t.Errorf("after %s: %v", time.Since(began), err)
		}
		found, err := findForRemoval(t.Context(), a.clients, a.id, "prod", nil)
		if err != nil {
			t.Fatal(err)
		}
		refusal := apperrtest.ErrorOf(t, found.checkRemovable(false, false))
		deploytest.SameLines(t, refusal.Detail, "role prod-spothandler-us-east-1: instance profile machines", "Nothing was changed.")
		a.uninstall(t, "prod", false) // with --force
		a.isEmpty(t, "prod")
	})
}

// A reservation that the account has no executions for is rejected before the first write. If reading the
// limit is denied, the install continues.
func TestConcurrencyIsCheckedFirst(t *testing.T) {
	check := func(t *testing.T, a *account, executions string) error {
		t.Helper()
		_, err := a.prepare(t.Context(), "", given("reserved-concurrency", executions))
		return err
	}
	for _, test := range []struct {
		limit  int
		asked  string
		detail string // "" means accepted
	}{
		{10, "-1", ""},
		{10, "0", ""},
		{10, "1", "Its limit in us-east-1 is 10 concurrent executions, and Lambda keeps 100 unreserved: none can be reserved."},
		{50, "2", "Its limit in us-east-1 is 50 concurrent executions, and Lambda keeps 100 unreserved: none can be reserved."},
		{1000, "900", ""},
		{1000, "901", "Its limit in us-east-1 is 1000 concurrent executions, and Lambda keeps 100 unreserved: 900 can be reserved."},
	} {
		inAccountWith(t, localaws.Options{Concurrency: test.limit, Delays: &localaws.Delays{}}, func(t *testing.T, a *account) {
			err := check(t, a, test.asked)
			if test.detail == "" {
				if err != nil {
					t.Errorf("%d of %d: %v", test.limit, test.limit, err)
				}
				return
			}
			if refusal := apperrtest.ErrorOf(t, err); refusal.Code != apperr.CodeNoConcurrency || refusal.Detail[0] != test.detail {
				t.Errorf("%s of %d: %+v", test.asked, test.limit, refusal)
			}
		})
	}
	inAccountWith(t, localaws.Options{Concurrency: 110, Delays: &localaws.Delays{}}, func(t *testing.T, a *account) {
		a.install(t, "", given("reserved-concurrency", "8")) // what the function already reserves counts as available
		if err := check(t, a, "10"); err != nil {
			t.Error(err)
		}
		a.ForgetCalls()
		for _, asked := range []string{"8", "2", "-1"} { // always available
			if err := check(t, a, asked); err != nil || a.count("lambda:GetAccountSettings") > 0 {
				t.Errorf("%s: %v, asked of the account", asked, err)
			}
		}
		for _, fault := range []localaws.Fault{{Deny: true}, {Refuse: &localaws.Error{Code: "NotImplemented", Status: 501}}} {
			fault.Action = "GetAccountSettings"
			stop := a.Inject(fault)
			if err := check(t, a, "500"); err != nil {
				t.Error(err)
			}
			stop()
		}
	})
}
