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

// permissions are the statements of all policies of one caller.
type permissions []permission

// readPermissions reads identity policies.
func readPermissions(documents ...string) (permissions, error) {
	var all permissions
	for _, document := range documents {
		var policy struct{ Statement list[permission] }
		if err := json.Unmarshal([]byte(document), &policy); err != nil {
			return nil, malformed("Syntax errors in policy: %v", err)
		}
		all = append(all, policy.Statement...)
	}
	return all, nil
}

// decide holds a question against the statements. An error is a statement that this package cannot understand.
func (ps permissions) decide(a ask) (verdict, error) {
	found := notAllowed
	for _, p := range ps {
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
	return found, nil
}

// covers tells whether the statement is about what is asked. Actions are compared without case, ARNs with it.
func (p permission) covers(a ask) (bool, error) {
	action := strings.ToLower(a.action)
	named := among(p.Action, p.NotAction, func(pattern string) bool { return glob(strings.ToLower(pattern), action) }) &&
		among(p.Resource, p.NotResource, func(pattern string) bool { return glob(pattern, a.resource) })
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
		fits = glob
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
		if !glob(patterns[i], part) {
			return false
		}
	}
	return true
}

// glob tells whether text fits a pattern in which * is anything and ? any one character.
func glob(pattern, text string) bool {
	star, resume := -1, 0 // the last star, and where in the text what follows it is tried
	p := 0
	for t := 0; t < len(text); {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, resume = p, t
			p++
		case p < len(pattern) && (pattern[p] == '?' || pattern[p] == text[t]):
			p++
			t++
		case star >= 0: // let the star take one character more
			resume++
			p, t = star+1, resume
		default:
			return false
		}
	}
	return strings.Trim(pattern[p:], "*") == ""
}
