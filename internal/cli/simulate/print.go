package simulate

import (
	"fmt"
	"strings"
	"time"

	"github.com/spothandler/spothandler/internal/cli/show"
	"github.com/spothandler/spothandler/internal/cli/term"
	"github.com/spothandler/spothandler/internal/handler"
	"github.com/spothandler/spothandler/internal/simulate"
)

// printIntroduction prints what is rehearsed, and with which task.
func (t *simulation) printIntroduction() {
	if t.JSON() {
		return
	}
	with := "Rehearsal with a placeholder task for " + t.name() + ": " + t.whyPlaceholder
	if t.task != nil {
		with = "Rehearsal with live task " + t.taskID() + " of " + t.name()
	}
	t.Out.Print(t.Out.Paragraph("", with+". Nothing is redeployed."))
	t.Out.Printf("\n")
}

// printRehearsal prints the steps, the events of a real interruption and the verdict.
func (t *simulation) printRehearsal(result *simulate.Result, output *Output) {
	for i := range result.Steps {
		t.printStep(&result.Steps[i], result.Seen && !result.Skipped && !result.Observed)
	}
	for _, each := range output.NotChecked {
		t.Out.Print(t.Out.Item(term.Quiet, "not checked: "+each.What+": "+each.Why))
	}
	t.printSeries(output.Series)
	t.printVerdict(result, output)
}

// printVerdict prints whether the path works, and how many redeployments an interruption would cause.
func (t *simulation) printVerdict(result *simulate.Result, output *Output) {
	t.Out.Printf("\n")
	st := t.Out.Style
	first := result.Broken()
	switch {
	case first != nil && result.Sent && first.Name == simulate.LinkRecord:
		t.Out.Print(st.Verdict("The record of the rehearsal was not found."))
	case first != nil:
		t.Out.Print(st.Verdict("The path is broken at the " + string(first.Name) + "."))
	case !result.Seen:
		t.Out.Print(st.Headline(term.Attention, "No step is known to be broken, but the rehearsal could not be followed to its end."))
		show.Hint(t.Out, "spothandler policy simulate"+t.Hints().InstallationFlags(t.Prefix)+"   the least-privilege policy")
	case result.Observed:
		t.Out.Print(st.Success("The whole path works" + uncheckedStep(result) + ". In mode observe the function only logs what it would do: nothing would be redeployed."))
	case result.Skipped:
		t.Out.Print(st.Success("The whole path works; for this service the function leaves interruptions to ECS" + uncheckedStep(result) + "."))
	default:
		t.Out.Print(st.Success("The whole path works: " + redeployments(output.Series) + uncheckedStep(result) + "."))
	}
}

// uncheckedStep returns the clause of the verdict that names a step that was not checked, or "".
func uncheckedStep(result *simulate.Result) string {
	for _, step := range result.Steps {
		if step.OK == nil {
			return "; not checked: " + string(step.Name)
		}
	}
	return ""
}

// redeployments returns how many redeployments one interruption causes.
func redeployments(series []simulate.Moment) string {
	n := 0
	for i := range series {
		if series[i].Redeploys() {
			n++
		}
	}
	return "one interruption, " + map[bool]string{true: "one redeployment", false: term.Plural(n, "redeployment")}[n == 1]
}

// printStep prints a step. redeploys is whether the function would redeploy.
func (t *simulation) printStep(step *simulate.Step, redeploys bool) {
	st := t.Out.Style
	sign, right := term.Quiet, ""
	if step.OK != nil {
		sign = map[bool]term.Glyph{true: term.OK, false: term.Failed}[*step.OK]
	}
	if step.Name == simulate.LinkDecision && step.OK != nil && !redeploys {
		sign = term.Quiet
	}
	if step.MS != nil {
		right = term.Seconds(time.Duration(*step.MS) * time.Millisecond)
	}
	detail := step.Detail
	if step.OK == nil && step.Name == simulate.LinkPermission {
		detail = "not checked: " + detail
	}
	t.Out.Print(st.Step(sign, string(step.Name), detail, right))
	if step.Fix != "" {
		t.Out.Print(st.HintAt(strings.Repeat(" ", st.MarkWidth()+term.KindWidth), step.Fix, show.IsCommand(step.Fix)))
	}
}

func (t *simulation) printSeries(series []simulate.Moment) {
	if len(series) == 0 {
		return
	}
	st := t.Out.Style
	t.Out.Printf("\n%s", st.Line("", "The events of a real interruption, and what the function would decide:", st.Unpainted))
	t.Out.Printf("%s\n", st.Dim(fmt.Sprintf("  %5s   %-14s   %-10s   %s", "about", "task status", "rule", "decision")))
	for i := range series {
		m := &series[i]
		rule := "unknown"
		if m.Reaches != nil {
			rule = map[bool]string{true: "matches", false: "no match"}[*m.Reaches]
		}
		cells := fmt.Sprintf("  %5s   %-14s   ", fmt.Sprintf("%ds", m.AtS), m.LastStatus)
		if m.Reason == "" {
			t.Out.Printf("%s%s\n", cells, rule)
			continue
		}
		cells += term.Pad(rule, 10) + " "
		sign, text := decisionOf(m)
		begin := st.Textf("%s%s", cells, st.RowStart(sign))
		t.Out.Print(st.Beside(begin, term.Width(cells)+st.MarkWidth(), text, st.Unpainted))
	}
}

// decisionOf returns what the function would do about an event, as a glyph and words.
func decisionOf(m *simulate.Moment) (term.Glyph, string) {
	text := string(m.Reason)
	switch {
	case m.IsOnlyLogged():
		return term.Quiet, text + " (mode observe only logs it)"
	case m.Redeploys():
		return term.OK, text
	case m.Action == handler.ActionFail:
		return term.Failed, text
	}
	return term.Quiet, text
}
