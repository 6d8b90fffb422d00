package cli

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/cli/show"
	"github.com/spothandler/spothandler/internal/cli/term"
	"github.com/spothandler/spothandler/internal/handler"
	"github.com/spothandler/spothandler/internal/history"
)

// logPrinter prints records, a line each, as they are read.
type logPrinter struct {
	*journal
	printed int
	date    string // of the last line
	width   int    // of the names so far
}

// Widths of the columns of logs.
const (
	verbWidth    = len("redeployed")
	narrowestLog = 12 // of a service's name
	widestLog    = 28
)

func (p *logPrinter) print(e *history.Entry) error {
	p.printed++
	if p.json() {
		return p.out.JSONLine(json.RawMessage(e.Raw))
	}
	at := e.Timestamp.UTC()
	if at.IsZero() {
		at = e.At
	}
	if date := at.Format(time.DateOnly); date != p.date {
		p.date = date
		p.out.Printf("%s\n", p.out.Dim(date+" UTC"))
	}
	name := handler.NameOf(e.Cluster) + "/" + e.Service
	if e.Cluster == "" && e.Service == "" {
		name = "-"
	}
	name = p.out.Shorten(name, widestLog)
	p.width = max(p.width, narrowestLog, min(term.Width(name), widestLog))
	sign, verb := result(e)
	st := p.out.Style
	head := 14 + term.Width(st.Sign(sign)) + len(" ") + verbWidth + 2 + p.width + 1
	words, right := p.words(e)
	body := wrapWith(st, words, right, st.Width-head)
	p.out.Print(st.Textf("%s  %s %s  %s %s\n", st.Dim(at.Format("15:04:05.000")), st.Glyph(sign), term.Pad(verb, verbWidth),
		st.Bold(term.Pad(name, p.width)), body[0]))
	for _, line := range body[1:] {
		p.out.Printf("%s%s\n", strings.Repeat(" ", head), line)
	}
	for _, cure := range p.cures(e) {
		p.out.Print(st.HintAt(strings.Repeat(" ", 14), cure, show.IsCommand(cure)))
	}
	return nil
}

// result is what the function did, in a sign and a word.
func result(e *history.Entry) (term.Glyph, string) {
	switch {
	case e.Applied:
		return term.OK, "redeployed"
	case e.Action == handler.ActionFail:
		return term.Failed, "failed"
	case e.DryRun || e.Simulated:
		return term.Quiet, "rehearsed"
	case e.Action == handler.ActionRedeploy:
		return term.Quiet, "observed"
	case e.Level == "WARNING":
		return term.Attention, "skipped"
	case e.Level == "ERROR":
		return term.Failed, "skipped"
	}
	return term.Quiet, "skipped"
}

// words are what there is to say of a record, and what stands at the right edge.
func (p *logPrinter) words(e *history.Entry) (words, right string) {
	switch {
	case e.Applied:
		if e.ECSAnswerMS != nil {
			words = fmt.Sprintf("notice + %.1fs", float64(*e.ECSAnswerMS)/1000)
		}
		right = e.DeploymentAfter
	case e.Action == handler.ActionFail:
		words = e.Error
		if !strings.Contains(words, e.ErrorType) {
			words = e.ErrorType + ": " + words
		}
	default:
		words = string(e.Reason)
		if e.TaskARN != "" {
			right = "task " + p.taskID(e.TaskARN)
		}
	}
	if history.Rehearsal(&e.Record) {
		words += " (rehearsal)"
	}
	return words, right
}

// taskID is a task's id, shortened where a person reads it.
func (p *logPrinter) taskID(arn string) string { return p.out.Shorten(handler.NameOf(arn), 9) }

// wrapWith are words in lines of at most width columns, the last one with what stands at the right edge.
func wrapWith(st term.Style, words, right string, width int) []string {
	width = max(width, 24)
	lines := st.Wrap(words, width)
	if len(lines) == 0 {
		lines = []string{""}
	}
	last := len(lines) - 1
	switch {
	case right == "":
	case term.Width(lines[last])+2+term.Width(right) <= width:
		lines[last] = term.Pad(lines[last], width-term.Width(right)) + right
	case !st.TTY:
		lines[last] += "  " + right
	case width-term.Width(lines[last])-2 >= leastShortened:
		lines[last] += "  " + st.Shorten(right, width-term.Width(lines[last])-2)
	default:
		lines = append(lines, st.Shorten(right, width))
	}
	return lines
}

// leastShortened is how much of an id is still of use.
const leastShortened = 16

// cures are what helps against a failure, where that is known.
func (p *logPrinter) cures(e *history.Entry) []string {
	if e.Action != handler.ActionFail && e.Reason != handler.ReasonRolloutFailed {
		return nil
	}
	scope := p.scope(p.Names.Prefix)
	contains := func(text string, parts ...string) bool {
		return slices.ContainsFunc(parts, func(part string) bool { return strings.Contains(text, part) })
	}
	denied := contains(e.ErrorType, "AccessDenied")
	switch {
	case denied && contains(e.Error, "explicit deny", "permissions boundary", "service control policy"):
		return []string{"find the policy that denies it: the role's own allows it"}
	case denied:
		return []string{"spothandler install" + scope + "   heals the role"}
	case e.Reason == handler.ReasonClusterMissing:
		return []string{"spothandler doctor" + p.scope("") + "   is the cluster still there?"}
	case e.Reason == handler.ReasonRolloutFailed:
		return []string{"aws ecs describe-services --cluster " + apperr.Quote(handler.NameOf(e.Cluster)) + " --services " + apperr.Quote(e.Service) + "   why its rollout failed"}
	case contains(e.ErrorType, "Throttl", "OutOfTime", "Server"):
		return []string{"Lambda tries a failed event once more a minute later: see the lines below"}
	}
	return []string{"spothandler doctor" + p.scope("") + " --cluster " + apperr.Quote(handler.NameOf(e.Cluster)) + " --service " + apperr.Quote(e.Service) + "   what is in its way"}
}
