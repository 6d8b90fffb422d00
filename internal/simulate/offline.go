package simulate

import (
	"encoding/json"
	"maps"
	"slices"
	"time"

	"github.com/spothandler/spothandler/internal/eventpattern"
	"github.com/spothandler/spothandler/internal/handler"
)

// Trial is what an event comes to without any account: by a rule's pattern and by the part of the function's gate that
// looks at the event alone.
type Trial struct {
	Event     handler.Interruption
	Reaches   bool     // the rule lets it through
	Unmatched []string // the fields of the pattern that do not match, such as "detail.lastStatus"
	Rows      []Row
	Decision  handler.Decision
}

// Row is what a row of the gate says of the event.
type Row struct {
	Reason handler.Reason
	Holds  *bool // nil: it depends on what the function remembers or on other invocations
	Text   string
}

// Try tries an event on a rule's pattern, as JSON, and on the gate of an installation in the event's own account and
// Region. The event is taken to arrive at its own time. The error says that the pattern is none.
func Try(event []byte, pattern string) (*Trial, error) {
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
	return &Trial{in, len(unmatched) == 0, unmatched, rows(handler.Explain(situation)), handler.Decide(situation)}, nil
}

// rows are the evaluations, one for each reason: the one that holds, else the last.
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

// fields is an event as encoding/json decodes it; nil for what is no object.
func fields(event []byte) map[string]any {
	var decoded map[string]any
	if json.Unmarshal(event, &decoded) != nil {
		return nil
	}
	return decoded
}

// unmatchedFields are the fields of a pattern that keep an event out, each asked alone.
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

// readable names what the alternatives of our pattern are about.
func readable(path string) string {
	if path == "detail.$or" {
		return "detail.stopCode or detail.stoppedReason"
	}
	return path
}
