package simulate

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/cli/command"
	"github.com/spothandler/spothandler/internal/cli/input"
	"github.com/spothandler/spothandler/internal/cli/show"
	"github.com/spothandler/spothandler/internal/cli/term"
	"github.com/spothandler/spothandler/internal/deploy/resource"
	"github.com/spothandler/spothandler/internal/deploy/settings"
	"github.com/spothandler/spothandler/internal/handler"
	"github.com/spothandler/spothandler/internal/session"
	"github.com/spothandler/spothandler/internal/simulate"
)

// evaluateEvent prints how an installation of this version with default settings would handle an event.
func evaluateEvent(ctx context.Context, a *command.App, file string) error {
	raw, err := input.Read(ctx, func() ([]byte, error) { return readEvent(a.Stdin, file) })
	if err != nil {
		return err
	}
	in := handler.Parse(raw)
	id := session.Identity{Partition: session.PartitionOf(in.Region), Account: in.Account, Region: in.Region}
	pattern, err := patternFor(id, a.Version)
	if err != nil {
		return err
	}
	trial, err := simulate.Evaluate(raw, pattern)
	if err != nil {
		return fmt.Errorf("evaluating the event: %w", err)
	}
	if a.JSON() {
		return a.Out.JSON(newTrial(trial, a.Version))
	}
	printTrial(a.Out, trial)
	return nil
}

// patternFor returns the pattern of the rule that this version installs with default settings.
func patternFor(id session.Identity, version string) (string, error) {
	spec := settings.Defaults("")
	want, err := resource.Desired(resource.NewNames(id, "", spec.FunctionName, spec.RuleName), spec, resource.Release{Version: version})
	if err != nil {
		return "", err
	}
	for _, trigger := range want.Triggers {
		if trigger.Rule.Name == spec.RuleName {
			return trigger.Rule.Pattern, nil
		}
	}
	return "", nil
}

// readEvent reads an event from a file, or from stdin.
func readEvent(in io.Reader, file string) ([]byte, error) {
	if file == "-" {
		return simulate.ReadEvent(in, "standard input")
	}
	if info, err := os.Stat(file); err == nil && info.IsDir() {
		return nil, apperr.Invalid("--event FILE, or - for standard input", "--event %s: this is a directory", file)
	}
	opened, err := os.Open(file)
	if err != nil {
		return nil, apperr.Invalid("--event FILE, or - for standard input", "--event %s: %v", file, input.ErrorCause(err))
	}
	defer func() { _ = opened.Close() }()
	return simulate.ReadEvent(opened, file)
}

// trial is the JSON output of --event.
type trial struct {
	Version         string         `json:"version"`
	EventID         string         `json:"event_id"`
	Cluster         string         `json:"cluster"`
	Service         string         `json:"service"`
	TaskARN         string         `json:"task_arn"`
	ReachesFunction bool           `json:"reaches_function"`
	Unmatched       []string       `json:"unmatched"` // the fields of the rule's pattern that do not match
	Rows            []trialRow     `json:"rows"`      // the function's checks, up to the first that applies
	Action          handler.Action `json:"action"`    // undecided if it depends on the service
	Reason          handler.Reason `json:"reason"`    // "" if undecided
}

type trialRow struct {
	Reason handler.Reason `json:"reason"`
	Holds  *bool          `json:"holds"` // nil if unknown without an account
	Text   string         `json:"text"`
}

func newTrial(t *simulate.Evaluation, version string) trial {
	result := trial{
		Version: version, EventID: t.Event.EventID, Cluster: handler.NameOf(t.Event.ClusterARN), Service: t.Event.Service, TaskARN: t.Event.TaskARN,
		ReachesFunction: t.Reaches, Unmatched: append([]string{}, t.Unmatched...), Rows: []trialRow{}, Action: t.Decision.Action, Reason: t.Decision.Reason,
	}
	if t.Decision.Action == handler.ActionLook {
		result.Action = undecided
	}
	for _, row := range t.Rows {
		result.Rows = append(result.Rows, trialRow(row))
	}
	return result
}

// undecided is the action if it depends on the service's state in ECS.
const undecided handler.Action = "undecided"

// printTrial prints the evaluation of an event, row by row.
func printTrial(out *term.Printer, t *simulate.Evaluation) {
	st := out.Style
	out.Print(st.Paragraph("", "How the rule and the function of this version, with default settings, would handle the event in its account and Region, at its time:"))
	out.Printf("\n")
	if t.Reaches {
		out.Print(st.Step(term.OK, "rule", "matches: the event reaches the function", ""))
	} else {
		out.Print(st.Step(term.Quiet, "rule", "does not match: "+strings.Join(t.Unmatched, ", "), ""))
	}
	name := "checks"
	for _, row := range t.Rows {
		switch {
		case row.Holds == nil:
			out.Print(st.Step(term.Quiet, name, string(row.Reason)+": unknown without an account", ""))
		case *row.Holds:
			out.Print(st.Step(term.Attention, name, string(row.Reason)+": applies: "+row.Text, ""))
		default:
			out.Print(st.Step(term.OK, name, string(row.Reason)+": does not apply", ""))
		}
		name = ""
	}
	out.Printf("\n")
	service := handler.NameOf(t.Event.ClusterARN) + "/" + t.Event.Service
	switch {
	case !t.Reaches:
		out.Print(st.Sentence(term.Quiet, "The event does not reach the function."))
	case t.Decision.Action == handler.ActionLook:
		out.Print(st.Success("The event alone does not rule out a redeployment: the function would read " + service + " from ECS and decide based on its state."))
		show.Hint(out, "spothandler simulate --cluster "+apperr.Quote(handler.NameOf(t.Event.ClusterARN))+" --service "+apperr.Quote(t.Event.Service))
	default:
		out.Print(st.Sentence(term.Quiet, "The function would not redeploy: "+string(t.Decision.Reason)+"."))
	}
}
