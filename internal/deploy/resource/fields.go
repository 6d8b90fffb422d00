package resource

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/spothandler/spothandler/internal/handler"
)

// pair is one comparable field of a resource, as text.
type pair struct{ path, value string }

// unknown is the value of a found field that AWS does not show, and of its parts.
const unknown = "\x00"

// Field is one difference of a resource. Old was found, New is wanted; "" means absent.
type Field struct {
	Path string `json:"path"`
	Old  string `json:"old"`
	New  string `json:"new"`
}

// Label returns a field's path as words: "memory size". Tags, variables and parts of documents keep their
// names.
func Label(path string) string {
	if path == TrustsOthers {
		return "also trusts"
	}
	for _, verbatim := range []string{tagPath, environmentPath, "detail.", "policy.", "trust_policy."} {
		if strings.HasPrefix(path, verbatim) {
			return path
		}
	}
	return strings.ReplaceAll(path, "_", " ")
}

// compare returns the differences. Tags that are found but not wanted count only if drop lists them: the
// others were added by someone else.
func compare(want, have []pair, drop []string) []Field {
	found, hidden := map[string]string{}, []string{}
	for _, field := range have {
		found[field.path] = field.value
		if field.value == unknown {
			hidden = append(hidden, field.path)
		}
	}
	var fields []Field
	wanted := map[string]bool{}
	for _, field := range want {
		wanted[field.path] = true
		old, there := found[field.path]
		differs := old != field.value || !there && isTag(field.path) // a tag's value may be empty
		if differs && !below(field.path, hidden...) {
			fields = append(fields, Field{field.path, shownValue(pair{field.path, old}), field.value})
		}
	}
	for _, field := range have {
		if !wanted[field.path] && isRemoved(field, drop) {
			fields = append(fields, Field{field.path, shownValue(field), ""})
		}
	}
	return fields
}

// masked replaces a value that must not be shown.
const masked = "(masked)"

// shownValue returns a found value. The value of a variable that spothandler cannot have set is masked,
// because it may be a secret. "" is an absent or empty variable.
func shownValue(field pair) string {
	name, variable := strings.CutPrefix(field.path, environmentPath)
	if variable && field.value != "" && !ownVariable(name, field.value) {
		return masked
	}
	return field.value
}

// ownVariable reports whether the function uses the variable and accepts the value.
func ownVariable(name, value string) bool {
	switch name {
	case handler.EnvMetrics: // the function takes any unknown value as off
		return value == "true" || value == "false"
	case handler.EnvRedeploy, handler.EnvCooldown, handler.EnvLogLevel, handler.EnvAccount:
		_, err := handler.ConfigFromEnv(func(variable string) string {
			if variable == name {
				return value
			}
			return ""
		})
		return err == nil
	}
	return false
}

// environmentPath is the prefix of a variable's path.
const environmentPath = "environment."

// isRemoved reports whether a field that is found but not wanted is a difference.
func isRemoved(field pair, drop []string) bool {
	if key, tag := strings.CutPrefix(field.path, tagPath); tag {
		return slices.Contains(drop, key)
	}
	return field.value != "" && field.value != unknown
}

// below reports whether the path is one of names, or part of one.
func below(path string, names ...string) bool {
	return slices.ContainsFunc(names, func(name string) bool {
		return path == name || strings.HasPrefix(path, name+".")
	})
}

// within returns the one of names that the path equals or is part of, or "".
func within(path string, names ...string) string {
	for _, name := range names {
		if below(path, name) {
			return name
		}
	}
	return ""
}

// TrustsOthers is the path of the field that names who may also assume the role.
const TrustsOthers = "trust_policy.others"

// tagPath is the prefix of a tag's path.
const tagPath = "tags."

func isTag(path string) bool { return strings.HasPrefix(path, tagPath) }

// tagFields returns tags as fields of a resource.
func tagFields(tags map[string]string) []pair {
	var fields []pair
	for _, key := range sortedKeys(tags) {
		fields = append(fields, pair{tagPath + key, tags[key]})
	}
	return fields
}

// tagsOf returns the tags among a resource's fields.
func tagsOf(fields []pair) map[string]string {
	tags := map[string]string{}
	for _, field := range fields {
		if key, tag := strings.CutPrefix(field.path, tagPath); tag {
			tags[key] = field.value
		}
	}
	return tags
}

// changed are the differences that an update applies.
type changed []Field

// has reports whether one of these fields, or a part of one, differs.
func (c changed) has(names ...string) bool {
	return slices.ContainsFunc(c, func(field Field) bool { return below(field.Path, names...) })
}

func (c changed) beyondTags() bool {
	return slices.ContainsFunc(c, func(field Field) bool { return !isTag(field.Path) })
}

// tagged returns the tags to set.
func (c changed) tagged(want map[string]string) map[string]string {
	tags := map[string]string{}
	for _, field := range c {
		if key, ok := strings.CutPrefix(field.Path, tagPath); ok {
			if value, wanted := want[key]; wanted {
				tags[key] = value
			}
		}
	}
	return tags
}

// untagged returns the keys of the tags to remove.
func (c changed) untagged(want map[string]string) []string {
	var keys []string
	for _, field := range c {
		if key, ok := strings.CutPrefix(field.Path, tagPath); ok {
			if _, wanted := want[key]; !wanted {
				keys = append(keys, key)
			}
		}
	}
	return keys
}

func decimal(n int) string { return strconv.Itoa(n) }

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// encodeJSON encodes strings, lists and maps, which cannot fail.
func encodeJSON(v any) string {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		panic(fmt.Sprintf("encoding %T: %v", v, err)) // only a value that cannot be encoded gets here
	}
	return strings.TrimSpace(out.String())
}

// documentFields returns the leaves of a JSON document, so that documents are compared by meaning and not by
// formatting. A list with one element equals that element, as in IAM's grammar.
func documentFields(path, document string) []pair {
	if document == "" {
		return nil
	}
	var value any
	if err := json.Unmarshal([]byte(document), &value); err != nil {
		return []pair{{path, document}}
	}
	return leaves(path, value)
}

func leaves(path string, value any) []pair {
	switch v := value.(type) {
	case map[string]any:
		var fields []pair
		for _, key := range sortedKeys(v) {
			fields = append(fields, leaves(joinPath(path, key), v[key])...)
		}
		return fields
	case []any:
		return listLeaves(path, v)
	case string:
		return []pair{{path, v}}
	default:
		return []pair{{path, encodeJSON(v)}}
	}
}

// listLeaves returns a list of strings as one sorted line: in policies and patterns a list is a set.
func listLeaves(path string, list []any) []pair {
	if len(list) == 1 {
		return leaves(path, list[0])
	}
	words := make([]string, 0, len(list))
	for _, element := range list {
		if word, ok := element.(string); ok {
			words = append(words, word)
		}
	}
	if len(words) == len(list) {
		slices.Sort(words)
		return []pair{{path, "[" + strings.Join(words, ", ") + "]"}}
	}
	var fields []pair
	for i, element := range list {
		name, rest := named(i, element)
		fields = append(fields, leaves(fmt.Sprintf("%s[%s]", path, name), rest)...)
	}
	return fields
}

// named returns the key of a list element: the Sid of a statement, which is stable when others are added or
// removed, or else the index.
func named(index int, element any) (string, any) {
	statement, _ := element.(map[string]any)
	sid, _ := statement["Sid"].(string)
	if sid == "" {
		return decimal(index), element
	}
	rest := maps.Clone(statement)
	delete(rest, "Sid")
	return sid, rest
}

func joinPath(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}
