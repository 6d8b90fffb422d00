package deploy

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/spothandler/spothandler/internal/session"
)

func handsNames() Names {
	defaults := Defaults(handsPrefix)
	return NewNames(identity(), handsPrefix, defaults.FunctionName, defaults.RuleName)
}

// callerPolicy is the policy for one installation.
func callerPolicy(t *testing.T, names Names, spec Spec, errand Errand) string {
	t.Helper()
	policy, err := CallerPolicy([]Names{names}, spec, errand)
	if err != nil {
		t.Fatal(err)
	}
	return policy
}

// furtherSpec has every setting that needs further rights.
func furtherSpec(t *testing.T) Spec {
	t.Helper()
	spec := Defaults(handsPrefix)
	if err := further().Apply(&spec); err != nil {
		t.Fatal(err)
	}
	return spec
}

// actionsOf are the actions of a policy, in its order.
func actionsOf(t *testing.T, policy string) []string {
	t.Helper()
	var document struct{ Statement []struct{ Action []string } }
	if err := json.Unmarshal([]byte(policy), &document); err != nil {
		t.Fatal(err)
	}
	var actions []string
	for _, statement := range document.Statement {
		actions = append(actions, statement.Action...)
	}
	return actions
}

// everything is all that a caller may be sent for.
func everything() Errand { return Errand{Install: true, Status: true, Uninstall: true, Force: true} }

// Every call that the code can make is in a policy, and every action of a policy is such a call, but for
// those that AWS asks for beside a call.
func TestCallerPolicyHasEveryCall(t *testing.T) {
	needed := map[string]bool{}
	for _, action := range []string{
		"iam:PassRole", "lambda:ListTags", "kms:CreateGrant", "kms:Encrypt", "kms:Decrypt",
		"ec2:DescribeSecurityGroups", "ec2:DescribeSubnets", "ec2:DescribeVpcs",
	} {
		needed[action] = true
	}
	clients := reflect.TypeFor[Clients]()
	for i := range clients.NumField() {
		service := map[string]string{"IAM": "iam", "Logs": "logs", "Lambda": "lambda", "Events": "events"}[clients.Field(i).Name]
		api := clients.Field(i).Type
		for j := range api.NumMethod() {
			needed[service+":"+api.Method(j).Name] = true
		}
	}
	allowed := map[string]bool{}
	specs := []Spec{{ReservedConcurrency: 2}}
	for _, spec := range append(specs, Defaults(handsPrefix), furtherSpec(t)) {
		for _, action := range actionsOf(t, callerPolicy(t, handsNames(), spec, everything())) {
			allowed[action] = true
		}
	}
	sameLines(t, slices.Sorted(maps.Keys(allowed)), slices.Sorted(maps.Keys(needed))...)
}

// What an installation does not have needs no rights.
func TestCallerPolicyOfPlainSettings(t *testing.T) {
	policy := callerPolicy(t, handsNames(), Defaults(handsPrefix), everything())
	t.Logf("%d actions, %d characters", len(actionsOf(t, policy)), len(policy))
	for _, service := range []string{"ec2:", "kms:", "PutRolePermissionsBoundary", `"logs:AssociateKmsKey"`} {
		if strings.Contains(policy, service) {
			t.Errorf("it has %s: %s", service, policy)
		}
	}
}

// The longest names in the longest region leave room in a managed policy.
func TestCallerPolicyFits(t *testing.T) {
	id := session.Identity{Partition: "aws-us-gov", Account: "111122223333", Region: "ap-southeast-1"}
	prefix := strings.Repeat("p", 64-len(RoleName("", id.Region))-1)
	name := strings.Repeat("f", 64-len(prefix)-1)
	names := NewNames(id, prefix, name, name)
	if err := CheckNames(id.Region, prefix, name, name); err != nil {
		t.Fatal(err)
	}
	policy := callerPolicy(t, names, furtherSpec(t), everything())
	t.Logf("%d actions, %d characters", len(actionsOf(t, policy)), len(policy))
	if len(policy) > MaxCallerPolicy {
		t.Errorf("%d characters, IAM allows %d", len(policy), MaxCallerPolicy)
	}
}

// One policy serves several regions, as long as they fit.
func TestCallerPolicyOfSeveralRegions(t *testing.T) {
	var places []Names
	for _, region := range []string{"eu-west-1", "eu-central-1", "us-east-1", "us-west-2"} {
		names := handsNames()
		names.Region, names.Role = region, RoleName(handsPrefix, region)
		places = append(places, names)
	}
	policy, err := CallerPolicy(places, Defaults(handsPrefix), everything())
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d regions, %d characters", len(places), len(policy))
	for _, names := range places {
		for _, resource := range []string{names.RoleARN(), names.LogGroupARN(), names.FunctionARN(), names.RuleARN()} {
			if !strings.Contains(policy, resource) {
				t.Errorf("%s is not in it", resource)
			}
		}
	}
	if _, err := CallerPolicy(slices.Repeat(places, 5), Defaults(handsPrefix), everything()); err == nil || !strings.Contains(err.Error(), "IAM allows 6144") {
		t.Errorf("twenty regions give %v", err)
	}
}

// What may be done to everything is what AWS cannot narrow, and nothing is allowed by a wildcard.
func TestCallerPolicyIsNarrow(t *testing.T) {
	policy := callerPolicy(t, handsNames(), furtherSpec(t), everything())
	var document struct {
		Statement []struct {
			Sid      string
			Action   []string
			Resource any
		}
	}
	if err := json.Unmarshal([]byte(policy), &document); err != nil {
		t.Fatal(err)
	}
	for _, statement := range document.Statement {
		if statement.Sid == "InstanceProfiles" { // whose names nobody knows beforehand
			sameLines(t, statement.Action, "iam:RemoveRoleFromInstanceProfile")
			continue
		}
		if statement.Resource == "*" {
			sameLines(t, statement.Action, "iam:ListRoles", "logs:DescribeLogGroups",
				"ec2:DescribeSecurityGroups", "ec2:DescribeSubnets", "ec2:DescribeVpcs")
		} else if text := fmt.Sprint(statement.Resource); !strings.Contains(text, "prod-") && text != aKey || strings.Contains(strings.ReplaceAll(text, ":*", ""), "*") {
			t.Errorf("%s is for %s", statement.Sid, text)
		}
		if strings.Contains(fmt.Sprint(statement.Action), "*") {
			t.Errorf("%s allows %s", statement.Sid, statement.Action)
		}
	}
}
