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
	follow  bool
	printed int    // and held
	date    string // of the last line
	held    []history.Entry
	columns *logColumns // nil while records are held
}

// heldRecords is how many records are read before the first is printed on a terminal: the longest name and reason among them
// determine the columns, which then remain.
const heldRecords = 50

func (p *logPrinter) print(e *history.Entry) error {
	p.printed++
	if p.JSON() {
		return p.Out.JSONLine(json.RawMessage(e.Raw))
	}
	if p.columns == nil {
		p.held = append(p.held, *e)
		if p.Out.TTY && !p.follow && len(p.held) < heldRecords {
			return nil
		}
		p.flush()
		return nil
	}
	p.show(e)
	return nil
}

// printing reports whether a record was printed, and not only held.
func (p *logPrinter) printing() bool { return p.printed > len(p.held) }

// flush prints the records that are held.
func (p *logPrinter) flush() {
	if p.columns != nil {
		return
	}
	p.columns = columnsFor(p.Out.Style, widestName, reasonWidth)
	if p.Out.TTY && !p.follow {
		p.columns = p.columnsOfHeld()
	}
	for i := range p.held {
		p.show(&p.held[i])
	}
	p.held = nil
}

// columnsOfHeld returns columns for the records that are held: as wide as their reasons and, among the names that leave room for
// these, the longest.
func (p *logPrinter) columnsOfHeld() *logColumns {
	st, name, reason := p.Out.Style, 0, len("already_redeployed") // the most frequent
	for i := range p.held {
		if body := p.body(&p.held[i]); body.short != "" {
			reason = max(reason, term.Width(st.Plain(body.words)))
		}
	}
	widest := columnsFor(st, widestName, reason).nameWidth
	for i := range p.held {
		if width := term.Width(st.Plain(nameIn(&p.held[i]))); width <= widest {
			name = max(name, width)
		}
	}
	return columnsFor(st, name, reason)
}

// nameIn returns the name of a record's service, with its cluster.
func nameIn(e *history.Entry) string {
	if e.Cluster == "" && e.Service == "" {
		return "-"
	}
	return handler.NameOf(e.Cluster) + "/" + e.Service
}

// show prints a record.
func (p *logPrinter) show(e *history.Entry) {
	at := timeOf(e)
	if date := at.Format(time.DateOnly); date != p.date {
		p.date = date
		p.Out.Printf("%s\n", p.Out.Dim(date+" UTC"))
	}
	sign, verb := result(e)
	st, c := p.Out.Style, p.columns
	name := st.Shorten(nameIn(e), st.Width-c.name)
	p.Out.Printf("%s%s%s  %s", st.Dim(at.Format("15:04:05.000")), st.RowStart(sign), term.Pad(verb, verbWidth), st.Bold(name))
	taken := c.name + term.Width(name)
	switch {
	case !st.TTY:
		p.printLine(p.body(e), c.body, taken)
	case c.body == c.below || term.Width(name) > c.nameWidth:
		p.Out.Printf("\n")
		p.printBody(p.body(e), c.below, 0)
	default:
		p.printBody(p.body(e), c.body, taken)
	}
	for _, hint := range p.hints(e) {
		p.Out.Print(st.HintAt(strings.Repeat(" ", c.below-2), hint, show.IsCommand(hint)))
	}
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
	if 2+term.Width(id) > room && b.short != "" {
		id = st.Plain(b.short)
	}
	below := ""
	switch {
	case id == "":
	case 2+term.Width(id) <= room:
		*last += strings.Repeat(" ", room-term.Width(id)) + id
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

// printLine prints the body in the same line of a log, which may be long.
func (p *logPrinter) printLine(b logBody, indent, taken int) {
	line := strings.Repeat(" ", max(2, indent-taken)) + term.Pad(p.Out.Plain(b.words), reasonWidth) + "  " + p.Out.Plain(b.id)
	p.Out.Printf("%s\n", strings.TrimRight(line, " "))
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
