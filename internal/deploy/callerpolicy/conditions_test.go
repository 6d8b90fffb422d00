package callerpolicy_test

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	events "github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/deploy/resource"
	"github.com/spothandler/spothandler/internal/deploy/settings"
)

// A statement for another prefix, Region, account or partition has no effect.
func TestPolicyIsScoped(t *testing.T) {
	w := newEnvironment(t)
	policy := w.printed("install")
	for place, change := range map[string]func(*resource.Names){
		"another prefix": func(n *resource.Names) {
			*n = resource.NewNames(n.Identity, "test", "ecs-fargate-spot-handler", "ecs-spot-interruption")
		},
		"another region":    func(n *resource.Names) { n.Region, n.Role = "eu-west-1", settings.RoleName(n.Prefix, "eu-west-1") },
		"another account":   func(n *resource.Names) { n.Account = "444455556666" },
		"another partition": func(n *resource.Names) { n.Partition = "aws-cn" },
	} {
		theirs := names()
		change(&theirs)
		for index, statement := range parse(t, policyFor(t, theirs, settings.Defaults(theirs.Prefix), installing())).Statement {
			if statement.Resource == "*" {
				continue
			}
			if said := w.installsWith(policy, index, statement.Resource); !strings.Contains(said, "access denied") {
				t.Errorf("%s in %s: %s", statement.Sid, place, said)
			}
		}
	}
}

// If a statement lists several forms of an ARN, each is needed.
func TestPolicyNeedsEveryARN(t *testing.T) {
	w := newEnvironment(t)
	policy, tried := w.printed("install"), 0
	for index, statement := range parse(t, policy).Statement {
		forms, _ := statement.Resource.([]any)
		for i := range forms {
			tried++
			if said := w.installsWith(policy, index, slices.Delete(slices.Clone(forms), i, i+1)); !strings.Contains(said, "access denied") {
				t.Errorf("%s without %s: %s", statement.Sid, forms[i], said)
			}
		}
	}
	if tried != 4 { // two of the role, two of the log group
		t.Errorf("%d forms were left out", tried)
	}
}

// installsWith runs a first install with another resource in one statement of the policy, and returns the
// command's output.
func (w *environment) installsWith(policy string, index int, resource any) string {
	w.Helper()
	document := parse(w.T, policy)
	document.Statement[index].Resource = resource
	text, err := json.Marshal(document)
	if err != nil {
		w.Fatal(err)
	}
	w.setState(nothing())
	w.allow(string(text))
	w.server.ForgetCalls()
	said, _ := w.run(callerKey, "install --prefix prod --wait 1s")
	return said
}

// A caller who may change the function and the rule cannot use them for anything else.
func TestPolicyConditions(t *testing.T) {
	w := newEnvironment(t)
	w.admin("install --prefix prod")
	w.allow(w.printed("install uninstall"))
	n, caller := names(), w.clients(callerKey)
	permit := func(ctx context.Context, principal string) error {
		_, err := caller.lambda.AddPermission(ctx, &lambda.AddPermissionInput{
			FunctionName: &n.Function, StatementId: ptr("mine"), Action: ptr("lambda:InvokeFunction"), Principal: &principal,
		})
		return err
	}
	for name, test := range map[string]struct {
		do     func(ctx context.Context) error
		denied string
	}{
		"invoked by another service": {func(ctx context.Context) error { return permit(ctx, "s3.amazonaws.com") }, "lambda:AddPermission"},
		"invoked by another account": {func(ctx context.Context) error { return permit(ctx, "444455556666") }, "lambda:AddPermission"},
		"invoked by everybody":       {func(ctx context.Context) error { return permit(ctx, "*") }, "lambda:AddPermission"},
		"events to another target": {func(ctx context.Context) error {
			_, err := caller.events.PutTargets(ctx, &eventbridge.PutTargetsInput{Rule: &n.Rule, Targets: []events.Target{
				{Id: ptr("mine"), Arn: ptr(n.FunctionARN() + "-2")},
			}})
			return err
		}, "events:PutTargets"},
		"another role for the function": {func(ctx context.Context) error {
			_, err := caller.lambda.UpdateFunctionConfiguration(ctx, &lambda.UpdateFunctionConfigurationInput{
				FunctionName: &n.Function, Role: ptr(n.ARN("iam", "", "role/admin")),
			})
			return err
		}, "iam:PassRole"},
	} {
		if err := test.do(t.Context()); !apperr.IsAccessDenied(err) || !apperr.Says(err, "not authorized to perform: "+test.denied+" ") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// The role can be passed only to Lambda.
func TestPolicyPassesTheRoleToLambdaOnly(t *testing.T) {
	w := newEnvironment(t)
	w.setState(nothing())
	w.allow(strings.ReplaceAll(w.printed("install"), "lambda.amazonaws.com", "ecs-tasks.amazonaws.com"))
	if said, code := w.run(callerKey, "install --prefix prod"); code == 0 || !strings.Contains(said, "lacks the permission iam:PassRole.") {
		t.Errorf("exits with %d:\n%s", code, said)
	}
}
