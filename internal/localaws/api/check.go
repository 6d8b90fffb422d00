package api

import (
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"
)

// model validates inputs. It caches the compiled patterns and the inputs' members, which cost more than the
// rest of a call.
type model struct{ forms, inputs sync.Map }

// check validates an input, a pointer to a struct, against the API model: the members required by the call,
// and the constraints in the fields' tags for every member that is present, including those in nested structs
// and lists:
//
//	Name string `check:"len=1:64 enum=A|B min=1 max=900 re=[a-z]+"`
//
// The error has AWS's wording: "1 validation error detected: Value 'x' at 'name' failed to satisfy
// constraint: …".
func (m *model) check(service string, in any, required []string) error {
	found := m.violations(reflect.ValueOf(in).Elem(), "", required)
	switch len(found) {
	case 0:
		return nil
	case 1:
		return Refuse(invalidCode(service), "1 validation error detected: %s", found[0])
	}
	return Refuse(invalidCode(service), "%d validation errors detected: %s", len(found), strings.Join(found, "; "))
}

// violations returns those of a struct at a path of the input. Only at the top level does a zero value mean
// that the member is missing.
func (m *model) violations(v reflect.Value, at string, required []string) []string {
	var found []string
	for i := range v.NumField() {
		field, value := v.Type().Field(i), reflect.Indirect(v.Field(i))
		name := at + strings.ToLower(field.Name[:1]) + field.Name[1:]
		given := value.IsValid() && (at != "" || v.Field(i).Kind() == reflect.Pointer || !value.IsZero())
		switch {
		case field.Anonymous:
			found = append(found, m.violations(value, at, required)...)
		case given:
			found = append(found, m.broken(field.Tag.Get("check"), value, name)...)
		case slices.Contains(required, field.Name):
			found = append(found, fmt.Sprintf("Value null at '%s' failed to satisfy constraint: Member must not be null", name))
		}
	}
	return found
}

// broken returns the constraints that a value, and the values inside it, violate.
func (m *model) broken(rules string, value reflect.Value, name string) []string {
	var found []string
	for rule := range strings.FieldsSeq(rules) {
		if must := m.unmet(rule, value); must != "" {
			found = append(found, fmt.Sprintf("Value '%v' at '%s' failed to satisfy constraint: %s", value, name, must))
		}
	}
	switch value.Kind() {
	case reflect.Struct:
		return append(found, m.violations(value, name+".", nil)...)
	case reflect.Slice:
		if value.Type().Elem().Kind() == reflect.Struct {
			for i := range value.Len() {
				found = append(found, m.violations(value.Index(i), fmt.Sprintf("%s.%d.member.", name, i+1), nil)...)
			}
		}
	}
	return found
}

// unmet returns the constraint if the value violates the rule, or "".
func (m *model) unmet(rule string, value reflect.Value) string {
	name, limit, _ := strings.Cut(rule, "=")
	text := fmt.Sprint(value)
	switch name {
	case "len":
		if value.Kind() == reflect.Slice {
			return unmetLength(limit, value.Len())
		}
		return unmetLength(limit, utf8.RuneCountInString(text))
	case "enum":
		if !slices.Contains(strings.Split(limit, "|"), strings.Trim(text, "[]")) { // or a list of one
			return "Member must satisfy enum value set: [" + strings.ReplaceAll(limit, "|", ", ") + "]"
		}
	case "min":
		if number(text) < number(limit) {
			return "Member must have value greater than or equal to " + limit
		}
	case "max":
		if number(text) > number(limit) {
			return "Member must have value less than or equal to " + limit
		}
	case "re":
		if !m.form(limit).MatchString(text) {
			return "Member must satisfy regular expression pattern: " + limit
		}
	}
	return ""
}

func unmetLength(limits string, n int) string {
	low, high, _ := strings.Cut(limits, ":")
	switch {
	case float64(n) < number(low):
		return "Member must have length greater than or equal to " + low
	case float64(n) > number(high):
		return "Member must have length less than or equal to " + high
	}
	return ""
}

// number parses a limit, or a value that the decoder has found to be a number.
func number(s string) float64 {
	n, _ := strconv.ParseFloat(s, 64)
	return n
}

// form returns a compiled pattern that must match the whole string.
func (m *model) form(pattern string) *regexp.Regexp {
	known, found := m.forms.Load(pattern)
	if !found {
		known, _ = m.forms.LoadOrStore(pattern, regexp.MustCompile(`^(?:`+pattern+`)$`))
	}
	return known.(*regexp.Regexp) //nolint:forcetypeassert // nothing else is stored
}
