package records

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/cli/show"
	"github.com/spothandler/spothandler/internal/cli/term"
	"github.com/spothandler/spothandler/internal/handler"
	"github.com/spothandler/spothandler/internal/history"
)

// logPrinter prints records as they are read, one line each.
type logPrinter struct {
	*recordReader
	printed int
	date    string // of the last line
	width   int    // of the widest name so far
}

// Widths of the columns of logs.
const (
	verbWidth    = len("redeployed")
	timeWidth    = len("15:04:05.000") + 2
	narrowestLog = 10 // of a service's name
	widestLog    = 28

	narrowestBody = 24 // of what follows the name: the longest reason
)

func (p *logPrinter) print(e *history.Entry) error {
	p.printed++
	if p.JSON() {
		return p.Out.JSONLine(json.RawMessage(e.Raw))
	}
	at := timeOf(e)
	if date := at.Format(time.DateOnly); date != p.date {
		p.date = date
		p.Out.Printf("%s\n", p.Out.Dim(date+" UTC"))
	}
	name := handler.NameOf(e.Cluster) + "/" + e.Service
	if e.Cluster == "" && e.Service == "" {
		name = "-"
	}
	name = p.Out.Shorten(name, widestLog)
	p.width = max(p.width, narrowestLog, min(term.Width(name), widestLog))
	sign, verb := result(e)
	st := p.Out.Style
	begin := st.Textf("%s  %s %s  %s", st.Dim(at.Format("15:04:05.000")), st.Glyph(sign), term.Pad(verb, verbWidth), st.Bold(term.Pad(name, p.width)))
	indent := timeWidth + term.Width(st.Sign(sign)) + len(" ") + verbWidth + 2 + p.width + 2
	body := p.body(e)
	if st.Width-indent < narrowestBody {
		p.Out.Println(begin)
		indent = timeWidth + 2
		p.printBody(body, indent, 0)
	} else {
		p.Out.Print(begin)
		p.printBody(body, indent, indent-2)
	}
	for _, hint := range p.hints(e) {
		p.Out.Print(st.HintAt(strings.Repeat(" ", timeWidth), hint, show.IsCommand(hint)))
	}
	return nil
}

// result returns what the function did, as a glyph and a word.
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

// logBody is the text of a record, and the ID that is printed at the right edge.
type logBody struct{ words, id, short string }

func (p *logPrinter) body(e *history.Entry) (b logBody) {
	switch {
	case e.Applied:
		if reaction := e.ReactionMS(); reaction != nil {
			b.words = "after " + show.InSeconds(*reaction)
		}
		b.id = e.DeploymentAfter
	case e.Action == handler.ActionFail:
		b.words = e.Error
		if !strings.Contains(b.words, e.ErrorType) {
			b.words = e.ErrorType + ": " + b.words
		}
	default:
		b.words = string(e.Reason)
		if id := handler.NameOf(e.TaskARN); id != "" {
			b.id, b.short = "task "+id, "task "+beginning(id)+"…"
		}
	}
	if history.Rehearsal(&e.Record) {
		b.words += " (rehearsal)"
	}
	return b
}

// beginning returns the first characters of an ID, which --task accepts.
func beginning(id string) string { return string([]rune(id)[:min(8, len([]rune(id)))]) }

// printBody prints the body in lines that are indented, the first of them after taken columns that are printed already. An ID
// is never shortened, so that it can be pasted, except for that of a task if it would otherwise need a line of its own.
func (p *logPrinter) printBody(b logBody, indent, taken int) {
	st := p.Out.Style
	width := st.Width - indent
	lines := st.Wrap(b.words, width)
	if len(lines) == 0 {
		lines = []string{""}
	}
	last := &lines[len(lines)-1]
	room := width - term.Width(*last)
	id := st.Plain(b.id)
	if 2+term.Width(id) > room && b.short != "" && st.TTY {
		id = st.Plain(b.short)
	}
	below := ""
	switch {
	case id == "":
	case 2+term.Width(id) <= room:
		*last += strings.Repeat(" ", room-term.Width(id)) + id
	case !st.TTY:
		*last += "  " + id
	default:
		below = id
	}
	for n, line := range lines {
		if n > 0 {
			taken = 0
		}
		p.Out.Printf("%s%s\n", strings.Repeat(" ", indent-taken), line)
	}
	if below != "" { // at the right edge if it fits
		p.Out.Printf("%s%s\n", strings.Repeat(" ", max(0, st.Width-term.Width(below))), below)
	}
}

// hints returns how to fix a failure, if that is known.
func (p *logPrinter) hints(e *history.Entry) []string {
	if e.Action != handler.ActionFail && e.Reason != handler.ReasonRolloutFailed {
		return nil
	}
	scope := p.Hints().InstallationFlags(p.Names.Prefix)
	contains := func(text string, parts ...string) bool {
		return slices.ContainsFunc(parts, func(part string) bool { return strings.Contains(text, part) })
	}
	denied := contains(e.ErrorType, "AccessDenied")
	switch {
	case denied && contains(e.Error, "explicit deny", "permissions boundary", "service control policy"):
		return []string{"find the policy that denies it: the role's own policy allows it"}
	case denied:
		return []string{"spothandler install" + scope + "   repairs the role"}
	case e.Reason == handler.ReasonClusterMissing:
		return []string{"spothandler doctor" + p.Hints().InstallationFlags("") + "   does the cluster still exist?"}
	case e.Reason == handler.ReasonRolloutFailed:
		return []string{"aws ecs describe-services --cluster " + apperr.Quote(handler.NameOf(e.Cluster)) + " --services " + apperr.Quote(e.Service) + "   why its rollout failed"}
	case contains(e.ErrorType, "Throttl", "OutOfTime", "Server"):
		return []string{"Lambda retries a failed event once, a minute later: see the lines below"}
	}
	return []string{"spothandler doctor" + p.Hints().InstallationFlags("") + " --cluster " + apperr.Quote(handler.NameOf(e.Cluster)) + " --service " + apperr.Quote(e.Service) + "   what prevents it"}
}
