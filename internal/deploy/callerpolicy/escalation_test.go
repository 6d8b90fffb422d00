package callerpolicy_test

import (
	"context"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	events "github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/deploy/resource"
)

// escalation is a call that would give the holder of a policy more permissions than the policy.
type escalation struct {
	name   string
	do     func(ctx context.Context, c clients, n resource.Names) error
	denied string // the denied action
}

// With a boundary in the policy, the role can be created and changed only while it has that boundary.
func TestBoundaryInThePolicyStopsEscalation(t *testing.T) {
	w := newEnvironment(t)
	w.admin("install --prefix prod") // by an administrator who set no boundary
	w.allow(w.printed("--force --permissions-boundary " + aBoundary))
	w.denies("a role without the boundary", changesOfTheRole())
	w.edit(setBoundary(aBoundary + "-2"))
	w.denies("a role with another boundary", changesOfTheRole())
	w.edit(setBoundary(aBoundary))
	w.denies("a role with the boundary", []escalation{
		{"taking the boundary off", func(ctx context.Context, c clients, n resource.Names) error {
			_, err := c.iam.DeleteRolePermissionsBoundary(ctx, &iam.DeleteRolePermissionsBoundaryInput{RoleName: &n.Role})
			return err
		}, "iam:DeleteRolePermissionsBoundary"},
		{"another boundary", func(ctx context.Context, c clients, n resource.Names) error {
			return setBoundary("arn:aws:iam::aws:policy/AdministratorAccess")(ctx, c, n)
		}, "iam:PutRolePermissionsBoundary"},
		{"a managed policy", func(ctx context.Context, c clients, n resource.Names) error {
			_, err := c.iam.AttachRolePolicy(ctx, &iam.AttachRolePolicyInput{RoleName: &n.Role, PolicyArn: ptr("arn:aws:iam::aws:policy/AdministratorAccess")})
			return err
		}, "iam:AttachRolePolicy"},
		{"the role on a machine", func(ctx context.Context, c clients, n resource.Names) error {
			_, err := c.iam.AddRoleToInstanceProfile(ctx, &iam.AddRoleToInstanceProfileInput{InstanceProfileName: ptr("machines"), RoleName: &n.Role})
			return err
		}, "iam:AddRoleToInstanceProfile"},
		{"another role for the function", func(ctx context.Context, c clients, n resource.Names) error {
			_, err := c.lambda.UpdateFunctionConfiguration(ctx, &lambda.UpdateFunctionConfigurationInput{FunctionName: &n.Function, Role: ptr(n.ARN("iam", "", "role/admin"))})
			return err
		}, "iam:PassRole"},
		{"another principal for the function", func(ctx context.Context, c clients, n resource.Names) error {
			_, err := c.lambda.AddPermission(ctx, &lambda.AddPermissionInput{
				FunctionName: &n.Function, StatementId: ptr("mine"), Action: ptr("lambda:InvokeFunction"), Principal: ptr("444455556666"),
			})
			return err
		}, "lambda:AddPermission"},
		{"events to another target", func(ctx context.Context, c clients, n resource.Names) error {
			target := events.Target{Id: ptr("mine"), Arn: ptr(n.FunctionARN() + "-2")}
			_, err := c.events.PutTargets(ctx, &eventbridge.PutTargetsInput{Rule: &n.Rule, Targets: []events.Target{target}})
			return err
		}, "events:PutTargets"},
	})
	w.admin("uninstall --prefix prod --yes")
	w.denies("no role", []escalation{
		{"a role without a boundary", createRole(""), "iam:CreateRole"},
		{"a role with another boundary", createRole(aBoundary + "-2"), "iam:CreateRole"},
	})
}

// changesOfTheRole returns the calls that could give the role more permissions.
func changesOfTheRole() []escalation {
	return []escalation{
		{"the right to everything", func(ctx context.Context, c clients, n resource.Names) error {
			_, err := c.iam.PutRolePolicy(ctx, &iam.PutRolePolicyInput{RoleName: &n.Role, PolicyName: ptr(resource.PolicyName), PolicyDocument: ptr(everything)})
			return err
		}, "iam:PutRolePolicy"},
		{"trust in the caller", func(ctx context.Context, c clients, n resource.Names) error {
			_, err := c.iam.UpdateAssumeRolePolicy(ctx, &iam.UpdateAssumeRolePolicyInput{RoleName: &n.Role, PolicyDocument: ptr(trustingCaller())})
			return err
		}, "iam:UpdateAssumeRolePolicy"},
		{"another description", func(ctx context.Context, c clients, n resource.Names) error {
			_, err := c.iam.UpdateRole(ctx, &iam.UpdateRoleInput{RoleName: &n.Role, Description: ptr("mine")})
			return err
		}, "iam:UpdateRole"},
	}
}

func setBoundary(arn string) func(context.Context, clients, resource.Names) error {
	return func(ctx context.Context, c clients, n resource.Names) error {
		_, err := c.iam.PutRolePermissionsBoundary(ctx, &iam.PutRolePermissionsBoundaryInput{RoleName: &n.Role, PermissionsBoundary: &arn})
		return err
	}
}

func createRole(boundary string) func(context.Context, clients, resource.Names) error {
	return func(ctx context.Context, c clients, n resource.Names) error {
		in := &iam.CreateRoleInput{RoleName: &n.Role, Path: ptr(resource.Path), AssumeRolePolicyDocument: ptr(trustingCaller())}
		if boundary != "" {
			in.PermissionsBoundary = &boundary
		}
		_, err := c.iam.CreateRole(ctx, in)
		return err
	}
}

// trustingCaller returns a trust policy that lets the caller assume the role, whatever the caller's own
// policies allow.
func trustingCaller() string {
	return `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:user/local"},"Action":"sts:AssumeRole"}]}`
}

// denies makes each call as the caller and checks that IAM denies the expected action.
func (w *environment) denies(circumstances string, attempts []escalation) {
	w.Helper()
	for _, each := range attempts {
		err := each.do(w.Context(), w.clients(callerKey), names())
		if !apperr.IsAccessDenied(err) || !apperr.Says(err, "not authorized to perform: "+each.denied+" ") {
			w.Errorf("%s, %s: %v", circumstances, each.name, err)
		}
	}
}

// A caller who gives the role all permissions and assumes it is still limited by the boundary.
func TestBoundaryLimitsWhoAssumesTheRole(t *testing.T) {
	w := newEnvironment(t)
	arn := w.createPolicy("prod-spothandler-boundary", w.printed("boundary"))
	w.allow(w.printed("install --permissions-boundary " + arn))
	if said, code := w.run(callerKey, "install --prefix prod --permissions-boundary "+arn); code != 0 {
		t.Fatal(said)
	}
	for _, each := range changesOfTheRole() {
		if err := each.do(t.Context(), w.clients(callerKey), names()); err != nil {
			t.Fatalf("%s: %v", each.name, err)
		}
	}
	n, role := names(), w.assume(callerKey, names().RoleARN())
	ctx := t.Context()
	_, err := role.logs.CreateLogStream(ctx, &cloudwatchlogs.CreateLogStreamInput{LogGroupName: &n.LogGroup, LogStreamName: ptr("mine")})
	if err != nil {
		t.Errorf("within the boundary: %v", err)
	}
	for action, do := range map[string]func() error{
		"iam:CreateRole": func() error { return createRole("")(ctx, role, resource.Names{Role: "mine"}) },
		"iam:PutRolePolicy": func() error {
			_, err := role.iam.PutRolePolicy(ctx, &iam.PutRolePolicyInput{RoleName: &n.Role, PolicyName: ptr("mine"), PolicyDocument: ptr(everything)})
			return err
		},
		"iam:DeleteRolePermissionsBoundary": func() error {
			_, err := role.iam.DeleteRolePermissionsBoundary(ctx, &iam.DeleteRolePermissionsBoundaryInput{RoleName: &n.Role})
			return err
		},
		"iam:CreatePolicyVersion": func() error {
			_, err := role.iam.CreatePolicyVersion(ctx, &iam.CreatePolicyVersionInput{PolicyArn: &arn, PolicyDocument: ptr(everything), SetAsDefault: true})
			return err
		},
		"lambda:DeleteFunction": func() error {
			_, err := role.lambda.DeleteFunction(ctx, &lambda.DeleteFunctionInput{FunctionName: &n.Function})
			return err
		},
		"logs:DeleteLogGroup": func() error {
			_, err := role.logs.DeleteLogGroup(ctx, &cloudwatchlogs.DeleteLogGroupInput{LogGroupName: &n.LogGroup})
			return err
		},
		"events:DisableRule": func() error {
			_, err := role.events.DisableRule(ctx, &eventbridge.DisableRuleInput{Name: &n.Rule})
			return err
		},
	} {
		if err := do(); !apperr.IsAccessDenied(err) || !apperr.Says(err, "not authorized to perform: "+action+" ") {
			t.Errorf("%s: %v", action, err)
		}
	}
}

// createPolicy creates a managed policy as an administrator and returns its ARN.
func (w *environment) createPolicy(name, document string) string {
	w.Helper()
	made, err := w.clients(adminKey).iam.CreatePolicy(w.Context(), &iam.CreatePolicyInput{PolicyName: &name, PolicyDocument: &document})
	if err != nil {
		w.Fatal(err)
	}
	return *made.Policy.Arn
}

// assume returns clients that use a role assumed by the holder of a key.
func (w *environment) assume(key, role string) clients {
	w.Helper()
	config := w.server.Config()
	config.Credentials = credentials.NewStaticCredentialsProvider(key, "secret", "")
	response, err := sts.NewFromConfig(config).AssumeRole(w.Context(), &sts.AssumeRoleInput{RoleArn: &role, RoleSessionName: ptr("mine")})
	if err != nil {
		w.Fatal(err)
	}
	return w.clients(*response.Credentials.AccessKeyId)
}

// Without a boundary the holder of the policy for install can make the function's role an administrator, as
// README and docs/security.md say.
func TestPolicyWithoutABoundaryIsAdministratorAccess(t *testing.T) {
	w := newEnvironment(t)
	w.admin("install --prefix prod")
	w.allow(w.printed("install"))
	for _, each := range changesOfTheRole() {
		if err := each.do(w.Context(), w.clients(callerKey), names()); err != nil {
			t.Errorf("%s: %v", each.name, err)
		}
	}
	if err := createRole("")(t.Context(), w.assume(callerKey, names().RoleARN()), resource.Names{Role: "mine"}); err != nil {
		t.Errorf("the role that may do everything: %v", err)
	}
	if strings.Contains(w.printed("install --permissions-boundary "+aBoundary), "iam:DeleteRolePermissionsBoundary") {
		t.Error("the policy with a boundary lets it be taken off")
	}
}
