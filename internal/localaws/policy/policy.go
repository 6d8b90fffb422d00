// Package policy parses and evaluates IAM policies: actions, resources, and conditions on strings and ARNs.
package policy

import (
	"encoding/json"
	"slices"
	"strings"
)

// Ask is a request to be evaluated: an action, a resource and its context.
type Ask struct {
	Action   string            // "iam:PassRole"
	Resource string            // an ARN; "*" if the action has no resource-level permissions
	Context  map[string]string // condition keys in lower case
}

// Verdict is the result. Without an allowing statement a request is denied, and a denying statement overrides
// all others.
type Verdict int

// The verdicts.
const (
	NotAllowed Verdict = iota
	Allowed
	Forbidden
)

// Policy is the combination of a caller's identity policies. A nil Policy allows everything.
type Policy struct{ statements []statement }

type statement struct {
	Effect                string
	Action, NotAction     list[string]
	Resource, NotResource list[string]
	Principal             json.RawMessage
	Condition             map[string]map[string]list[string] // operator, key, values
}

// list decodes a policy element that may be one value or a list.
type list[T any] []T

// UnmarshalJSON decodes either form.
func (l *list[T]) UnmarshalJSON(text []byte) error {
	if json.Unmarshal(text, (*[]T)(l)) == nil {
		return nil
	}
	*l = make(list[T], 1)
	return json.Unmarshal(text, &(*l)[0])
}

// Malformed is AWS's reason for rejecting a policy.
type Malformed string

// Error returns the reason.
func (m Malformed) Error() string { return string(m) }

// Read parses identity policies. An unsupported condition operator is an error, because ignoring it could
// allow too much.
func Read(documents ...string) (*Policy, error) {
	var all []statement
	for _, document := range documents {
		statements, err := read(document)
		if err != nil {
			return nil, err
		}
		all = append(all, statements...)
	}
	for _, s := range all {
		for operator := range s.Condition {
			if comparison(operator).fits == nil {
				return nil, Malformed("The local AWS does not know the condition operator " + operator + ".")
			}
		}
	}
	return &Policy{all}, nil
}

func read(document string) ([]statement, error) {
	if !json.Valid([]byte(document)) {
		return nil, Malformed("This policy contains invalid Json")
	}
	var p struct{ Statement list[statement] }
	if json.Unmarshal([]byte(document), &p) != nil {
		return nil, Malformed("Syntax errors in policy.")
	}
	return p.Statement, nil
}

// Decide evaluates a request.
func (p *Policy) Decide(a Ask) Verdict {
	if p == nil {
		return Allowed
	}
	found := NotAllowed
	for _, s := range p.statements {
		switch {
		case !s.covers(a):
		case s.Effect == "Deny":
			return Forbidden
		default:
			found = Allowed
		}
	}
	return found
}

// covers reports whether the statement applies to a request. Actions are case-insensitive, ARNs are not.
func (s statement) covers(a Ask) bool {
	action := strings.ToLower(a.Action)
	return among(s.Action, s.NotAction, func(pattern string) bool { return Like(strings.ToLower(pattern), action) }) &&
		among(s.Resource, s.NotResource, func(pattern string) bool { return Like(pattern, a.Resource) }) &&
		s.conditionsHold(a.Context)
}

// among reports whether one of the patterns matches or, if exceptions are given instead, none of those.
func among(patterns, exceptions []string, fits func(pattern string) bool) bool {
	if len(exceptions) > 0 {
		return !slices.ContainsFunc(exceptions, fits)
	}
	return slices.ContainsFunc(patterns, fits)
}

// conditionsHold reports whether all conditions hold; one with an unknown operator does not.
func (s statement) conditionsHold(context map[string]string) bool {
	for name, keys := range s.Condition {
		for key, values := range keys {
			value, there := context[strings.ToLower(key)]
			if !comparison(name).holds(values, value, there) {
				return false
			}
		}
	}
	return true
}

// operator is a condition operator.
type operator struct {
	fits              func(pattern, value string) bool // nil: unknown
	negated, ifExists bool
}

func comparison(name string) operator {
	name, ifExists := strings.CutSuffix(name, "IfExists")
	positive := strings.Replace(name, "Not", "", 1)
	fits := map[string]func(pattern, value string) bool{
		"StringEquals": func(pattern, value string) bool { return pattern == value },
		"Bool":         strings.EqualFold,
		"StringLike":   Like,
		"ArnEquals":    arnLike, "ArnLike": arnLike, // equivalent (IAM User Guide, ARN condition operators)
	}[positive]
	return operator{fits, positive != name, ifExists}
}

// holds reports whether one of the values matches, or none if the operator contains Not. A missing key
// matches nothing, unless the operator ends in IfExists.
func (o operator) holds(values []string, value string, there bool) bool {
	if o.fits == nil {
		return false
	}
	if !there {
		return o.ifExists || o.negated
	}
	return slices.ContainsFunc(values, func(pattern string) bool { return o.fits(pattern, value) }) != o.negated
}

// arnLike compares ARNs part by part: a wildcard does not match across the first five colons.
func arnLike(pattern, arn string) bool {
	patterns, parts := strings.SplitN(pattern, ":", 6), strings.SplitN(arn, ":", 6)
	return slices.EqualFunc(patterns, parts, Like)
}

// Like reports whether text matches a pattern in which * is any string and ? any character.
func Like(pattern, text string) bool {
	star, resume := -1, 0 // the last star, and where in the text to continue after it
	p := 0
	for t := 0; t < len(text); {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, resume = p, t
			p++
		case p < len(pattern) && (pattern[p] == '?' || pattern[p] == text[t]):
			p++
			t++
		case star >= 0: // let the star match one character more
			resume++
			p, t = star+1, resume
		default:
			return false
		}
	}
	return strings.Trim(pattern[p:], "*") == ""
}
