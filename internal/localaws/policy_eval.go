package localaws

import (
	"encoding/json"
	"slices"
	"strings"
)

// ask is a question to IAM: may a caller do this, to this, under these circumstances?
type ask struct {
	action   string            // "iam:PassRole"
	resource string            // an ARN; "*" where the action has no resource level
	shown    string            // the resource as a refusal names it, where that is no ARN
	context  map[string]string // condition keys in lower case
}

// verdict is IAM's answer. What no statement allows is denied, what one denies no other can allow.
type verdict int

const (
	notAllowed verdict = iota
	allowed
	forbidden
)

// permission is one statement of an identity policy.
type permission struct {
	policyStatement
	Condition map[string]map[string]list[string]
}

// decide holds a question against identity policies. An error is a policy that this package cannot read.
func decide(documents []string, a ask) (verdict, error) {
	found := notAllowed
	for _, document := range documents {
		var policy struct{ Statement list[permission] }
		if err := json.Unmarshal([]byte(document), &policy); err != nil {
			return notAllowed, malformed("Syntax errors in policy: %v", err)
		}
		for _, p := range policy.Statement {
			covers, err := p.covers(a)
			switch {
			case err != nil:
				return notAllowed, err
			case covers && p.Effect == "Deny":
				return forbidden, nil
			case covers:
				found = allowed
			}
		}
	}
	return found, nil
}

// covers tells whether the statement is about what is asked. Actions are compared without case, ARNs with it.
func (p permission) covers(a ask) (bool, error) {
	action := strings.ToLower(a.action)
	named := among(p.Action, p.NotAction, func(pattern string) bool { return wildcard(strings.ToLower(pattern), action) }) &&
		among(p.Resource, p.NotResource, func(pattern string) bool { return wildcard(pattern, a.resource) })
	if !named {
		return false, nil
	}
	for operator, keys := range p.Condition {
		for key, values := range keys {
			holds, err := holds(operator, values, a.context, strings.ToLower(key))
			if !holds || err != nil {
				return false, err
			}
		}
	}
	return true, nil
}

// among tells whether one of the patterns fits, or, where the exceptions are given instead, none of these.
func among(patterns, exceptions list[string], fits func(pattern string) bool) bool {
	if len(exceptions) > 0 {
		return !slices.ContainsFunc(exceptions, fits)
	}
	return slices.ContainsFunc(patterns, fits)
}

// holds tells whether one condition does: one of its values fits what the context has under the key. A key that the
// context does not have fits nothing, unless the operator says IfExists.
func holds(operator string, values []string, context map[string]string, key string) (bool, error) {
	name, ifExists := strings.CutSuffix(operator, "IfExists")
	positive := strings.Replace(name, "Not", "", 1)
	var fits func(pattern, value string) bool
	switch positive {
	case "StringEquals":
		fits = func(pattern, value string) bool { return pattern == value }
	case "StringLike":
		fits = wildcard
	case "ArnEquals", "ArnLike": // they behave identically (IAM User Guide, ARN condition operators)
		fits = arnLike
	default:
		return false, malformed("The local AWS does not know the condition operator %s.", operator)
	}
	value, there := context[key]
	if !there {
		return ifExists || positive != name, nil
	}
	one := slices.ContainsFunc(values, func(pattern string) bool { return fits(pattern, value) })
	return one == (positive == name), nil
}

// arnLike compares ARNs part by part: a wildcard does not reach across a colon of the first five.
func arnLike(pattern, arn string) bool {
	patterns, parts := strings.SplitN(pattern, ":", 6), strings.SplitN(arn, ":", 6)
	if len(patterns) != 6 || len(parts) != 6 {
		return false
	}
	for i, part := range parts {
		if !wildcard(patterns[i], part) {
			return false
		}
	}
	return true
}
