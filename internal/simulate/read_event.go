package simulate

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/spothandler/spothandler/internal/apperr"
)

// maxFile is more than any event needs: EventBridge delivers at most 1 MB.
const maxFile = 4 << 20

// ReadEvent reads an event as EventBridge delivers it. name is the name of the file in errors. An *apperr.Error names
// the line, and the field if there is one.
func ReadEvent(in io.Reader, name string) ([]byte, error) {
	raw, err := io.ReadAll(io.LimitReader(in, maxFile+1))
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", name, err)
	}
	raw = bytes.TrimPrefix(raw, []byte("\xef\xbb\xbf"))
	switch {
	case bytes.HasPrefix(raw, []byte("\xff\xfe")), bytes.HasPrefix(raw, []byte("\xfe\xff")): // as PowerShell writes it
		return nil, notAnEvent("%s is in UTF-16; save it as UTF-8", name)
	case len(raw) > maxFile:
		return nil, notAnEvent("%s is larger than any event: more than %d bytes", name, maxFile)
	case len(bytes.TrimSpace(raw)) == 0:
		return nil, notAnEvent("%s is empty", name)
	}
	var value any
	decoder := json.NewDecoder(bytes.NewReader(raw))
	if err := decoder.Decode(&value); err != nil {
		return nil, notAnEvent("%s:%d: %s", name, lineAt(raw, errorAt(err, raw)), wordsOf(err))
	}
	if rest := bytes.TrimSpace(raw[decoder.InputOffset():]); len(rest) > 0 {
		return nil, notAnEvent("%s:%d: there is more after the event; the file must have one event", name, lineAt(raw, len(raw)-len(rest)))
	}
	event, isObject := value.(map[string]any)
	if !isObject {
		return nil, notAnEvent("%s:1: an event is a JSON object, but this is %s", name, kindOf(value))
	}
	if isRecord(event) {
		return nil, apperr.Invalid("take the event from an EventBridge archive, or from a log group that is the target of a rule: docs/operations.md has an example",
			"%s is a record of the function, not the event that it was about", name)
	}
	for _, each := range members() {
		if wrong := each.check(event); wrong != "" {
			return nil, notAnEvent("%s:%d: %s: %s", name, lineOf(raw, each.path), strings.Join(each.path, "."), wrong)
		}
	}
	return raw, nil
}

// isRecord reports whether an object is a record of the function, as in its log or as printed by the command logs.
func isRecord(object map[string]any) bool {
	for _, name := range []string{"reason", "action", "event_id"} {
		if _, there := object[name]; !there {
			return false
		}
	}
	_, isEvent := object["detail"]
	return !isEvent
}

func notAnEvent(format string, args ...any) error {
	return apperr.Invalid(`an event looks like {"source": "aws.ecs", "detail-type": "ECS Task State Change", "detail": {...}}`, format, args...)
}

// errorAt returns the offset of the first byte that is not valid JSON.
func errorAt(err error, raw []byte) int {
	if syntax, ok := errors.AsType[*json.SyntaxError](err); ok {
		return int(syntax.Offset)
	}
	return len(raw)
}

func wordsOf(err error) string {
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return "the JSON is truncated"
	}
	return err.Error()
}

// lineAt returns the line of an offset, counted from 1.
func lineAt(raw []byte, offset int) int {
	return 1 + bytes.Count(raw[:min(offset, len(raw))], []byte("\n"))
}

// member is a field that the rule or the function reads.
type member struct {
	path     []string
	kind     string // as kindOf names it
	required bool
}

// members returns the fields whose type is checked. An event may have others.
func members() []member {
	all := []member{
		{[]string{"source"}, text, true},
		{[]string{"detail-type"}, text, true},
		{[]string{"detail"}, "an object", true},
		{[]string{"resources"}, "an array", false},
	}
	for _, name := range []string{"id", "account", "region", "time", "replay-name"} {
		all = append(all, member{[]string{name}, text, false})
	}
	for _, name := range []string{
		"clusterArn", "group", "taskArn", "taskDefinitionArn", "stopCode", "stoppedReason", "startedBy", "lastStatus",
		"capacityProviderName", "launchType", "availabilityZone",
	} {
		all = append(all, member{[]string{"detail", name}, text, false})
	}
	return append(all, member{[]string{"detail", "version"}, "a number", false})
}

const text = "a string"

// check returns what is wrong with the field, or "".
func (m member) check(event map[string]any) string {
	holder := event
	if len(m.path) > 1 {
		holder, _ = event[m.path[0]].(map[string]any)
	}
	name := m.path[len(m.path)-1]
	value, there := holder[name]
	switch {
	case !there && m.required:
		if near := apperr.Nearest(name, slices.Collect(maps.Keys(holder))); near != "" {
			return fmt.Sprintf("it is missing; there is %q", near)
		}
		return "it is missing"
	case !there || value == nil && !m.required:
		return ""
	case kindOf(value) != m.kind:
		return fmt.Sprintf("%s is expected, but this is %s", m.kind, kindOf(value))
	case name == "time":
		if _, err := time.Parse(time.RFC3339, fmt.Sprint(value)); err != nil {
			return fmt.Sprintf("a time such as 2026-11-22T20:01:08Z is expected, but this is %q", value)
		}
	}
	return ""
}

func kindOf(value any) string {
	switch value.(type) {
	case string:
		return text
	case float64:
		return "a number"
	case bool:
		return "a boolean"
	case []any:
		return "an array"
	case map[string]any:
		return "an object"
	}
	return "null"
}

// lineOf returns the line of a field, or 1, where the event begins, if the field is missing.
func lineOf(raw []byte, path []string) int {
	decoder := json.NewDecoder(bytes.NewReader(raw))
	var at []string // the names on the way to the current value
	for {
		token, err := decoder.Token()
		if err != nil {
			return 1
		}
		switch token {
		case json.Delim('{'):
			at = append(at, "")
			continue
		case json.Delim('}'):
			at = at[:len(at)-1]
			continue
		}
		at[len(at)-1], _ = token.(string) // values other than objects are skipped, so this is a name
		if slices.Equal(at, path) {
			return lineAt(raw, int(decoder.InputOffset()))
		}
		if !opensObject(decoder, raw) {
			var ignored json.RawMessage
			if decoder.Decode(&ignored) != nil {
				return 1
			}
		}
	}
}

// opensObject reports whether the value that follows a name is an object.
func opensObject(decoder *json.Decoder, raw []byte) bool {
	return bytes.HasPrefix(bytes.TrimLeft(raw[decoder.InputOffset():], ": \t\r\n"), []byte("{"))
}
