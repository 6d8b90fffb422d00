// Package filter implements CloudWatch Logs filter patterns.
package filter

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/spothandler/spothandler/internal/localaws/policy"
)

// Filter reports whether a message matches.
type Filter func(message string) bool

// Parse parses a filter pattern: terms (`ERROR "two words" -not ?either ?or`), or comparisons of JSON fields
// (`{ $.reason = "redeploy" && $.ms > 100 }`) joined by && or ||, without parentheses around several.
func Parse(pattern string) (Filter, error) {
	if inner, ok := strings.CutPrefix(strings.TrimSpace(pattern), "{"); ok {
		return parseFields(strings.TrimSuffix(inner, "}"))
	}
	words := regexp.MustCompile(`[-?]?"[^"]*"|\S+`).FindAllString(pattern, -1)
	return func(message string) bool { return terms(words, message) }, nil
}

// terms requires all words, none that follows -, and one of those after ?, if there are any.
func terms(words []string, message string) bool {
	either, found := false, false
	for _, term := range words {
		has := strings.Contains(message, strings.Trim(strings.TrimLeft(term, "-?"), `"`))
		switch {
		case term[0] == '?':
			either, found = true, found || has
		case has == (term[0] == '-'):
			return false
		}
	}
	return !either || found
}

// comparison is one `$.a.b = value`.
type comparison struct {
	path            []string
	operator, value string
}

func parseFields(text string) (Filter, error) {
	joiner := "&&"
	if strings.Contains(text, "||") {
		joiner = "||"
	}
	form := regexp.MustCompile(`^\s*\(?\s*\$\.([\w.-]+)\s*(=|!=|<=|>=|<|>)\s*("[^"]*"|[^\s"()]+)\s*\)?\s*$`)
	var all []comparison
	for part := range strings.SplitSeq(text, joiner) {
		m := form.FindStringSubmatch(part)
		if m == nil {
			return nil, errors.New("invalid filter pattern")
		}
		all = append(all, comparison{strings.Split(m[1], "."), m[2], strings.Trim(m[3], `"`)})
	}
	return func(message string) bool {
		var record any
		numbers := json.NewDecoder(strings.NewReader(message))
		numbers.UseNumber() // as written
		if numbers.Decode(&record) != nil {
			return false
		}
		one := joiner == "||"
		return one == slices.ContainsFunc(all, func(c comparison) bool { return c.holds(record) == one })
	}, nil
}

// holds compares the field as a number if the operator is an order, else as text with * as a wildcard.
func (c comparison) holds(record any) bool {
	for _, step := range c.path {
		object, _ := record.(map[string]any)
		field, there := object[step]
		if !there {
			return false
		}
		record = field
	}
	text := fmt.Sprint(record)
	have, _ := strconv.ParseFloat(text, 64)
	limit, _ := strconv.ParseFloat(c.value, 64)
	return map[string]bool{
		"=": policy.Like(c.value, text), "!=": !policy.Like(c.value, text),
		"<": have < limit, "<=": have <= limit, ">": have > limit, ">=": have >= limit,
	}[c.operator]
}
