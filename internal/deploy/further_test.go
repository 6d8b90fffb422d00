package deploy

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	functions "github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"github.com/spothandler/spothandler/internal/localaws"
)

// What others have made, and settings name.
const (
	aSubnet     = "subnet-0a1b2c3d"
	otherSubnet = "subnet-0123456789abcdef0"
	aGroup      = "sg-0a1b2c3d"
	aBoundary   = "arn:aws:iam::111122223333:policy/org/boundary"
	aKey        = "arn:aws:kms:us-east-1:111122223333:key/0a1b2c3d-0000-1111-2222-333344445555"
	otherKey    = "arn:aws:kms:us-east-1:111122223333:key/mrk-0123456789abcdef0123456789abcdef"
	aQueue      = "arn:aws:sqs:us-east-1:111122223333:failed"
	aTopic      = "arn:aws:sns:us-east-1:111122223333:failed"
	aBus        = "arn:aws:events:us-east-1:111122223333:event-bus/failed"
)

// further are the settings that name what others have made, and tracing, all at once.
func further() Given {
	return given("vpc-subnet", aSubnet, "vpc-subnet", otherSubnet, "vpc-security-group", aGroup,
		"permissions-boundary", aBoundary, "kms-key", aKey, "on-failure", aQueue, "tracing", "Active")
}

// noneFurther clears them.
func noneFurther() Given {
	return given("vpc-subnet", "none", "vpc-security-group", "none",
		"permissions-boundary", "none", "kms-key", "none", "on-failure", "none", "tracing", "PassThrough")
}

// The life of an installation that has all of it: set at once, kept, changed, cleared, removed.
func TestFurtherCycle(t *testing.T) {
	inAccount(t, func(t *testing.T, a *account) {
		a.install(t, "prod", further())
		sameFurther(t, a.look(t, "prod", nil).State, furtherState())

		a.ForgetCalls()
		a.install(t, "prod", nil)
		sameLines(t, a.calls(writes))

		a.install(t, "prod", given("vpc-subnet", otherSubnet, "kms-key", otherKey, "on-failure", aTopic))
		changed := furtherState()
		changed.Function.Network.Subnets = []string{otherSubnet}
		changed.Function.KMSKey, changed.LogGroup.KMSKey, changed.Function.Async.OnFailure = otherKey, otherKey, aTopic
		sameFurther(t, a.look(t, "prod", nil).State, changed)

		a.install(t, "prod", noneFurther())
		bare := State{Role: &Role{}, LogGroup: &LogGroup{}, Function: &Function{Tracing: "PassThrough"}}
		found := a.look(t, "prod", nil)
		sameFurther(t, found.State, bare)
		if policy := found.State.Role.Policy; strings.Contains(policy, "ec2:") || strings.Contains(policy, "kms:") {
			t.Errorf("rights are left: %s", policy)
		}

		a.install(t, "prod", further())
		a.uninstall(t, "prod", false)
		a.isEmpty(t, "prod")
	})
}

// An installation of an earlier version, whose record knows none of this, is as it should be.
func TestFurtherUnknownToTheRecord(t *testing.T) {
	inAccount(t, func(t *testing.T, a *account) {
		a.install(t, "", nil)
		if text := a.look(t, "", nil).State.Role.Description; strings.Contains(text, "PassThrough") || strings.Contains(text, "kms") {
			t.Errorf("the record holds defaults: %s", text)
		}
		a.ForgetCalls()
		a.install(t, "", noneFurther())
		sameLines(t, a.calls(writes))
	})
}

// Where AWS takes its time the role has its rights before the function needs them.
func TestFurtherWhereAWSIsSlow(t *testing.T) {
	inAccountWith(t, localaws.Options{}, func(t *testing.T, a *account) {
		a.install(t, "", further())
		a.install(t, "", noneFurther())
		a.install(t, "", further())
		a.uninstall(t, "", false)
		a.isEmpty(t, "")
	})
}

// furtherState is what an install of further leads to, in the fields that it is about.
func furtherState() State {
	return State{
		Role:     &Role{Boundary: aBoundary},
		LogGroup: &LogGroup{KMSKey: aKey},
		Function: &Function{
			Network: Network{Subnets: []string{otherSubnet, aSubnet}, SecurityGroups: []string{aGroup}},
			KMSKey:  aKey, Tracing: "Active", Async: Async{OnFailure: aQueue},
		},
	}
}

func sameFurther(t *testing.T, got, want State) {
	t.Helper()
	about := func(s State) string {
		return encodeJSON([]any{
			s.Role.Boundary, s.LogGroup.KMSKey, s.Function.Network, s.Function.KMSKey, s.Function.Tracing, s.Function.Async.OnFailure,
		})
	}
	if about(got) != about(want) {
		t.Errorf("got\n\t%s\nwant\n\t%s", about(got), about(want))
	}
}

// Each setting is changed with no more calls than it takes, and so it is cleared.
func TestFurtherCalls(t *testing.T) {
	const record, rights, configuration = "iam:UpdateRole", "iam:PutRolePolicy", "lambda:UpdateFunctionConfiguration"
	for _, test := range []struct {
		settings, cleared Given
		calls, clearing   []string
	}{
		{
			given("vpc-subnet", aSubnet, "vpc-security-group", aGroup), given("vpc-subnet", "none", "vpc-security-group", "none"),
			[]string{record, rights, configuration},
			[]string{record, rights, configuration},
		},
		{
			given("permissions-boundary", aBoundary), given("permissions-boundary", "none"),
			[]string{record, "iam:PutRolePermissionsBoundary"},
			[]string{record, "iam:DeleteRolePermissionsBoundary"},
		},
		{
			given("kms-key", aKey), given("kms-key", "none"),
			[]string{record, rights, "logs:AssociateKmsKey", configuration},
			[]string{record, rights, "logs:DisassociateKmsKey", configuration},
		},
		{
			given("on-failure", aQueue), given("on-failure", "none"),
			[]string{record, rights, "lambda:PutFunctionEventInvokeConfig"},
			[]string{record, rights, "lambda:PutFunctionEventInvokeConfig"},
		},
		{
			given("tracing", "Active"), given("tracing", "PassThrough"),
			[]string{record, rights, configuration},
			[]string{record, rights, configuration},
		},
	} {
		inAccount(t, func(t *testing.T, a *account) {
			a.install(t, "", nil)
			for _, step := range []struct {
				settings Given
				want     []string
			}{{test.settings, test.calls}, {test.cleared, test.clearing}} {
				a.ForgetCalls()
				a.install(t, "", step.settings)
				sameLines(t, a.calls(writes), step.want...)
			}
		})
	}
}

// furtherChanges are those that somebody makes with another tool where nothing of it was asked for.
func furtherChanges() []byHand {
	type input = lambda.UpdateFunctionConfigurationInput
	async := func(change func(*functions.DestinationConfig)) func(*testing.T, *account, Names) error {
		return func(t *testing.T, a *account, n Names) error {
			defer a.allow(t, n, "sqs:SendMessage")()
			destinations := &functions.DestinationConfig{}
			change(destinations)
			_, err := a.clients.Lambda.PutFunctionEventInvokeConfig(t.Context(), &lambda.PutFunctionEventInvokeConfigInput{
				FunctionName: &n.Function, MaximumEventAgeInSeconds: aws.Int32(120), MaximumRetryAttempts: aws.Int32(1), DestinationConfig: destinations,
			})
			return err
		}
	}
	return []byHand{
		configuration("tracing", "tracing", func(in *input) { in.TracingConfig = &functions.TracingConfig{Mode: functions.TracingModeActive} }),
		configuration("function's key", "kms_key", func(in *input) { in.KMSKeyArn = aws.String(aKey) }),
		{"vpc", func(t *testing.T, a *account, n Names) error {
			defer a.allow(t, n, "ec2:*")()
			_, err := a.clients.Lambda.UpdateFunctionConfiguration(t.Context(), &input{
				FunctionName: &n.Function, VpcConfig: &functions.VpcConfig{SubnetIds: []string{aSubnet}, SecurityGroupIds: []string{aGroup}},
			})
			return err
		}, KindFunction, []string{"vpc_subnets", "vpc_security_groups"}},
		{"queue for failures", async(func(d *functions.DestinationConfig) {
			d.OnFailure = &functions.OnFailure{Destination: aws.String(aQueue)}
		}), KindFunction, []string{"async.on_failure"}},
		{"queue for successes", async(func(d *functions.DestinationConfig) {
			d.OnSuccess = &functions.OnSuccess{Destination: aws.String(aQueue)}
		}), KindFunction, []string{"async.on_success"}},
		{"boundary", func(t *testing.T, a *account, n Names) error {
			_, err := a.clients.IAM.PutRolePermissionsBoundary(t.Context(), &iam.PutRolePermissionsBoundaryInput{RoleName: &n.Role, PermissionsBoundary: aws.String(aBoundary)})
			return err
		}, KindRole, []string{"permissions_boundary"}},
		{"group's key", func(t *testing.T, a *account, n Names) error {
			_, err := a.clients.Logs.AssociateKmsKey(t.Context(), &cloudwatchlogs.AssociateKmsKeyInput{LogGroupName: &n.LogGroup, KmsKeyId: aws.String(aKey)})
			return err
		}, KindLogGroup, []string{"kms_key"}},
	}
}

// allow gives the role a policy of somebody else's until the returned function takes it away: Lambda looks
// whether the role may before it takes a VPC or a destination, and not again.
func (a *account) allow(t *testing.T, n Names, action string) func() {
	t.Helper()
	_, err := a.clients.IAM.PutRolePolicy(t.Context(), &iam.PutRolePolicyInput{
		RoleName: &n.Role, PolicyName: aws.String("theirs"),
		PolicyDocument: aws.String(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"` + action + `","Resource":"*"}]}`),
	})
	if err != nil {
		t.Fatal(err)
	}
	return func() {
		_, err := a.clients.IAM.DeleteRolePolicy(t.Context(), &iam.DeleteRolePolicyInput{RoleName: &n.Role, PolicyName: aws.String("theirs")})
		if err != nil {
			t.Error(err)
		}
	}
}

// What was set and taken away by hand is healed as well, each by one change.
func TestFurtherDrift(t *testing.T) {
	for _, test := range []struct {
		name   string
		change func(t *testing.T, a *account, n Names) error
		want   string
	}{
		{"a subnet", func(t *testing.T, a *account, n Names) error {
			_, err := a.clients.Lambda.UpdateFunctionConfiguration(t.Context(), &lambda.UpdateFunctionConfigurationInput{
				FunctionName: &n.Function, VpcConfig: &functions.VpcConfig{SubnetIds: []string{aSubnet}, SecurityGroupIds: []string{aGroup}},
			})
			return err
		}, "update function; vpc_subnets " + aSubnet + " -> " + otherSubnet + ", " + aSubnet},
		{"the key of the function", func(t *testing.T, a *account, n Names) error {
			_, err := a.clients.Lambda.UpdateFunctionConfiguration(t.Context(), &lambda.UpdateFunctionConfigurationInput{FunctionName: &n.Function, KMSKeyArn: aws.String("")})
			return err
		}, "update function; kms_key  -> " + aKey},
		{"the key of the log group", func(t *testing.T, a *account, n Names) error {
			_, err := a.clients.Logs.DisassociateKmsKey(t.Context(), &cloudwatchlogs.DisassociateKmsKeyInput{LogGroupName: &n.LogGroup})
			return err
		}, "update log group; kms_key  -> " + aKey},
		{"the boundary", func(t *testing.T, a *account, n Names) error {
			_, err := a.clients.IAM.DeleteRolePermissionsBoundary(t.Context(), &iam.DeleteRolePermissionsBoundaryInput{RoleName: &n.Role})
			return err
		}, "update role; permissions_boundary  -> " + aBoundary},
		{"the destination", func(t *testing.T, a *account, n Names) error {
			_, err := a.clients.Lambda.PutFunctionEventInvokeConfig(t.Context(), &lambda.PutFunctionEventInvokeConfigInput{
				FunctionName: &n.Function, MaximumEventAgeInSeconds: aws.Int32(120), MaximumRetryAttempts: aws.Int32(1),
			})
			return err
		}, "update function; async.on_failure  -> " + aQueue},
	} {
		t.Run(test.name, func(t *testing.T) {
			inAccount(t, func(t *testing.T, a *account) {
				a.install(t, "prod", further())
				if err := test.change(t, a, a.look(t, "prod", nil).Names); err != nil {
					t.Fatal(err)
				}
				_, changes := a.plan(t, "prod", nil)
				sameLines(t, printed(changes), test.want)
				a.install(t, "prod", nil)
			})
		})
	}
}

// A record that is lost is made anew from the resources.
func TestFurtherSalvage(t *testing.T) {
	inAccount(t, func(t *testing.T, a *account) {
		a.install(t, "prod", further())
		n := a.look(t, "prod", nil).Names
		if _, err := a.clients.IAM.UpdateRole(t.Context(), &iam.UpdateRoleInput{RoleName: &n.Role, Description: aws.String("mine")}); err != nil {
			t.Fatal(err)
		}
		_, warnings, err := a.look(t, "prod", nil).Resolve(nil, false)
		if err != nil || len(warnings) != 6 {
			t.Errorf("%q, %v", warnings, err)
		}
		_, changes := a.plan(t, "prod", nil)
		if len(changes) != 1 || changes[0].Resource != KindRole || len(changes[0].Fields) == 0 || !changed(changes[0].Fields).has("record") {
			t.Errorf("%q", printed(changes))
		}
	})
}

// Whoever takes the function out of its VPC is told what stays there; nobody else is.
func TestLingering(t *testing.T) {
	inAccount(t, func(t *testing.T, a *account) {
		a.install(t, "prod", nil)
		found := a.look(t, "prod", nil)
		sameLines(t, Lingering(found.State, Removal(found.State, "prod", false)))

		_, changes := a.plan(t, "prod", further())
		sameLines(t, Lingering(found.State, changes))
		a.install(t, "prod", further())

		have := a.look(t, "prod", nil).State
		_, changes = a.plan(t, "prod", given("vpc-subnet", aSubnet))
		sameLines(t, Lingering(have, changes))
		want := "Lambda's network interfaces may stay in " + otherSubnet + ", " + aSubnet + " for 45 minutes, or until somebody deletes them: " +
			"they are described as AWS Lambda VPC ENI-prod-ecs-fargate-spot-handler-..."
		_, changes = a.plan(t, "prod", noneFurther())
		sameLines(t, Lingering(have, changes), want)
		sameLines(t, Lingering(have, Removal(have, "prod", false)), want)
		have.Role = nil
		_, replaced := replacing(desiredFor(t, further()), have)
		sameLines(t, Lingering(have, replaced))
	})
}
