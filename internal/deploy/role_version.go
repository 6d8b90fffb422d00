package deploy

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// What another version may have written into the role's policies. The record says which version that was, and
// anyone who may update the role can write the record.

// trustsLambdaAlone reports whether the trust policy allows Lambda, and nobody else, to assume the role, as every
// version's does.
func (r *Role) trustsLambdaAlone() bool {
	statements := statementsOf(r.Trust)
	return len(statements) > 0 && !slices.ContainsFunc(statements, func(s statement) bool {
		return s.Effect != "Allow" || s.Condition != nil || !reflect.DeepEqual(s.Principal, map[string]any{"Service": lambdaPrincipal})
	})
}

// letsRedeploy reports whether the policy allows the function's two ECS actions somewhere and denies none of ECS's.
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

// beyond returns what the policy allows and the wanted policy does not, as "iam:* on *".
func (r *Role) beyond(want *Role) []string {
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

// orAll returns "*" for an element that is absent, because NotAction or NotResource is there instead.
func orAll(found []string) []string {
	if len(found) == 0 {
		return []string{"*"}
	}
	return found
}

// statementsOf returns the statements of a policy, none if it cannot be read.
func statementsOf(policy string) []statement {
	var list struct{ Statement []statement }
	if json.Unmarshal([]byte(policy), &list) == nil {
		return list.Statement
	}
	var one struct{ Statement statement }
	if json.Unmarshal([]byte(policy), &one) != nil {
		return nil
	}
	return []statement{one.Statement}
}

// stringsIn returns an element that may be one string or a list.
func stringsIn(element any) []string {
	switch element := element.(type) {
	case string:
		return []string{element}
	case []any:
		var all []string
		for _, each := range element {
			all = append(all, fmt.Sprint(each))
		}
		return all
	}
	return nil
}

// beyondVersion warns of what the role's policy allows beyond this version's where the difference counts as one
// between versions.
func (i *Installation) beyondVersion(want State, drifted []Change) []string {
	role := i.State.Role
	shown := slices.ContainsFunc(drifted, func(c Change) bool {
		return c.Kind == KindRole && slices.ContainsFunc(c.Fields, func(f Field) bool { return below(f.Path, "policy") })
	})
	if i.Record == nil || role == nil || role.Policy == "" || shown {
		return nil
	}
	more := role.beyond(want.Role)
	if len(more) == 0 {
		return nil
	}
	text := more[0]
	if len(more) > 1 {
		text += fmt.Sprintf(", and %d more", len(more)-1)
	}
	return []string{fmt.Sprintf("role %s, of version %s according to its record, allows more than this version writes: %s", role.Name, i.Record.Version, text)}
}
