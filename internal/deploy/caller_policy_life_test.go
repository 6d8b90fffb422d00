package deploy

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	events "github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/localaws"
)

// Each command's own policy is enough for everything that the command does.
func TestCallerPolicyIsSufficient(t *testing.T) {
	t.Parallel()
	withPipeline(t, func(t *testing.T, p pipeline) {
		for _, e := range errands(false) {
			e.before(t, p.admin)
			p.allow(e.policy(t, handsNames()))
			if err := e.do(p, t.Context(), t); err != nil {
				t.Errorf("%s: %v: %s", e.name, err, told(err))
			}
		}
	})
}

// Without any one of its actions, the command fails, and the error names the action.
func TestCallerPolicyIsMinimal(t *testing.T) {
	t.Parallel()
	withPipeline(t, func(t *testing.T, p pipeline) {
		taken := 0
		for _, e := range errands(true) {
			e.before(t, p.admin)
			for _, action := range e.rights(t) {
				if p.hasWritten() {
					e.before(t, p.admin)
				}
				p.ForgetCalls()
				p.allow(withoutAction(t, e.policy(t, handsNames()), action))
				if err := e.do(p, t.Context(), t); err == nil || !strings.Contains(told(err), naming(action)) {
					t.Errorf("%s without %s gives %v: %s", e.name, action, err, told(err))
				}
				taken++
			}
		}
		t.Logf("%d rights taken away, one at a time", taken)
	})
}

// hasWritten says whether anything was changed since the last ForgetCalls.
func (p pipeline) hasWritten() bool {
	return len(p.calls(func(c localaws.Call) bool { return c.Write() && c.Code == "" })) > 0
}

// A statement that is for another prefix, region, account or partition is as good as none.
func TestCallerPolicyIsScoped(t *testing.T) {
	t.Parallel()
	for place, change := range map[string]func(*Names){
		"another prefix":    func(n *Names) { *n = NewNames(n.Identity, "test", "ecs-fargate-spot-handler", "ecs-spot-interruption") },
		"another region":    func(n *Names) { n.Region, n.Role = "eu-west-1", RoleName(n.Prefix, "eu-west-1") },
		"another account":   func(n *Names) { n.Account = "444455556666" },
		"another partition": func(n *Names) { n.Partition = "aws-cn" },
	} {
		theirs := handsNames()
		change(&theirs)
		policy := parsed(t, callerPolicy(t, theirs, Defaults(theirs.Prefix), Errand{Install: true}))
		withInstaller(t, func(t *testing.T, tries func(index int, resource any) error) {
			for index, statement := range policy.Statement {
				if statement.Resource == "*" {
					continue
				}
				if err := tries(index, statement.Resource); !apperr.IsAccessDenied(err) {
					t.Errorf("%s in %s gives %v", statement.Sid, place, err)
				}
			}
		})
	}
}

// Where a statement is for several forms of an ARN, each is needed.
func TestCallerPolicyNeedsEveryARN(t *testing.T) {
	policy := parsed(t, callerPolicy(t, handsNames(), Defaults(handsPrefix), Errand{Install: true}))
	withInstaller(t, func(t *testing.T, tries func(index int, resource any) error) {
		for index, statement := range policy.Statement {
			forms, _ := statement.Resource.([]any)
			for i := range forms {
				if err := tries(index, slices.Delete(slices.Clone(forms), i, i+1)); !apperr.IsAccessDenied(err) {
					t.Errorf("without %s it gives %v", forms[i], err)
				}
			}
		}
	})
}

// withInstaller gives what tries an install, into nothing, under a policy in which one statement has another resource.
func withInstaller(t *testing.T, test func(t *testing.T, tries func(index int, resource any) error)) {
	t.Helper()
	withPipeline(t, func(t *testing.T, p pipeline) {
		test(t, func(index int, resource any) error {
			policy := parsed(t, callerPolicy(t, handsNames(), Defaults(handsPrefix), Errand{Install: true}))
			policy.Statement[index].Resource = resource
			emptied(t, p.admin)
			p.allow(encodeJSON(policy))
			return p.runInstall(t.Context(), p.release, nil)
		})
	})
}

// The conditions hold whoever can change the function and the rule to just that.
func TestCallerPolicyConditions(t *testing.T) {
	names := handsNames()
	for name, test := range map[string]struct {
		do     func(ctx context.Context, t *testing.T, p pipeline) error
		denied string
	}{
		"invoked by another service": {func(ctx context.Context, _ *testing.T, p pipeline) error {
			_, err := p.clients.Lambda.AddPermission(ctx, &lambda.AddPermissionInput{
				FunctionName: &names.Function, StatementId: aws.String("mine"), Action: aws.String("lambda:InvokeFunction"), Principal: aws.String("s3.amazonaws.com"),
			})
			return err
		}, "lambda:AddPermission"},
		"invoked by everybody": {func(ctx context.Context, _ *testing.T, p pipeline) error {
			_, err := p.clients.Lambda.AddPermission(ctx, &lambda.AddPermissionInput{
				FunctionName: &names.Function, StatementId: aws.String("mine"), Action: aws.String("lambda:InvokeFunction"), Principal: aws.String("*"),
			})
			return err
		}, "lambda:AddPermission"},
		"events to another target": {func(ctx context.Context, _ *testing.T, p pipeline) error {
			_, err := p.clients.Events.PutTargets(ctx, &eventbridge.PutTargetsInput{Rule: &names.Rule, Targets: []events.Target{
				{Id: aws.String("mine"), Arn: aws.String(names.FunctionARN() + "-2")},
			}})
			return err
		}, "events:PutTargets"},
		"another role for the function": {func(ctx context.Context, _ *testing.T, p pipeline) error {
			_, err := p.clients.Lambda.UpdateFunctionConfiguration(ctx, &lambda.UpdateFunctionConfigurationInput{
				FunctionName: &names.Function, Role: aws.String(names.ARN("iam", "", "role/admin")),
			})
			return err
		}, "iam:PassRole"},
		"a role without the boundary": {func(ctx context.Context, t *testing.T, p pipeline) error {
			p.admin.uninstall(t, handsPrefix, false)
			p.allow(callerPolicy(t, names, Spec{Boundary: aBoundary}, Errand{Install: true}))
			return p.runInstall(ctx, p.release, nil)
		}, "iam:CreateRole"},
		"a role with another boundary": {func(ctx context.Context, t *testing.T, p pipeline) error {
			p.admin.uninstall(t, handsPrefix, false)
			p.allow(callerPolicy(t, names, Spec{Boundary: aBoundary}, Errand{Install: true}))
			return p.runInstall(ctx, p.release, given("permissions-boundary", aBoundary+"-2"))
		}, "iam:CreateRole"},
		"the role for another service": {func(ctx context.Context, t *testing.T, p pipeline) error {
			p.allow(strings.ReplaceAll(callerPolicy(t, names, Defaults(handsPrefix), Errand{Install: true}), lambdaPrincipal, "ecs-tasks.amazonaws.com"))
			role := names.RoleARN()
			_, err := p.clients.Lambda.UpdateFunctionConfiguration(ctx, &lambda.UpdateFunctionConfigurationInput{FunctionName: &names.Function, Role: &role})
			return err
		}, "iam:PassRole"},
	} {
		t.Run(name, func(t *testing.T) {
			withPipeline(t, func(t *testing.T, p pipeline) {
				installedAlready(t, p.admin)
				p.allow(callerPolicy(t, names, Defaults(handsPrefix), Errand{Install: true, Uninstall: true}))
				if err := test.do(t.Context(), t, p); !apperr.IsAccessDenied(err) || !apperr.Says(err, "not authorized to perform: "+test.denied+" ") {
					t.Errorf("it gives %v", err)
				}
			})
		})
	}
}

// The caller has the key through Lambda alone: what is encrypted with it elsewhere stays closed.
func TestCallerPolicyKeyIsForLambda(t *testing.T) {
	policy := callerPolicy(t, handsNames(), Spec{KMSKey: aKey}, Errand{Install: true})
	const want = `"Resource":"` + aKey + `","Condition":{"StringLike":{"kms:ViaService":"lambda.us-east-1.amazonaws.com*"}}`
	if !strings.Contains(policy, want) {
		t.Errorf("%s\nhas no\n%s", policy, want)
	}
}

// naming is how an error names an action; what Lambda hides in an answer it names in its own words.
func naming(action string) string {
	if action == "lambda:ListTags" || action == "kms:Decrypt" {
		return action
	}
	return "may not " + action + "."
}

// told is what a user reads of an error.
func told(err error) string {
	explained, ok := errors.AsType[*apperr.Error](err)
	if !ok {
		return fmt.Sprint(err)
	}
	return strings.Join(slices.Concat([]string{explained.Message}, explained.Detail, explained.Hints), " ")
}

// withoutAction is the policy less one action.
func withoutAction(t *testing.T, policy, action string) string {
	t.Helper()
	document := parsed(t, policy)
	for i, statement := range document.Statement {
		document.Statement[i].Action = slices.DeleteFunc(statement.Action.([]any), func(each any) bool { return each == action })
	}
	return encodeJSON(document)
}

func parsed(t *testing.T, policy string) policyDocument {
	t.Helper()
	var document policyDocument
	if err := json.Unmarshal([]byte(policy), &document); err != nil {
		t.Fatal(err)
	}
	return document
}
