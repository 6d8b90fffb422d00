package localaws

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// pattern is an event pattern: what is decoded of its JSON, known to be well-formed.
type pattern obj

func invalidPattern(format string, args ...any) *Error {
	return refuse("InvalidEventPatternException", "Event pattern is not valid. Reason: "+format, args...)
}

// parsePattern reads and checks an event pattern.
func parsePattern(text string) (pattern, error) {
	var p pattern
	if err := decodeJSON(text, &p); err != nil || p == nil {
		return nil, invalidPattern("Filter is not an object")
	}
	return p, checkObject(p)
}

// decodeJSON keeps numbers as they are written, so that 1 and 1.0 can be told from "1".
func decodeJSON(text string, v any) error {
	d := json.NewDecoder(bytes.NewReader([]byte(text)))
	d.UseNumber()
	return d.Decode(v)
}

func checkObject(p obj) error {
	if len(p) == 0 {
		return invalidPattern("Empty objects are not allowed")
	}
	for key, v := range p {
		if err := checkField(key, v); err != nil {
			return err
		}
	}
	return nil
}

func checkField(key string, v any) error {
	if alternatives, ok := v.([]any); ok && key == "$or" {
		if len(alternatives) < 2 {
			return invalidPattern("There must have at least 2 Objects in $or relationship.")
		}
		for _, a := range alternatives {
			object, ok := a.(obj)
			if !ok {
				return invalidPattern("Only JSON object is allowed in array of $or relationship.")
			}
			if err := checkObject(object); err != nil {
				return err
			}
		}
		return nil
	}
	switch v := v.(type) {
	case obj:
		return checkObject(v)
	case []any:
		return checkValues(v)
	}
	return invalidPattern(`"%s" must be an object or an array`, key)
}

func checkValues(values []any) error {
	if len(values) == 0 {
		return invalidPattern("Empty arrays are not allowed")
	}
	for _, v := range values {
		switch v := v.(type) {
		case []any:
			return invalidPattern("Match value must be String, number, true, false, or null")
		case obj:
			if err := checkMatcher(v); err != nil {
				return err
			}
		}
	}
	return nil
}

// checkMatcher takes {"prefix": "x"} and its like.
func checkMatcher(m obj) error {
	if len(m) != 1 {
		return invalidPattern("Only one key allowed in match expression")
	}
	for name, arg := range m {
		if reason := badArgument(name, arg); reason != "" {
			return invalidPattern("%s", reason)
		}
	}
	return nil
}

// badArgument says what is wrong with what a matcher is given, "" where nothing is.
func badArgument(name string, arg any) string {
	list, isList := arg.([]any)
	_, isText := arg.(string)
	_, isBool := arg.(bool)
	switch name {
	case "prefix", "suffix", "equals-ignore-case", "wildcard":
		if !isText {
			return name + " match pattern must be a string"
		}
	case "exists":
		if !isBool {
			return "exists match pattern must be either true or false."
		}
	case "numeric":
		if len(list) != 2 && len(list) != 4 {
			return "Value of numeric must be an array of comparisons."
		}
	case "anything-but":
		if isList && len(list) == 0 {
			return "Empty arrays are not allowed"
		}
	default:
		return "Unrecognized match type " + name
	}
	return ""
}

// matches tells whether an event, decoded JSON, fits: every field of the pattern, in any of its alternatives.
func (p pattern) matches(event obj) bool {
	for key, want := range p {
		if !fieldMatches(key, want, event) {
			return false
		}
	}
	return true
}

func fieldMatches(key string, want any, event obj) bool {
	if alternatives, ok := want.([]any); ok && key == "$or" {
		return slices.ContainsFunc(alternatives, func(a any) bool {
			alternative, ok := a.(obj)
			return ok && pattern(alternative).matches(event)
		})
	}
	have, present := event[key]
	switch want := want.(type) {
	case obj:
		return nestedMatches(want, have)
	case []any:
		return slices.ContainsFunc(want, func(w any) bool { return valueMatches(w, have, present) })
	}
	return false
}

// nestedMatches looks into an object, or into any object of a list. What is absent may still satisfy "exists": false.
func nestedMatches(want obj, have any) bool {
	if list, ok := have.([]any); ok {
		return slices.ContainsFunc(list, func(e any) bool { return nestedMatches(want, e) })
	}
	object, _ := have.(obj)
	return pattern(want).matches(object)
}

// valueMatches holds one alternative against a field; of a list in an event any element will do.
func valueMatches(want, have any, present bool) bool {
	matcher, ok := want.(obj)
	if exists, asked := matcher["exists"]; asked {
		_, object := have.(obj) // only leaves exist
		return exists == (present && !object)
	}
	if !present {
		return false
	}
	if list, isList := have.([]any); isList {
		return slices.ContainsFunc(list, func(e any) bool { return valueMatches(want, e, true) })
	}
	if ok {
		return matcherMatches(matcher, have)
	}
	return same(want, have)
}

// same compares scalars; numbers by value.
func same(a, b any) bool {
	x, isNumber := a.(json.Number)
	y, isToo := b.(json.Number)
	if isNumber && isToo {
		return number(x.String()) == number(y.String())
	}
	return a == b
}

func matcherMatches(m obj, have any) bool {
	for name, arg := range m {
		switch name {
		case "numeric":
			n, ok := have.(json.Number)
			comparisons, _ := arg.([]any)
			return ok && inRange(comparisons, number(n.String()))
		case "anything-but":
			return !excluded(arg, have)
		}
		text, ok := have.(string)
		return ok && textMatches(name, fmt.Sprint(arg), text)
	}
	return false
}

func textMatches(name, word, text string) bool {
	switch name {
	case "prefix":
		return strings.HasPrefix(text, word)
	case "suffix":
		return strings.HasSuffix(text, word)
	case "equals-ignore-case":
		return strings.EqualFold(text, word)
	}
	return name == "wildcard" && wildcard(strings.ReplaceAll(word, "?", `\?`), text)
}

// inRange takes ["=", 1] or [">", 0, "<=", 5].
func inRange(comparisons []any, n float64) bool {
	for i := 0; i+1 < len(comparisons); i += 2 {
		limit := number(fmt.Sprint(comparisons[i+1]))
		holds := map[any]bool{"=": n == limit, "<": n < limit, "<=": n <= limit, ">": n > limit, ">=": n >= limit}
		if !holds[comparisons[i]] {
			return false
		}
	}
	return true
}

// excluded tells whether "anything-but" names the value: alone, in a list, or by another matcher.
func excluded(arg, have any) bool {
	switch arg := arg.(type) {
	case []any:
		return slices.ContainsFunc(arg, func(a any) bool { return same(a, have) })
	case obj:
		for name, words := range arg {
			list, ok := words.([]any)
			if !ok {
				list = []any{words}
			}
			return slices.ContainsFunc(list, func(w any) bool { return matcherMatches(obj{name: w}, have) })
		}
	}
	return same(arg, have)
}
