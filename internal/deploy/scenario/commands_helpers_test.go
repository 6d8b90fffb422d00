package scenario_test

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	events "github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	functions "github.com/aws/aws-sdk-go-v2/service/lambda/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/deploy"
	"github.com/spothandler/spothandler/internal/deploy/resource"
	"github.com/spothandler/spothandler/internal/deploy/settings"
	"github.com/spothandler/spothandler/internal/testaws"
)

// crashPrefix is the prefix of the installation in the crash tests.
const crashPrefix = "prod"

// command is a command line without its output: the same calls as the binary, in the same order.
type command func(context.Context, *account) error

// identify is the first call of every command.
func (a *account) identify(ctx context.Context) error {
	_, err := sts.NewFromConfig(a.Config()).GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
	return apperr.Explain("identifying the caller", a.id.Caller, err)
}

// doInstall is `spothandler install`. It succeeds only if verification finds nothing left to change.
func doInstall(asked settings.Given) command {
	return func(ctx context.Context, a *account) error {
		if err := a.identify(ctx); err != nil {
			return err
		}
		install, err := deploy.PrepareInstall(ctx, a.clients, a.id, deploy.InstallRequest{
			Prefix: crashPrefix, Given: asked, Version: a.release.Version,
			Release: func(string) (resource.Release, error) { return a.release, nil },
		})
		if err != nil {
			return err
		}
		if _, err := install.Apply(ctx, resource.Options{}); err != nil {
			return err
		}
		return install.Verify(ctx, 0)
	}
}

// doUninstall is `spothandler uninstall`. names are only needed if the role is gone and they are not the
// defaults.
func doUninstall(names settings.Given, keepLogs bool) command {
	return func(ctx context.Context, a *account) error {
		if err := a.identify(ctx); err != nil {
			return err
		}
		uninstall, err := deploy.PrepareUninstall(ctx, a.clients, a.id, deploy.UninstallRequest{Prefix: crashPrefix, Names: names, KeepLogs: keepLogs})
		if err != nil || len(uninstall.Changes) == 0 {
			return err
		}
		if _, err := uninstall.Apply(ctx, resource.Options{}); err != nil {
			return err
		}
		return uninstall.Verify(ctx, 0)
	}
}

// statusOf returns what `spothandler status` reports.
func (a *account) statusOf(t *testing.T, names settings.Given) (found *deploy.Installation, status deploy.Status) {
	t.Helper()
	others, err := deploy.List(t.Context(), a.clients, a.id)
	if err != nil {
		t.Fatal(err)
	}
	found = a.find(t, crashPrefix, names)
	if status, err = deploy.Assess(found, a.release, others); err != nil {
		t.Fatal(err)
	}
	return found, status
}

// dump returns the content of the account as seen by independent clients. The record's marks of tags that are
// being removed are left out, since the next change removes them.
func (a *account) dump(t *testing.T) string {
	t.Helper()
	config := a.Config()
	text, err := testaws.Clients{
		IAM: iam.NewFromConfig(config), Logs: cloudwatchlogs.NewFromConfig(config),
		Lambda: lambda.NewFromConfig(config), Events: eventbridge.NewFromConfig(config),
	}.Dump(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return regexp.MustCompile(`,"untagged":"[^"]*"`).ReplaceAllString(text, "") + a.functionState(t)
}

// functionState describes a state of the function that the dump does not contain: it is being created, changed or
// deleted, or it is older than its role.
func (a *account) functionState(t *testing.T) (text string) {
	t.Helper()
	response, err := a.clients.Lambda.GetFunction(t.Context(), &lambda.GetFunctionInput{FunctionName: aws.String("prod-fn")})
	if apperr.IsNotFound(err) {
		return ""
	}
	if err != nil {
		t.Fatal(err)
	}
	f := response.Configuration
	if f.State != functions.StateActive || f.LastUpdateStatus == functions.LastUpdateStatusInProgress {
		text += fmt.Sprintf("prod-fn is %s, its update %s\n", f.State, f.LastUpdateStatus)
	}
	role, err := a.clients.IAM.GetRole(t.Context(), &iam.GetRoleInput{RoleName: aws.String("prod-spothandler-us-east-1")})
	if err == nil && *f.LastModified < role.Role.CreateDate.UTC().Format("2006-01-02T15:04:05") {
		text += "prod-fn is older than its role\n"
	}
	return text
}

// must runs a command that must succeed.
func must(t *testing.T, a *account, c command) {
	t.Helper()
	if err := c(t.Context(), a); err != nil {
		t.Fatal(err)
	}
}

// similarResources adds resources that are not ours but look similar: names with the same beginning, a role under
// our path.
func similarResources(t *testing.T, a *account) {
	t.Helper()
	const name, rule = "prod-ecs-fargate-spot-handler-2", "prod-ecs-spot-interruption-2"
	try := func(_ any, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	role, err := a.clients.IAM.CreateRole(t.Context(), &iam.CreateRoleInput{
		RoleName: aws.String("prod-2-spothandler-us-east-1"), Path: aws.String(resource.Path), AssumeRolePolicyDocument: aws.String(trustPolicy),
	})
	try(role, err)
	try(a.clients.Logs.CreateLogGroup(t.Context(), &cloudwatchlogs.CreateLogGroupInput{LogGroupName: aws.String("/aws/lambda/" + name)}))
	try(a.clients.Events.PutRule(t.Context(), &eventbridge.PutRuleInput{Name: aws.String(rule), EventPattern: aws.String(`{"source":["aws.ecs"]}`)}))
	time.Sleep(time.Minute) // virtual time, until Lambda can assume the role
	function, err := a.clients.Lambda.CreateFunction(t.Context(), &lambda.CreateFunctionInput{
		FunctionName: aws.String(name), Role: role.Role.Arn, Runtime: functions.RuntimeProvidedal2023, Handler: aws.String("bootstrap"),
		Code: &functions.FunctionCode{ZipFile: a.release.Zip}, Tags: map[string]string{resource.TagManagedBy: "spothandler", resource.TagPrefix: "prod-2"},
	})
	try(function, err)
	try(a.clients.Events.PutTargets(t.Context(), &eventbridge.PutTargetsInput{
		Rule: aws.String(rule), Targets: []events.Target{{Id: aws.String(resource.TargetID), Arn: function.FunctionArn}},
	}))
}

// sameAccount fails with the lines in which two dumps differ.
func sameAccount(t *testing.T, when, got, want string) {
	t.Helper()
	if got == want {
		return
	}
	only := func(sign, of, than string) (lines string) {
		for line := range strings.Lines(of) {
			if !strings.Contains(than, line) {
				lines += "\t" + sign + line
			}
		}
		return lines
	}
	t.Errorf("%s the account differs (- is missing, + is too much):\n%s%s", when, only("-", want, got), only("+", got, want))
}

// deleteOutOfBand deletes the installation's resources of a kind, out of band.
func (a *account) deleteOutOfBand(t *testing.T, kind resource.Kind, n resource.Names) {
	t.Helper()
	ctx, id := t.Context(), aws.String(resource.TargetID)
	removeTargets := func() error {
		_, err := a.clients.Events.RemoveTargets(ctx, &eventbridge.RemoveTargetsInput{Rule: &n.Rule, Ids: []string{*id}})
		return err
	}
	err := map[resource.Kind]func() error{
		resource.KindRole: func() error {
			_, policy := a.clients.IAM.DeleteRolePolicy(ctx, &iam.DeleteRolePolicyInput{RoleName: &n.Role, PolicyName: aws.String(resource.PolicyName)})
			_, role := a.clients.IAM.DeleteRole(ctx, &iam.DeleteRoleInput{RoleName: &n.Role})
			return errors.Join(policy, role)
		},
		resource.KindLogGroup: func() error {
			_, err := a.clients.Logs.DeleteLogGroup(ctx, &cloudwatchlogs.DeleteLogGroupInput{LogGroupName: &n.LogGroup})
			return err
		},
		resource.KindFunction: func() error {
			_, err := a.clients.Lambda.DeleteFunction(ctx, &lambda.DeleteFunctionInput{FunctionName: &n.Function})
			return err
		},
		resource.KindPermission: func() error {
			_, err := a.clients.Lambda.RemovePermission(ctx, &lambda.RemovePermissionInput{FunctionName: &n.Function, StatementId: id})
			return err
		},
		resource.KindRule: func() error {
			if err := removeTargets(); err != nil {
				return err
			}
			_, err := a.clients.Events.DeleteRule(ctx, &eventbridge.DeleteRuleInput{Name: &n.Rule})
			return err
		},
		resource.KindTarget: removeTargets,
	}[kind]()
	if err != nil {
		t.Fatal(err)
	}
	time.Sleep(time.Minute) // virtual time, until it is gone
}
