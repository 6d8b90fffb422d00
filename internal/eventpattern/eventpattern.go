// Package eventpattern matches events against EventBridge event patterns.
// Events have the types that encoding/json decodes to.
package eventpattern

import (
	"encoding/json"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Pattern reports whether an event matches.
type Pattern func(event map[string]any) bool

// Refusal is AWS's reason for rejecting a pattern.
type Refusal string

// Error returns the reason.
func (r Refusal) Error() string { return string(r) }

// test reports whether a field matches, given its value and whether it is
// present.
type test func(have any, there bool) bool

// Parse parses an event pattern, a JSON object. Its error is a [Refusal].
func Parse(text string) (Pattern, error) {
	var fields map[string]any
	if err := json.Unmarshal([]byte(text), &fields); err != nil || fields == nil {
		return nil, Refusal("Filter is not an object")
	}
	return object(fields)
}

// object returns a pattern that matches if every field does.
func object(fields map[string]any) (Pattern, error) {
	if len(fields) == 0 {
		return nil, Refusal("Empty objects are not allowed")
	}
	var all []Pattern
	for name, want := range fields {
		one, err := field(name, want)
		if err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return func(event map[string]any) bool {
		return !slices.ContainsFunc(all, func(p Pattern) bool { return !p(event) })
	}, nil
}

func field(name string, want any) (Pattern, error) {
	switch want := want.(type) {
	case map[string]any:
		inner, err := object(want)
		return func(event map[string]any) bool { return within(inner, event[name]) }, err
	case []any:
		if name == "$or" {
			return either(want)
		}
		fits, err := anyOf(want)
		return func(event map[string]any) bool {
			have, there := event[name]
			return fits(have, there)
		}, err
	}
	return nil, Refusal(strconv.Quote(name) + " must be an object or an array")
}

// within matches the fields of an object, or of any object in a list. A missing
// field may still satisfy "exists": false.
func within(inner Pattern, have any) bool {
	if list, ok := have.([]any); ok {
		return slices.ContainsFunc(list, func(e any) bool { return within(inner, e) })
	}
	fields, _ := have.(map[string]any)
	return inner(fields)
}

// either parses "$or".
func either(alternatives []any) (Pattern, error) {
	if len(alternatives) < 2 {
		return nil, Refusal("There must have at least 2 Objects in $or relationship.")
	}
	var all []Pattern
	for _, a := range alternatives {
		fields, _ := a.(map[string]any)
		one, err := object(fields)
		if err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return func(event map[string]any) bool {
		return slices.ContainsFunc(all, func(p Pattern) bool { return p(event) })
	}, nil
}

// anyOf parses a list of values and matchers, one of which must match.
func anyOf(values []any) (test, error) {
	if len(values) == 0 {
		return nil, Refusal("Empty arrays are not allowed")
	}
	var all []test
	for _, v := range values {
		one, err := value(v)
		if err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return func(have any, there bool) bool {
		return slices.ContainsFunc(all, func(fits test) bool { return fits(have, there) })
	}, nil
}

func value(want any) (test, error) {
	switch want := want.(type) {
	case map[string]any:
		for name, argument := range want {
			if len(want) == 1 {
				return matcher(name, argument)
			}
		}
		return nil, Refusal("Only one key allowed in match expression")
	case []any:
		return nil, Refusal("Match value must be String, number, true, false, or null")
	}
	return leaf(func(have any) bool { return have == want }), nil
}

// leaf returns a test of a value that is present; in a list, any element may
// match.
func leaf(fits func(have any) bool) test {
	return func(have any, there bool) bool {
		if list, ok := have.([]any); ok {
			return slices.ContainsFunc(list, fits)
		}
		return there && fits(have)
	}
}

// matcher parses {"prefix": "x"} and other matchers.
func matcher(name string, argument any) (test, error) {
	switch name {
	case "exists":
		return exists(argument)
	case "numeric":
		return numeric(argument)
	case "anything-but":
		return except(argument)
	}
	compare, known := map[string]func(text, word string) bool{
		"prefix": strings.HasPrefix, "suffix": strings.HasSuffix, "equals-ignore-case": strings.EqualFold, "wildcard": wildcard,
	}[name]
	if !known {
		return nil, Refusal("Unrecognized match type " + name)
	}
	word, ok := argument.(string)
	if !ok {
		return nil, Refusal(name + " match pattern must be a string")
	}
	return leaf(func(have any) bool {
		text, ok := have.(string)
		return ok && compare(text, word)
	}), nil
}

func wildcard(text, word string) bool {
	return regexp.MustCompile(`(?s)^` + strings.ReplaceAll(regexp.QuoteMeta(word), `\*`, `.*`) + `$`).MatchString(text)
}

func exists(argument any) (test, error) {
	want, ok := argument.(bool)
	if !ok {
		return nil, Refusal("exists match pattern must be either true or false.")
	}
	return func(have any, there bool) bool {
		_, isObject := have.(map[string]any) // "exists" applies only to leaves
		return want == (there && !isObject)
	}, nil
}

// numeric parses ["=", 1] or [">", 0, "<=", 5].
func numeric(argument any) (test, error) {
	comparisons, _ := argument.([]any)
	if len(comparisons) != 2 && len(comparisons) != 4 {
		return nil, Refusal("Value of numeric must be an array of comparisons.")
	}
	return leaf(func(have any) bool {
		n, ok := have.(float64)
		for pair := range slices.Chunk(comparisons, 2) {
			limit, isNumber := pair[1].(float64)
			operator, _ := pair[0].(string)
			holds := map[string]bool{"=": n == limit, "<": n < limit, "<=": n <= limit, ">": n > limit, ">=": n >= limit}
			ok = ok && isNumber && holds[operator]
		}
		return ok
	}), nil
}

// except parses "anything-but": a value, a list of values, or another matcher
// with one argument or several.
func except(argument any) (test, error) {
	values := listOf(argument)
	if other, ok := argument.(map[string]any); ok {
		values = nil
		for name, words := range other {
			for _, word := range listOf(words) {
				values = append(values, map[string]any{name: word})
			}
		}
	}
	excluded, err := anyOf(values)
	return leaf(func(have any) bool { return !excluded(have, true) }), err
}

func listOf(v any) []any {
	if list, ok := v.([]any); ok {
		return list
	}
	return []any{v}
}
