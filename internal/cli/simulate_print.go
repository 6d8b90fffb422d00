package cli

import (
	"fmt"
	"strings"
	"time"

	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/cli/term"
	"github.com/spothandler/spothandler/internal/handler"
	"github.com/spothandler/spothandler/internal/simulate"
)

// printIntroduction says what is about to be done, and with which task.
func (t *simulation) printIntroduction() {
	if t.json() {
		return
	}
	with := "Rehearsal with a task that does not exist, for " + t.name() + ": " + t.standIn
	if t.task != nil {
		with = "Rehearsal with live task " + t.taskID() + " of " + t.name()
	}
	t.out.Print(t.out.Paragraph("", with+". Nothing is redeployed."))
	t.out.Printf("\n")
}

// printRehearsal shows the links, the events of a real interruption, and the verdict.
func (t *simulation) printRehearsal(result *simulate.Result, answer *simulateAnswer) {
	for i := range result.Steps {
		t.printStep(&result.Steps[i])
	}
	for _, each := range answer.NotChecked {
		t.out.Print(t.out.Item(term.Quiet, "not checked: "+each.What+": "+each.Why))
	}
	t.printSeries(answer.Series)
	t.out.Printf("\n")
	st := t.out.Style
	first := result.Broken()
	switch {
	case first != nil && result.Sent && first.Name == simulate.LinkRecord:
		t.out.Print(st.Verdict("The record of the rehearsal was not seen."))
	case first != nil:
		t.out.Print(st.Verdict("The path is broken at the " + string(first.Name) + "."))
	case !result.Seen:
		t.out.Printf("%s %s\n", st.Glyph(term.Attention), st.Yellow("No link is known to be broken, but the rehearsal could not be seen to its end."))
		hint(t.out, "spothandler policy simulate"+t.scope(t.prefix)+"   the least that its caller needs")
	case result.Skipped:
		t.out.Print(st.Success("The whole path works; for this service the function leaves an interruption to ECS."))
	default:
		t.out.Print(st.Success("The whole path works: " + redeployments(answer.Series) + unheard(result) + "."))
	}
}

// unheard adds what the verdict does not hold.
func unheard(result *simulate.Result) string {
	for _, step := range result.Steps {
		if step.OK == nil {
			return "; not checked: " + string(step.Name)
		}
	}
	return ""
}

// redeployments says how many redeployments one interruption comes to.
func redeployments(series []simulate.Moment) string {
	n := 0
	for _, m := range series {
		if m.Action == handler.ActionRedeploy {
			n++
		}
	}
	return "one interruption, " + map[bool]string{true: "one redeployment", false: plural(n, "redeployment")}[n == 1]
}

func (t *simulation) printStep(step *simulate.Step) {
	st := t.out.Style
	sign, right := term.Quiet, ""
	if step.OK != nil {
		sign = map[bool]term.Glyph{true: term.OK, false: term.Failed}[*step.OK]
	}
	if step.Name == simulate.LinkDecision && step.OK != nil && !strings.HasPrefix(step.Detail, string(handler.ReasonRedeploy)) {
		sign = term.Quiet
	}
	if step.MS != nil {
		right = term.Seconds(time.Duration(*step.MS) * time.Millisecond)
	}
	detail := step.Detail
	if step.OK == nil && step.Name == simulate.LinkPermission {
		detail = "not checked: " + detail
	}
	t.out.Print(st.Step(sign, string(step.Name), detail, right))
	if step.Cure != "" {
		t.out.Print(st.HintAt(strings.Repeat(" ", 4+term.KindWidth), step.Cure, isCommand(step.Cure)))
	}
}

func (t *simulation) printSeries(series []simulate.Moment) {
	if len(series) == 0 {
		return
	}
	st := t.out.Style
	t.out.Printf("\nWhat the same interruption would send, and what the function would say:\n")
	t.out.Printf("%s\n", st.Dim(fmt.Sprintf("  %5s   %-14s   %-10s   %s", "about", "task status", "rule", "decision")))
	for _, m := range series {
		rule, decision := "not known", ""
		if m.Reaches != nil {
			rule = map[bool]string{true: "matches", false: "leaves out"}[*m.Reaches]
		}
		if m.Reason != "" {
			sign := term.Quiet
			switch m.Action {
			case handler.ActionRedeploy:
				sign = term.OK
			case handler.ActionFail:
				sign = term.Failed
			}
			decision = "   " + st.Sign(sign) + " " + string(m.Reason)
		}
		t.out.Printf("  %5s   %-14s   %s%s\n", fmt.Sprintf("%ds", m.AtS), m.LastStatus, strings.TrimRight(term.Pad(rule, 10), map[bool]string{true: " ", false: ""}[decision == ""]), decision)
	}
}

// trial is the answer to --event.
type trial struct {
	Version         string         `json:"version"`
	EventID         string         `json:"event_id"`
	Cluster         string         `json:"cluster"`
	Service         string         `json:"service"`
	TaskARN         string         `json:"task_arn"`
	ReachesFunction bool           `json:"reaches_function"`
	Unmatched       []string       `json:"unmatched"` // the fields of the rule's pattern that keep it out
	Rows            []trialRow     `json:"rows"`      // of the gate, until one holds
	Action          handler.Action `json:"action"`
	Reason          handler.Reason `json:"reason"` // "" where the service decides
}

type trialRow struct {
	Reason handler.Reason `json:"reason"`
	Holds  bool           `json:"holds"`
	Text   string         `json:"text"`
}

func trialAnswer(t *simulate.Trial) trial {
	answer := trial{
		Version: binaryVersion(), EventID: t.Event.EventID, Cluster: lastPart(t.Event.ClusterARN), Service: t.Event.Service, TaskARN: t.Event.TaskARN,
		ReachesFunction: t.Reaches, Unmatched: append([]string{}, t.Unmatched...), Rows: []trialRow{}, Action: t.Decision.Action, Reason: t.Decision.Reason,
	}
	for _, row := range t.Rows {
		answer.Rows = append(answer.Rows, trialRow(row))
	}
	return answer
}

// printTrial shows what an event comes to, row by row.
func (a *app) printTrial(t *simulate.Trial) {
	st := a.out.Style
	a.out.Print(st.Paragraph("", "By the rule and the gate of this version with default settings, in the event's own account and Region, at the event's own time:"))
	a.out.Printf("\n")
	if t.Reaches {
		a.out.Print(st.Step(term.OK, "rule", "matches: the event reaches the function", ""))
	} else {
		a.out.Print(st.Step(term.Quiet, "rule", "leaves it out, by "+strings.Join(t.Unmatched, ", "), ""))
	}
	name := "gate"
	for i, row := range t.Rows {
		if i+1 < len(t.Rows) && t.Rows[i+1].Reason == row.Reason && !row.Holds { // the next row says the same
			continue
		}
		if row.Holds {
			a.out.Print(st.Step(term.Attention, name, string(row.Reason)+"? yes: "+row.Text, ""))
		} else {
			a.out.Print(st.Step(term.Quiet, name, string(row.Reason)+"? no", ""))
		}
		name = ""
	}
	a.out.Printf("\n")
	service := lastPart(t.Event.ClusterARN) + "/" + t.Event.Service
	switch {
	case !t.Reaches:
		a.out.Printf("%s The event does not reach the function.\n", st.Glyph(term.Quiet))
	case t.Decision.Action == handler.ActionLook:
		a.out.Print(st.Success("The function would look at " + service + " and decide by what ECS says of it."))
		hint(a.out, "spothandler simulate --cluster "+apperr.Quote(lastPart(t.Event.ClusterARN))+" --service "+apperr.Quote(t.Event.Service))
	default:
		a.out.Printf("%s The function would leave it: %s.\n", st.Glyph(term.Quiet), t.Decision.Reason)
	}
}
