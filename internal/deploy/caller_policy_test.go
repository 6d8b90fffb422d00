package deploy

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// maxManagedPolicy is IAM's quota for a managed policy, in characters without white space (IAM quotas).
const maxManagedPolicy = 6144

func handsNames() Names {
	defaults := Defaults(handsPrefix)
	return NewNames(identity(), handsPrefix, defaults.FunctionName, defaults.RuleName)
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

// Every call that the code can make is in the policy, and every action of the policy is such a call, but
// for two that AWS asks for beside a call: a role that is sent has to be passed, tags have to be listed.
func TestCallerPolicyHasEveryCall(t *testing.T) {
	policy := CallerPolicy(handsNames(), Errand{Install: true, Uninstall: true, Force: true})
	calls := map[string]bool{"iam:PassRole": true, "lambda:ListTags": true}
	clients := reflect.TypeFor[Clients]()
	for i := range clients.NumField() {
		service := map[string]string{"IAM": "iam", "Logs": "logs", "Lambda": "lambda", "Events": "events"}[clients.Field(i).Name]
		api := clients.Field(i).Type
		for j := range api.NumMethod() {
			calls[service+":"+api.Method(j).Name] = true
		}
	}
	actions := actionsOf(t, policy)
	slices.Sort(actions)
	sameLines(t, actions, slices.Sorted(maps.Keys(calls))...)
}

// The longest names in the longest region leave room in a managed policy.
func TestCallerPolicyFits(t *testing.T) {
	id := Identity{Partition: "aws-us-gov", Account: "111122223333", Region: "ap-southeast-1"}
	prefix := strings.Repeat("p", 64-len(RoleName("", id.Region))-1)
	name := strings.Repeat("f", 64-len(prefix)-1)
	names := NewNames(id, prefix, name, name)
	if err := CheckNames(id.Region, prefix, name, name); err != nil {
		t.Fatal(err)
	}
	policy := CallerPolicy(names, Errand{Install: true, Uninstall: true, Force: true})
	t.Logf("%d actions, %d characters", len(actionsOf(t, policy)), len(policy))
	if len(policy) > maxManagedPolicy {
		t.Errorf("%d characters, IAM allows %d", len(policy), maxManagedPolicy)
	}
}

// What may be done to everything is what AWS cannot narrow, and nothing is allowed by a wildcard.
func TestCallerPolicyIsNarrow(t *testing.T) {
	policy := CallerPolicy(handsNames(), Errand{Install: true, Uninstall: true, Force: true})
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
		if statement.Resource == "*" {
			sameLines(t, statement.Action, "iam:ListRoles", "logs:DescribeLogGroups")
		} else if text := fmt.Sprint(statement.Resource); !strings.Contains(text, "prod-") || strings.Contains(strings.ReplaceAll(text, ":*", ""), "*") {
			t.Errorf("%s is for %s", statement.Sid, text)
		}
		if strings.Contains(fmt.Sprint(statement.Action), "*") {
			t.Errorf("%s allows %s", statement.Sid, statement.Action)
		}
	}
}
