package deploy

import (
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	functions "github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"github.com/spothandler/spothandler/internal/deploy/deploytest"
	"github.com/spothandler/spothandler/internal/deploy/resource"
	"github.com/spothandler/spothandler/internal/deploy/settings"
	"github.com/spothandler/spothandler/internal/localaws"
)

// Resources that others created and that settings refer to.
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

// optionalSettings returns all settings that refer to such resources, and tracing.
func optionalSettings() settings.Given {
	return given("vpc-subnet", aSubnet, "vpc-subnet", otherSubnet, "vpc-security-group", aGroup,
		"permissions-boundary", aBoundary, "kms-key", aKey, "on-failure", aQueue, "tracing", "Active")
}

// noOptionalSettings clears them.
func noOptionalSettings() settings.Given {
	return given("vpc-subnet", "none", "vpc-security-group", "none",
		"permissions-boundary", "none", "kms-key", "none", "on-failure", "none", "tracing", "PassThrough")
}

// An installation with all optional settings: set at once, kept, changed, cleared, removed.
func TestOptionalSettingsCycle(t *testing.T) {
	inAccount(t, func(t *testing.T, a *account) {
		a.install(t, "prod", optionalSettings())
		sameOptional(t, a.find(t, "prod", nil).State, optionalState())

		a.ForgetCalls()
		a.install(t, "prod", nil)
		deploytest.SameLines(t, a.calls(writes))

		a.install(t, "prod", given("vpc-subnet", otherSubnet, "kms-key", otherKey, "on-failure", aTopic))
		changed := optionalState()
		changed.Function.Network.Subnets = []string{otherSubnet}
		changed.Function.KMSKey, changed.LogGroup.KMSKey, changed.Function.Async.OnFailure = otherKey, otherKey, aTopic
		sameOptional(t, a.find(t, "prod", nil).State, changed)

		a.install(t, "prod", noOptionalSettings())
		bare := resource.State{Role: &resource.Role{}, LogGroup: &resource.LogGroup{}, Function: &resource.Function{Tracing: "PassThrough"}}
		found := a.find(t, "prod", nil)
		sameOptional(t, found.State, bare)
		if policy := found.State.Role.Policy; strings.Contains(policy, "ec2:") || strings.Contains(policy, "kms:") {
			t.Errorf("permissions remain: %s", policy)
		}

		a.install(t, "prod", optionalSettings())
		a.uninstall(t, "prod", false)
		a.isEmpty(t, "prod")
	})
}

// An installation of an earlier version, whose record does not know these settings, is healthy.
func TestOptionalSettingsUnknownToTheRecord(t *testing.T) {
	inAccount(t, func(t *testing.T, a *account) {
		a.install(t, "", nil)
		if text := a.find(t, "", nil).State.Role.Description; strings.Contains(text, "PassThrough") || strings.Contains(text, "kms") {
			t.Errorf("the record holds defaults: %s", text)
		}
		a.ForgetCalls()
		a.install(t, "", noOptionalSettings())
		deploytest.SameLines(t, a.calls(writes))
	})
}

// If AWS is slow, the role has its permissions before the function needs them.
func TestOptionalSettingsWhereAWSIsSlow(t *testing.T) {
	inAccountWith(t, localaws.Options{}, func(t *testing.T, a *account) {
		a.install(t, "", optionalSettings())
		a.install(t, "", noOptionalSettings())
		a.install(t, "", optionalSettings())
		a.uninstall(t, "", false)
		a.isEmpty(t, "")
	})
}

// optionalState returns the state that an install of optionalSettings leads to, limited to the affected
// fields.
func optionalState() resource.State {
	return resource.State{
		Role:     &resource.Role{Boundary: aBoundary},
		LogGroup: &resource.LogGroup{KMSKey: aKey},
		Function: &resource.Function{
			Network: resource.Network{Subnets: []string{otherSubnet, aSubnet}, SecurityGroups: []string{aGroup}},
			KMSKey:  aKey, Tracing: "Active", Async: resource.Async{OnFailure: aQueue},
		},
	}
}

func sameOptional(t *testing.T, got, want resource.State) {
	t.Helper()
	about := func(s resource.State) string {
		return jsonText([]any{
			s.Role.Boundary, s.LogGroup.KMSKey, s.Function.Network, s.Function.KMSKey, s.Function.Tracing, s.Function.Async.OnFailure,
		})
	}
	if about(got) != about(want) {
		t.Errorf("got\n\t%s\nwant\n\t%s", about(got), about(want))
	}
}

// Lambda may return a list in any order, and empty values for absent ones.
func TestOptionalSettingsEquivalentResponses(t *testing.T) {
	for name, test := range map[string]struct {
		settings settings.Given
		edit     func(*functions.FunctionConfiguration)
	}{
		"another order": {optionalSettings(), func(c *functions.FunctionConfiguration) { slices.Reverse(c.VpcConfig.SubnetIds) }},
		"empty parts": {nil, func(c *functions.FunctionConfiguration) {
			c.VpcConfig, c.KMSKeyArn = &functions.VpcConfigResponse{VpcId: aws.String(""), SubnetIds: []string{}}, aws.String("")
		}},
		"no parts": {nil, func(c *functions.FunctionConfiguration) { c.VpcConfig, c.KMSKeyArn, c.TracingConfig = nil, nil, nil }},
	} {
		t.Run(name, func(t *testing.T) {
			inAccount(t, func(t *testing.T, a *account) {
				a.install(t, "prod", test.settings)
				a.withFunction(func(response *lambda.GetFunctionOutput) { test.edit(response.Configuration) })
				_, changes := a.plan(t, "prod", nil)
				deploytest.SameLines(t, deploytest.Printed(changes))
			})
		})
	}
}

// Each setting is changed and cleared without unnecessary calls.
func TestOptionalSettingsCalls(t *testing.T) {
	const record, permissions, configuration = "iam:UpdateRole", "iam:PutRolePolicy", "lambda:UpdateFunctionConfiguration"
	for _, test := range []struct {
		settings, cleared settings.Given
		calls, clearing   []string
	}{
		{
			given("vpc-subnet", aSubnet, "vpc-security-group", aGroup), given("vpc-subnet", "none", "vpc-security-group", "none"),
			[]string{record, permissions, configuration},
			[]string{record, permissions, configuration},
		},
		{
			given("permissions-boundary", aBoundary), given("permissions-boundary", "none"),
			[]string{"iam:PutRolePermissionsBoundary", record},
			[]string{record, "iam:DeleteRolePermissionsBoundary"},
		},
		{
			given("kms-key", aKey), given("kms-key", "none"),
			[]string{record, permissions, "logs:AssociateKmsKey", configuration},
			[]string{record, permissions, "logs:DisassociateKmsKey", configuration},
		},
		{
			given("on-failure", aQueue), given("on-failure", "none"),
			[]string{record, permissions, "lambda:PutFunctionEventInvokeConfig"},
			[]string{record, permissions, "lambda:PutFunctionEventInvokeConfig"},
		},
		{
			given("tracing", "Active"), given("tracing", "PassThrough"),
			[]string{record, permissions, configuration},
			[]string{record, permissions, configuration},
		},
	} {
		inAccount(t, func(t *testing.T, a *account) {
			a.install(t, "", nil)
			for _, step := range []struct {
				settings settings.Given
				want     []string
			}{{test.settings, test.calls}, {test.cleared, test.clearing}} {
				a.ForgetCalls()
				a.install(t, "", step.settings)
				deploytest.SameLines(t, a.calls(writes), step.want...)
			}
		})
	}
}

// A lost record is recreated from the resources.
func TestOptionalSettingsInferred(t *testing.T) {
	inAccount(t, func(t *testing.T, a *account) {
		a.install(t, "prod", optionalSettings())
		n := a.find(t, "prod", nil).Names
		if _, err := a.clients.IAM.UpdateRole(t.Context(), &iam.UpdateRoleInput{RoleName: &n.Role, Description: aws.String("mine")}); err != nil {
			t.Fatal(err)
		}
		_, warnings, err := a.find(t, "prod", nil).Resolve(nil, false)
		if err != nil || len(warnings) != 6 {
			t.Errorf("%q, %v", warnings, err)
		}
		_, changes := a.plan(t, "prod", nil)
		if len(changes) != 1 || changes[0].Kind != resource.KindRole || len(changes[0].Fields) == 0 || !strings.HasPrefix(changes[0].Fields[0].Path, "record") {
			t.Errorf("%q", deploytest.Printed(changes))
		}
	})
}

// An install that removes the function from its VPC reports what remains there; no other does.
func TestLeftInVPC(t *testing.T) {
	inAccount(t, func(t *testing.T, a *account) {
		a.install(t, "prod", nil)
		found := a.find(t, "prod", nil)
		deploytest.SameLines(t, leftInVPC(found.State, resource.Removal(found.State, "prod", false)))

		_, changes := a.plan(t, "prod", optionalSettings())
		deploytest.SameLines(t, leftInVPC(found.State, changes))
		a.install(t, "prod", optionalSettings())

		have := a.find(t, "prod", nil).State
		_, changes = a.plan(t, "prod", given("vpc-subnet", aSubnet))
		deploytest.SameLines(t, leftInVPC(have, changes))
		want := "Lambda's network interfaces may remain in " + otherSubnet + ", " + aSubnet + " for 45 minutes, or until they are deleted; " +
			"their description is AWS Lambda VPC ENI-prod-ecs-fargate-spot-handler-..."
		_, changes = a.plan(t, "prod", noOptionalSettings())
		deploytest.SameLines(t, leftInVPC(have, changes), want)
		deploytest.SameLines(t, leftInVPC(have, resource.Removal(have, "prod", false)), want)
		have.Role = nil
		deploytest.SameLines(t, leftInVPC(have, resource.Plan(desiredFor(t, optionalSettings()), have))) // the function is recreated
	})
}
