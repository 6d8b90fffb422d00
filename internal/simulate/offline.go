package simulate

import (
	"encoding/json"
	"maps"
	"slices"
	"time"

	"github.com/spothandler/spothandler/internal/eventpattern"
	"github.com/spothandler/spothandler/internal/handler"
)

// Evaluation is the result of evaluating an event without an account: by a rule's pattern, and by the rows of the
// function's gate that depend on the event alone.
type Evaluation struct {
	Event     handler.Interruption
	Reaches   bool     // the rule matches it
	Unmatched []string // the fields of the pattern that do not match, such as "detail.lastStatus"
	Rows      []Row
	Decision  handler.Decision
}

// Row is the result of one row of the gate.
type Row struct {
	Reason handler.Reason
	Holds  *bool // nil: it depends on what the function remembers or on other invocations
	Text   string
}

// Evaluate evaluates an event by a rule's pattern, as JSON, and by the gate of an installation in the event's account
// and Region. The event is assumed to arrive at its own time. The error reports an invalid pattern.
func Evaluate(event []byte, pattern string) (*Evaluation, error) {
	unmatched, err := unmatchedFields(pattern, fields(event))
	if err != nil {
		return nil, err
	}
	in := handler.Parse(event)
	now := in.EventTime
	if now.IsZero() {
		now = time.Now()
	}
	situation := handler.Situation{Event: in, Account: in.Account, Region: in.Region, Mode: handler.ModeOnce, Now: now}
	return &Evaluation{in, len(unmatched) == 0, unmatched, rows(handler.Explain(situation)), handler.Decide(situation)}, nil
}

// rows returns one evaluation for each reason: the one that applies, or otherwise the last.
func rows(all []handler.Evaluation) []Row {
	var found []Row
	for _, each := range all {
		row := Row{each.Reason, new(each.Holds), each.Text}
		if !each.Holds && slices.Contains([]handler.Reason{handler.ReasonAlreadyRedeployed, handler.ReasonClaimed}, each.Reason) {
			row.Holds = nil
		}
		if last := len(found) - 1; last >= 0 && found[last].Reason == row.Reason {
			found[last] = row
			continue
		}
		found = append(found, row)
	}
	return found
}

// fields returns an event as encoding/json decodes it, or nil if it is not an object.
func fields(event []byte) map[string]any {
	var decoded map[string]any
	if json.Unmarshal(event, &decoded) != nil {
		return nil
	}
	return decoded
}

// unmatchedFields returns the fields of a pattern that do not match an event, each evaluated alone.
func unmatchedFields(pattern string, event map[string]any) ([]string, error) {
	wanted := fields([]byte(pattern))
	if _, err := eventpattern.Parse(pattern); err != nil {
		return nil, err
	}
	var all []string
	for _, name := range slices.Sorted(maps.Keys(wanted)) {
		inner, nested := wanted[name].(map[string]any)
		if !nested {
			inner = map[string]any{"": wanted[name]}
		}
		for _, key := range slices.Sorted(maps.Keys(inner)) {
			path, alone := name, map[string]any{name: inner[key]}
			if nested {
				path, alone = name+"."+key, map[string]any{name: map[string]any{key: inner[key]}}
			}
			text, err := json.Marshal(alone)
			if err != nil {
				return nil, err
			}
			matches, err := eventpattern.Parse(string(text))
			if err != nil {
				return nil, err
			}
			if !matches(event) {
				all = append(all, readable(path))
			}
		}
	}
	return all, nil
}

// readable replaces the path of the alternatives in our pattern by the fields that they test.
func readable(path string) string {
	if path == "detail.$or" {
		return "detail.stopCode or detail.stoppedReason"
	}
	return path
}
