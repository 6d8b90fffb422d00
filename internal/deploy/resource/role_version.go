package resource

import (
	"reflect"
	"slices"
	"strings"
)

// This file decides what another version may have written to the role's policies. The record says which version that
// was, but any principal that can update the role can write the record.

// trustsLambdaAlone reports whether the trust policy allows only Lambda to assume the role, as in every version.
func (r *Role) trustsLambdaAlone() bool {
	statements := statementsOf(r.Trust)
	return len(statements) > 0 && !slices.ContainsFunc(statements, func(s statement) bool {
		return s.Effect != "Allow" || s.Condition != nil || !reflect.DeepEqual(s.Principal, map[string]any{"Service": lambdaPrincipal})
	})
}

// letsRedeploy reports whether the policy allows the function's two ECS actions on some resource and denies no ECS
// action.
func (r *Role) letsRedeploy() bool {
	missing := []string{"ecs:DescribeServices", "ecs:UpdateService"}
	for _, s := range statementsOf(r.Policy) {
		actions := stringsIn(s.Action)
		if s.Effect != "Allow" {
			if len(actions) == 0 || slices.ContainsFunc(actions, func(a string) bool { return !strings.HasPrefix(a, "ec2:") }) {
				return false
			}
			continue
		}
		missing = slices.DeleteFunc(missing, func(action string) bool {
			return slices.ContainsFunc(actions, func(pattern string) bool {
				before, _, wild := strings.Cut(pattern, "*")
				return pattern == action || wild && strings.HasPrefix(action, before)
			})
		})
	}
	return len(missing) == 0
}

// AllowsBeyond returns what the policy allows and the wanted policy does not, in the form "iam:* on *".
func (r *Role) AllowsBeyond(want *Role) []string {
	known := grantsOf(want.Policy)
	var more []string
	for _, grant := range grantsOf(r.Policy) {
		if text := grant.action + " on " + grant.resource; !slices.Contains(known, grant) && !slices.Contains(more, text) {
			more = append(more, text)
		}
	}
	return more
}

// grant is an action that a policy allows, on a resource, under conditions.
type grant struct{ action, resource, conditions string }

func grantsOf(policy string) []grant {
	var all []grant
	for _, s := range statementsOf(policy) {
		if s.Effect != "Allow" {
			continue
		}
		for _, action := range orAll(stringsIn(s.Action)) {
			for _, resource := range orAll(stringsIn(s.Resource)) {
				all = append(all, grant{action, resource, encodeJSON(s.Condition)})
			}
		}
	}
	return all
}

// orAll returns "*" for an absent element, since the statement then has NotAction or NotResource.
func orAll(found []string) []string {
	if len(found) == 0 {
		return []string{"*"}
	}
	return found
}
