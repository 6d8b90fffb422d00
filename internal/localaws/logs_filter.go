package localaws

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/spothandler/spothandler/internal/localaws/policy"
)

// parseFilter gives the test of a filter pattern: all of some terms (`ERROR "two words" -not ?either ?or`), or
// comparisons of JSON fields (`{ $.reason = "redeploy" && $.ms > 100 }`), joined by && or ||, without parentheses.
func parseFilter(pattern string) (func(message string) bool, error) {
	pattern = strings.TrimSpace(pattern)
	if inner, ok := strings.CutPrefix(pattern, "{"); ok {
		return parseJSONFilter(strings.TrimSuffix(inner, "}"))
	}
	terms := regexp.MustCompile(`[-?]?"[^"]*"|\S+`).FindAllString(pattern, -1)
	return func(message string) bool {
		either, found := false, false
		for _, term := range terms {
			word := strings.Trim(strings.TrimLeft(term, "-?"), `"`)
			has := strings.Contains(message, word)
			switch {
			case term[0] == '?':
				either, found = true, found || has
			case term[0] == '-' && has, term[0] != '-' && !has:
				return false
			}
		}
		return !either || found
	}, nil
}

// comparison is one `$.a.b = value` of a JSON filter.
type comparison struct {
	path            []string
	operator, value string
}

func parseJSONFilter(text string) (func(message string) bool, error) {
	joiner := "&&"
	if strings.Contains(text, "||") {
		joiner = "||"
	}
	form := regexp.MustCompile(`^\s*\(?\s*\$\.([\w.-]+)\s*(=|!=|<=|>=|<|>)\s*("[^"]*"|[^\s"()]+)\s*\)?\s*$`)
	var all []comparison
	for _, part := range strings.Split(text, joiner) {
		m := form.FindStringSubmatch(part)
		if m == nil {
			return nil, badLogParameter("Invalid filter pattern")
		}
		all = append(all, comparison{strings.Split(m[1], "."), m[2], strings.Trim(m[3], `"`)})
	}
	return func(message string) bool {
		var record any
		if decodeJSON(message, &record) != nil {
			return false
		}
		for _, c := range all {
			if c.holds(record) == (joiner == "||") {
				return joiner == "||"
			}
		}
		return joiner == "&&"
	}, nil
}

// holds compares the field as a number where the operator asks for order, else as text with * for anything.
func (c comparison) holds(record any) bool {
	for _, step := range c.path {
		object, ok := record.(map[string]any)
		if !ok {
			return false
		}
		if record, ok = object[step]; !ok {
			return false
		}
	}
	text := fmt.Sprint(record)
	have, limit := number(text), number(c.value)
	return map[string]bool{
		"=": policy.Like(c.value, text), "!=": !policy.Like(c.value, text),
		"<": have < limit, "<=": have <= limit, ">": have > limit, ">=": have >= limit,
	}[c.operator]
}
