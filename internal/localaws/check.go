package localaws

import (
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// check holds an input, a pointer to a struct, against the API model: the members required by the call, and the
// constraints that the fields' tags name, for every member that is there:
//
//	Name string `check:"len=1:64 enum=A|B min=1 max=900 re=[a-z]+"`
//
// It words a violation as AWS does: "1 validation error detected: Value 'x' at 'name' failed to satisfy constraint: …".
func check(service string, in any, required []string) error {
	v := reflect.ValueOf(in).Elem()
	if v.Kind() != reflect.Struct {
		return nil
	}
	found := violations(v, required)
	switch len(found) {
	case 0:
		return nil
	case 1:
		return refuse(invalidCode(service), "1 validation error detected: %s", found[0])
	}
	return refuse(invalidCode(service), "%d validation errors detected: %s", len(found), strings.Join(found, "; "))
}

func violations(v reflect.Value, required []string) []string {
	var found []string
	for i := range v.NumField() {
		field := v.Type().Field(i)
		if field.Anonymous {
			found = append(found, violations(v.Field(i), required)...)
			continue
		}
		name, rules := strings.ToLower(field.Name[:1])+field.Name[1:], strings.Fields(field.Tag.Get("check"))
		if !given(v.Field(i)) {
			if slices.Contains(required, field.Name) {
				found = append(found, fmt.Sprintf("Value null at '%s' failed to satisfy constraint: Member must not be null", name))
			}
			continue
		}
		for _, rule := range rules {
			value := scalar(v.Field(i))
			if must := broken(rule, value); must != "" {
				found = append(found, fmt.Sprintf("Value '%s' at '%s' failed to satisfy constraint: %s", value, name, must))
			}
		}
	}
	return found
}

// given tells whether the caller sent a member.
func given(v reflect.Value) bool {
	if v.Kind() == reflect.Pointer {
		return !v.IsNil()
	}
	return !v.IsZero()
}

// scalar is a scalar as text. Only members with rules are asked for it: a zip file's would be long.
func scalar(v reflect.Value) string {
	if v.Kind() == reflect.Pointer {
		v = v.Elem()
	}
	return fmt.Sprint(v.Interface())
}

// broken says what a value must be to keep the rule, "" where it keeps it.
func broken(rule, value string) string {
	name, limit, _ := strings.Cut(rule, "=")
	switch name {
	case "len":
		return brokenLength(limit, utf8.RuneCountInString(value))
	case "enum":
		if !slices.Contains(strings.Split(limit, "|"), value) {
			return "Member must satisfy enum value set: [" + strings.ReplaceAll(limit, "|", ", ") + "]"
		}
	case "min":
		if number(value) < number(limit) {
			return "Member must have value greater than or equal to " + limit
		}
	case "max":
		if number(value) > number(limit) {
			return "Member must have value less than or equal to " + limit
		}
	case "re":
		if !regexp.MustCompile(`^(?:` + limit + `)$`).MatchString(value) {
			return "Member must satisfy regular expression pattern: " + limit
		}
	}
	return ""
}

func brokenLength(limits string, n int) string {
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
