package deploy

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	events "github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/deploy/deploytest"
	"github.com/spothandler/spothandler/internal/deploy/resource"
)

// Tags that others set on our resources are neither drift nor removed.
func TestForeignTags(t *testing.T) {
	inAccount(t, func(t *testing.T, a *account) {
		a.install(t, "", given("tag", "Team=web"))
		arn := a.find(t, "", nil).Names.FunctionARN()
		if _, err := a.clients.Lambda.TagResource(t.Context(), &lambda.TagResourceInput{Resource: &arn, Tags: map[string]string{"theirs": "1"}}); err != nil {
			t.Fatal(err)
		}
		_, changes := a.plan(t, "", nil)
		deploytest.SameLines(t, deploytest.Printed(changes))
		a.install(t, "", given("tag", "none"))
		if tags := a.find(t, "", nil).State.Function.Tags; tags["theirs"] != "1" || tags["Team"] != "" {
			t.Errorf("the function's tags are %v", tags)
		}
	})
}

// A forced uninstall removes others' additions; an install keeps them.
func TestForeignAdditions(t *testing.T) {
	inAccount(t, func(t *testing.T, a *account) {
		a.install(t, "prod", nil)
		before := a.find(t, "prod", nil)
		n := before.Names
		_, attach := iam.NewFromConfig(a.Config()).AttachRolePolicy(t.Context(), &iam.AttachRolePolicyInput{RoleName: &n.Role, PolicyArn: aws.String("arn:aws:iam::aws:policy/ReadOnlyAccess")})
		_, put := a.clients.IAM.PutRolePolicy(t.Context(), &iam.PutRolePolicyInput{RoleName: &n.Role, PolicyName: aws.String("mine"), PolicyDocument: &before.State.Role.Policy})
		_, target := a.clients.Events.PutTargets(t.Context(), &eventbridge.PutTargetsInput{Rule: &n.Rule, Targets: []events.Target{{Id: aws.String("mine"), Arn: aws.String(n.FunctionARN() + "-2")}}})
		_, statement := a.clients.Lambda.AddPermission(t.Context(), &lambda.AddPermissionInput{FunctionName: &n.Function, StatementId: aws.String("mine"), Principal: aws.String("*"), Action: aws.String("lambda:InvokeFunction")})
		if err := errors.Join(attach, put, target, statement, a.intoProfile(t, "machines", n.Role)); err != nil {
			t.Fatal(err)
		}

		found, err := Find(t.Context(), a.clients, a.id, "prod", nil)
		if err != nil {
			t.Fatal(err)
		}
		var what []string
		for _, foreign := range found.State.Foreign() {
			what = append(what, foreign.Kind.Words()+" "+foreign.What)
		}
		deploytest.SameLines(t, what, "role inline policy mine", "role attached policy arn:aws:iam::aws:policy/ReadOnlyAccess",
			"permission statement mine", "rule target mine")
		var hints []string
		for _, problem := range a.status(t, "prod").Problems {
			hints = append(hints, problem.Hints...)
		}
		deploytest.SameLines(t, hints,
			"aws iam delete-role-policy --role-name prod-spothandler-us-east-1 --policy-name mine   if it is not intended",
			"aws iam detach-role-policy --role-name prod-spothandler-us-east-1 --policy-arn arn:aws:iam::aws:policy/ReadOnlyAccess   if it is not intended",
			"aws lambda remove-permission --function-name prod-ecs-fargate-spot-handler --statement-id mine --region us-east-1   if it is not intended",
			"aws events remove-targets --rule prod-ecs-spot-interruption --ids mine --region us-east-1   if it is not intended")
		a.install(t, "prod", given("timeout", "30")) // keeps them
		if found, err = findForRemoval(t.Context(), a.clients, a.id, "prod", nil); err != nil {
			t.Fatal(err)
		}
		if again := found.State.Foreign(); len(again) != 5 || again[2].What != "instance profile machines" {
			t.Errorf("left are %v", again)
		}
		if err := found.checkRemovable(false, false); err == nil || !strings.Contains(err.Error(), "spothandler did not make") {
			t.Errorf("an uninstall would not stop: %v", err)
		}
		if err := found.checkRemovable(true, false); err != nil {
			t.Error(err)
		}
		began := time.Now()
		a.uninstall(t, "prod", false)
		a.isEmpty(t, "prod")
		if waited := time.Since(began); waited > firstPause { // waits for the function's deletion only
			t.Errorf("it waited %s", waited)
		}
	})
}

// A function that must be recreated keeps the tags that others set. Their additions to its policy are lost,
// which is reported before.
func TestForeignAdditionsOfARecreatedFunction(t *testing.T) {
	inAccount(t, func(t *testing.T, a *account) {
		a.install(t, "prod", given("tag", "Team=web"))
		n := a.find(t, "prod", nil).Names
		_, tag := a.clients.Lambda.TagResource(t.Context(), &lambda.TagResourceInput{Resource: aws.String(n.FunctionARN()), Tags: map[string]string{"theirs": "1"}})
		_, statement := a.clients.Lambda.AddPermission(t.Context(), &lambda.AddPermissionInput{
			FunctionName: &n.Function, StatementId: aws.String("mine"), Principal: aws.String("sns.amazonaws.com"), Action: aws.String("lambda:InvokeFunction"),
		})
		if err := errors.Join(tag, statement); err != nil {
			t.Fatal(err)
		}
		_, changes := a.plan(t, "prod", given("timeout", "30"))
		deploytest.SameLines(t, resource.LostAdditions(a.find(t, "prod", nil).State, changes))

		a.deleteKind(t, resource.KindRole, n)
		_, changes = a.plan(t, "prod", nil)
		deploytest.SameLines(t, resource.LostAdditions(a.find(t, "prod", nil).State, changes),
			"function prod-ecs-fargate-spot-handler must be recreated, and its statement mine, which spothandler did not make, will be lost: add it again")
		a.install(t, "prod", nil)
		if tags := a.find(t, "prod", nil).State.Function.Tags; tags["theirs"] != "1" || tags["Team"] != "web" {
			t.Errorf("the function's tags are %v", tags)
		}
	})
}

// intoProfile adds a role to an instance profile, out of band.
func (a *account) intoProfile(t *testing.T, profile, role string) error {
	t.Helper()
	api := iam.NewFromConfig(a.Config())
	_, made := api.CreateInstanceProfile(t.Context(), &iam.CreateInstanceProfileInput{InstanceProfileName: &profile})
	_, put := api.AddRoleToInstanceProfile(t.Context(), &iam.AddRoleToInstanceProfileInput{InstanceProfileName: &profile, RoleName: &role})
	if apperr.HasCode(made, "EntityAlreadyExists") {
		made = nil
	}
	if apperr.HasCode(put, "LimitExceeded") { // it is already in the profile
		put = nil
	}
	return errors.Join(made, put)
}
