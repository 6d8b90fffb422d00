package callerpolicy_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/spothandler/spothandler/internal/deploy"
	"github.com/spothandler/spothandler/internal/deploy/callerpolicy"
	"github.com/spothandler/spothandler/internal/deploy/deploytest"
	"github.com/spothandler/spothandler/internal/deploy/resource"
	"github.com/spothandler/spothandler/internal/session"

	"github.com/spothandler/spothandler/internal/deploy/settings"
)

const (
	prefix    = "prod"
	aSubnet   = "subnet-0a1b2c3d"
	aBoundary = "arn:aws:iam::111122223333:policy/org/boundary"
	aKey      = "arn:aws:kms:us-east-1:111122223333:key/0a1b2c3d-0000-1111-2222-333344445555"
)

func names() resource.Names {
	defaults := settings.Defaults(prefix)
	return resource.NewNames(deploytest.Identity(), prefix, defaults.FunctionName, defaults.RuleName)
}

// document is a parsed policy.
type document struct {
	Version   string
	Statement []statement
}

type statement struct {
	Sid, Effect string
	Action      []string
	Resource    any
	Condition   map[string]any `json:",omitempty"`
}

// policyFor returns the policy for one installation.
func policyFor(t *testing.T, names resource.Names, spec settings.Spec, commands callerpolicy.Commands) string {
	t.Helper()
	policy, err := callerpolicy.New([]resource.Names{names}, spec, commands)
	if err != nil {
		t.Fatal(err)
	}
	return policy
}

func parse(t *testing.T, policy string) document {
	t.Helper()
	var parsed document
	if err := json.Unmarshal([]byte(policy), &parsed); err != nil {
		t.Fatal(err)
	}
	return parsed
}

// actionsOf returns the actions of a policy, in order.
func actionsOf(t *testing.T, policy string) []string {
	t.Helper()
	var actions []string
	for _, statement := range parse(t, policy).Statement {
		actions = append(actions, statement.Action...)
	}
	return actions
}

// fullSpec has every setting that needs further permissions.
func fullSpec() settings.Spec {
	spec := settings.Defaults(prefix)
	spec.Boundary, spec.KMSKey, spec.Subnets, spec.Clusters = aBoundary, aKey, []string{aSubnet}, []string{"shop"}
	return spec
}

func installing() callerpolicy.Commands { return callerpolicy.Commands{Install: true} }

func allCommands() callerpolicy.Commands {
	return callerpolicy.Commands{Install: true, Status: true, Logs: true, Uninstall: true, Force: true}
}

// Every call that the commands can make is in a policy, and every action of a policy is such a call, except
// those that AWS checks in addition to a call.
func TestPolicyHasEveryCall(t *testing.T) {
	needed := map[string]bool{}
	for _, action := range []string{
		"account:ListRegions", "iam:PassRole", "lambda:ListTags", "kms:CreateGrant", "kms:Encrypt", "kms:Decrypt",
		"ec2:DescribeSecurityGroups", "ec2:DescribeSubnets", "ec2:DescribeVpcs",
		"logs:FilterLogEvents", "ecs:ListServiceDeployments", "ecs:DescribeServiceDeployments", // for the records and the report
	} {
		needed[action] = true
	}
	for service, api := range map[string]reflect.Type{"tag": reflect.TypeFor[deploy.TagAPI](), "ecs": reflect.TypeFor[deploy.ClusterAPI]()} {
		for i := range api.NumMethod() {
			needed[service+":"+api.Method(i).Name] = true
		}
	}
	clients := reflect.TypeFor[resource.Clients]()
	for i := range clients.NumField() {
		service := map[string]string{"IAM": "iam", "Logs": "logs", "Lambda": "lambda", "Events": "events"}[clients.Field(i).Name]
		api := clients.Field(i).Type
		for j := range api.NumMethod() {
			needed[service+":"+api.Method(j).Name] = true
		}
	}
	allowed := map[string]bool{}
	for _, spec := range []settings.Spec{{ReservedConcurrency: 2}, settings.Defaults(prefix), fullSpec()} {
		all := allCommands()
		all.Report = true
		for _, action := range actionsOf(t, policyFor(t, names(), spec, all)) {
			allowed[action] = true
		}
	}
	for _, action := range actionsOf(t, policyFor(t, names(), fullSpec(), callerpolicy.Commands{Status: true, AllRegions: true})) {
		allowed[action] = true
	}
	equal(t, slices.Sorted(maps.Keys(allowed)), slices.Sorted(maps.Keys(needed))...)
}

// Settings that an installation does not use need no permissions.
func TestPolicyOfDefaults(t *testing.T) {
	policy := policyFor(t, names(), settings.Defaults(prefix), allCommands())
	t.Logf("%d actions, %d characters", len(actionsOf(t, policy)), len(policy))
	for _, service := range []string{"ec2:", "kms:", "PutRolePermissionsBoundary", `"logs:AssociateKmsKey"`} {
		if strings.Contains(policy, service) {
			t.Errorf("it has %s: %s", service, policy)
		}
	}
}

// Without history the policy allows no reading of logs, and is otherwise the same.
func TestPolicyWithoutHistory(t *testing.T) {
	with := actionsOf(t, policyFor(t, names(), fullSpec(), callerpolicy.Commands{Status: true}))
	without := actionsOf(t, policyFor(t, names(), fullSpec(), callerpolicy.Commands{Status: true, NoHistory: true}))
	equal(t, slices.DeleteFunc(with, func(action string) bool { return action == "logs:FilterLogEvents" }), without...)
	if slices.Contains(without, "logs:FilterLogEvents") {
		t.Error(without)
	}
}

// The policy for the longest names in the longest Region fits in a managed policy.
func TestPolicyFits(t *testing.T) {
	id := session.Identity{Partition: "aws-us-gov", Account: "111122223333", Region: "ap-southeast-1"}
	prefix := strings.Repeat("p", 64-len(settings.RoleName("", id.Region))-1)
	name := strings.Repeat("f", 64-len(prefix)-1)
	if err := settings.CheckNames(id.Region, prefix, name, name); err != nil {
		t.Fatal(err)
	}
	policy := policyFor(t, resource.NewNames(id, prefix, name, name), fullSpec(), allCommands())
	t.Logf("%d actions, %d characters", len(actionsOf(t, policy)), len(policy))
	if len(policy) > callerpolicy.MaxLength {
		t.Errorf("%d characters, IAM allows %d", len(policy), callerpolicy.MaxLength)
	}
}

// A policy of exactly the maximum length is accepted, and one more character is rejected.
func TestPolicyLengthIsExact(t *testing.T) {
	ofKey := func(key string) (string, error) {
		return callerpolicy.New([]resource.Names{names()}, settings.Spec{KMSKey: key}, installing())
	}
	shortest, err := ofKey("x")
	if err != nil {
		t.Fatal(err)
	}
	room := callerpolicy.MaxInline - len(shortest) + 1
	if policy, err := ofKey(strings.Repeat("x", room)); err != nil || len(policy) != callerpolicy.MaxInline {
		t.Errorf("%d characters: %v", len(policy), err)
	}
	if _, err := ofKey(strings.Repeat("x", room+1)); err == nil {
		t.Error("one character more is accepted")
	}
}

// regions returns the names of installations in n Regions.
func regions(n int) []resource.Names {
	var places []resource.Names
	for i := range n {
		one := names()
		one.Region = fmt.Sprintf("eu-west-%d", i+1)
		places = append(places, one)
	}
	return places
}

// One policy covers several Regions, as long as it fits.
func TestPolicyOfSeveralRegions(t *testing.T) {
	var places []resource.Names
	for _, region := range []string{"eu-west-1", "eu-central-1", "us-east-1", "us-west-2"} {
		one := names()
		one.Region, one.Role = region, settings.RoleName(prefix, region)
		places = append(places, one)
	}
	policy, err := callerpolicy.New(places, settings.Defaults(prefix), allCommands())
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d Regions, %d characters", len(places), len(policy))
	for _, one := range places {
		for _, resource := range []string{one.RoleARN(), one.LogGroupARN(), one.FunctionARN(), one.RuleARN()} {
			if !strings.Contains(policy, resource) {
				t.Errorf("%s is not in it", resource)
			}
		}
	}
	if policy, err := callerpolicy.New(regions(6), settings.Defaults(prefix), allCommands()); err != nil || len(policy) <= callerpolicy.MaxLength {
		t.Errorf("the policy for six Regions fits only a role, and has %d characters: %v", len(policy), err)
	}
	if _, err := callerpolicy.New(regions(20), settings.Defaults(prefix), allCommands()); err == nil || !strings.Contains(err.Error(), "an inline policy of a role can have 10240") {
		t.Errorf("twenty Regions give %v", err)
	}
}

// Only actions that AWS cannot restrict are allowed on all resources, and no action is a wildcard.
func TestPolicyHasNoUnneededWildcards(t *testing.T) {
	for _, statement := range parse(t, policyFor(t, names(), fullSpec(), allCommands())).Statement {
		switch statement.Sid { // names that are not known in advance
		case "InstanceProfiles":
			equal(t, statement.Action, "iam:RemoveRoleFromInstanceProfile")
			continue
		case "Mappings":
			equal(t, statement.Action, "lambda:DeleteEventSourceMapping")
			if want := map[string]any{"ArnEquals": map[string]any{"lambda:FunctionArn": names().FunctionARN()}}; !reflect.DeepEqual(statement.Condition, want) {
				t.Errorf("event source mappings of any function: %v", statement.Condition)
			}
			continue
		}
		if statement.Resource == "*" {
			equal(t, statement.Action, "iam:ListRoles", "logs:DescribeLogGroups", "lambda:ListEventSourceMappings", "ecs:ListClusters", "tag:GetResources",
				"ec2:DescribeSecurityGroups", "ec2:DescribeSubnets", "ec2:DescribeVpcs")
		} else if text := fmt.Sprint(statement.Resource); !strings.Contains(text, "prod-") && text != aKey && !strings.HasSuffix(text, ":cluster/shop") || strings.Contains(strings.ReplaceAll(text, ":*", ""), "*") {
			t.Errorf("%s is for %s", statement.Sid, text)
		}
		if strings.Contains(fmt.Sprint(statement.Action), "*") {
			t.Errorf("%s allows %s", statement.Sid, statement.Action)
		}
	}
}

// The caller may use the key only through Lambda.
func TestPolicyKeyIsForLambda(t *testing.T) {
	policy := policyFor(t, names(), settings.Spec{KMSKey: aKey}, installing())
	const want = `"Resource":"` + aKey + `","Condition":{"StringLike":{"kms:ViaService":"lambda.us-east-1.amazonaws.com*"}}`
	if !strings.Contains(policy, want) {
		t.Errorf("%s\nhas no\n%s", policy, want)
	}
}

func equal(t *testing.T, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("got\n\t%q\nwant\n\t%q", got, want)
	}
}
