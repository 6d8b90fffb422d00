package api

import (
	"cmp"
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strings"
)

// unknown rejects an input member that this package does not know, unless it is empty, because ignoring it
// would be misleading.
func (m *model) unknown(c *message, in any) error {
	members := maps.Clone(c.Params)
	if members == nil {
		members = Obj{}
	}
	var body map[string]json.RawMessage
	if c.Record.Action != "Invoke" && json.Unmarshal(c.Body, &body) == nil { // a payload is not an input
		for name, value := range body {
			members[name] = value
		}
	}
	if c.Record.Action == "RegisterTaskDefinition" { // everything in it is stored
		return nil
	}
	known := m.members(reflect.TypeOf(in).Elem())
	for _, name := range slices.Sorted(maps.Keys(members)) {
		if !known[strings.ToLower(name)] && says(members[name]) {
			return NotImplemented(c.Record.String() + " with the member " + name)
		}
	}
	return nil
}

// members is knownMembers, cached by type because it costs more than most calls.
func (m *model) members(t reflect.Type) map[string]bool {
	known, found := m.inputs.Load(t)
	if !found {
		known, _ = m.inputs.LoadOrStore(t, knownMembers(t))
	}
	return known.(map[string]bool) //nolint:forcetypeassert // nothing else is stored
}

// knownMembers returns the names of a struct's fields in lower case, as in encoding/json.
func knownMembers(t reflect.Type) map[string]bool {
	known := map[string]bool{"action": true, "version": true} // in every query
	for i := range t.NumField() {
		f := t.Field(i)
		if f.Anonymous {
			maps.Copy(known, knownMembers(f.Type))
			continue
		}
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		known[strings.ToLower(cmp.Or(name, f.Name))] = true
	}
	return known
}

// says reports whether a member is set: zero values are not.
func says(value any) bool {
	switch value := value.(type) {
	case json.RawMessage:
		return !slices.Contains([]string{"null", "false", "0", `""`, "[]", "{}"}, string(value))
	case string:
		return value != "" && value != "false"
	}
	return true
}
