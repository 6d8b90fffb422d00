package localaws

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

// model is what checks inputs. It keeps the patterns that it has compiled and the members that inputs have, which costs
// more than all else of a call.
type model struct{ forms, inputs sync.Map }

// check holds an input, a pointer to a struct, against the API model: the members required by the call, and the
// constraints that the fields' tags name, for every member that is there, and in the structs and lists inside it:
//
//	Name string `check:"len=1:64 enum=A|B min=1 max=900 re=[a-z]+"`
//
// It words a violation as AWS does: "1 validation error detected: Value 'x' at 'name' failed to satisfy constraint: …".
func (m *model) check(service string, in any, required []string) error {
	found := m.violations(reflect.ValueOf(in).Elem(), "", required)
	switch len(found) {
	case 0:
		return nil
	case 1:
		return refuse(invalidCode(service), "1 validation error detected: %s", found[0])
	}
	return refuse(invalidCode(service), "%d validation errors detected: %s", len(found), strings.Join(found, "; "))
}

// violations are those of a struct at a place in the input. Only in the input itself what is zero was not given.
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

// broken words what a value, and what is inside it, must be to keep its rules.
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

// unmet says what a value must be to keep the rule, "" where it keeps it.
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
		if !slices.Contains(strings.Split(limit, "|"), strings.Trim(text, "[]")) { // a list of one, too
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

// number reads a limit or a value that the decoder has seen to be a number.
func number(s string) float64 {
	n, _ := strconv.ParseFloat(s, 64)
	return n
}

// form is a pattern that has to match the whole.
func (m *model) form(pattern string) *regexp.Regexp {
	known, found := m.forms.Load(pattern)
	if !found {
		known, _ = m.forms.LoadOrStore(pattern, regexp.MustCompile(`^(?:`+pattern+`)$`))
	}
	return known.(*regexp.Regexp) //nolint:forcetypeassert // nothing else is stored
}
