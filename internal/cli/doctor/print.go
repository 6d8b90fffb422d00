package doctor

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spothandler/spothandler/internal/cli/command"
	"github.com/spothandler/spothandler/internal/cli/show"
	"github.com/spothandler/spothandler/internal/cli/term"
	"github.com/spothandler/spothandler/internal/doctor"
	"github.com/spothandler/spothandler/internal/handler"
)

// textPrinter prints a result as text.
type textPrinter struct {
	*command.App
	*regionResult
}

// print prints the verdict, the services with what happens to them, then the findings, the worst first.
func (e textPrinter) print() {
	st := e.Out.Style
	sign, words := e.verdict()
	e.Out.Print(st.Headline(sign, words, term.Plural(len(e.facts.Clusters), "cluster"), e.id.Region, term.Seconds(time.Since(e.began))))
	e.printServices()
	for _, p := range e.worstFirst() {
		e.printSection(p.Cluster.Name()+"/"+p.Name(), p.Findings)
	}
	e.printSection("account", e.accountDiagnosis.Findings)
	e.printSection("installation", e.installDiagnosis.Findings)
	e.printInstallations()
	e.printCounts()
	e.printNextSteps()
}

// worstFirst returns the services in the order in which they are listed.
func (e textPrinter) worstFirst() []*serviceResult {
	all := make([]*serviceResult, len(e.results))
	for i := range e.results {
		all[i] = &e.results[i]
	}
	order := []term.Glyph{term.Failed, term.Attention, term.Quiet, term.OK}
	slices.SortStableFunc(all, func(a, b *serviceResult) int { return slices.Index(order, a.sign()) - slices.Index(order, b.sign()) })
	return all
}

// listed returns the services that get a row of their own, and the numbers of the others: those that are ready, those that are
// ready but not redeployed, because the installation is broken or in mode observe, and those that were only partly checked.
func (e textPrinter) listed() (rows []*serviceResult, ready, left, unchecked int) {
	for _, p := range e.worstFirst() {
		switch {
		case e.listsAll(), p.Worst() == doctor.Error, p.Worst() == doctor.Warning:
			rows = append(rows, p)
		case len(p.NotChecked) > 0:
			unchecked++
		case p.decision.Action != handler.ActionRedeploy:
			rows = append(rows, p)
		case !p.isRedeployed():
			left++
		default:
			ready++
		}
	}
	return rows, ready, left, unchecked
}

// listsAll reports whether all services are listed, rather than counted.
func (e textPrinter) listsAll() bool { return e.Verbose || len(e.options.services) > 0 }

// The columns of the table of services.
const (
	tasksWidth     = 9
	longestOutcome = 43
)

// nameWidth returns the width of the column of names. On a terminal it leaves room for the longest outcome, within limits.
func (e textPrinter) nameWidth(rows []*serviceResult, header string) int {
	st := e.Out.Style
	least := len("10 more are ready, but not redeployed ") - tasksWidth - 2 // which the column of tasks continues
	width, outcome := max(least, 31), term.Width(header)
	for _, p := range rows {
		width = max(width, term.Width(st.Plain(p.Cluster.Name()+"/"+p.Name())))
		outcome = max(outcome, term.Width(e.listedOutcome(p)))
	}
	if st.TTY {
		width = min(width, max(least, st.Width-st.MarkWidth()-tasksWidth-2-min(outcome, longestOutcome)))
	}
	return width
}

func (e textPrinter) printServices() {
	rows, ready, left, unchecked := e.listed()
	if len(e.results) == 0 {
		e.printElsewhere()
		return
	}
	st := e.Out.Style
	header := "at an interruption"
	if len(e.installations) == 0 && e.notListed == "" {
		header += ", once installed"
	}
	width := e.nameWidth(rows, header)
	begin := st.MarkWidth() + width + tasksWidth + 2
	e.Out.Printf("\n%s", st.Beside(st.Dim(term.Pad("", st.MarkWidth())+fmt.Sprintf("%*s  ", width+tasksWidth, "tasks running/desired")), begin, header, st.Dim))
	for _, p := range rows {
		name := st.Shorten(p.Cluster.Name()+"/"+p.Name(), width)
		tasks := fmt.Sprintf("%*s", tasksWidth, fmt.Sprintf("%d/%d", p.RunningCount, p.DesiredCount))
		cells := st.Textf("%s%s%s  ", st.RowStart(p.sign()), st.Bold(name), term.Pad("", width-term.Width(name))+tasks)
		e.Out.Print(st.Beside(cells, begin, e.listedOutcome(p), st.Unpainted))
	}
	for _, more := range []struct {
		sign  term.Glyph
		count int
		words string
	}{{term.Quiet, unchecked, "only partly checked"}, {term.Quiet, left, "ready, but not redeployed"}, {term.OK, ready, "ready"}} {
		if more.count > 0 {
			text := fmt.Sprintf("%s %s %s", term.Plural(more.count, "service"), term.Are(more.count), more.words)
			if len(rows) > 0 {
				text = fmt.Sprintf("%d more %s %s", more.count, term.Are(more.count), more.words)
			}
			e.printCount(more.sign, text, begin)
		}
	}
	e.printElsewhere()
}

// printCount prints a number of services without a row, and how to list them, in column or, if there is no room, before it.
func (e textPrinter) printCount(sign term.Glyph, text string, column int) {
	const how = "--verbose lists them"
	st := e.Out.Style
	if st.TTY {
		column = min(column, st.Width-len(how))
	}
	text = term.Pad(text+" ", column-st.MarkWidth())
	e.Out.Print(st.Beside(st.Textf("%s%s", st.RowStart(sign), text), st.MarkWidth()+term.Width(text), how, st.Dim))
}

// printElsewhere prints the numbers of services that are not checked, such as those that are not on Spot.
func (e textPrinter) printElsewhere() {
	var parts []string
	for _, each := range []struct {
		count int
		words string
	}{{e.facts.OnDemand, "on Fargate on demand"}, {e.facts.Idle, "on Spot with a desired count of 0"}, {e.facts.Elsewhere, "on other capacity"}} {
		if each.count > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", each.count, each.words))
		}
	}
	if len(parts) > 0 {
		e.Out.Print(e.Out.Line(term.Pad("", e.Out.MarkWidth()), "out of scope: "+strings.Join(parts, ", "), e.Out.Dim))
	}
}

// printSection prints the findings on one subject, those of severity info only with --verbose.
func (e textPrinter) printSection(title string, findings []doctor.Finding) {
	st := e.Out.Style
	shown := slices.DeleteFunc(slices.Clone(findings), func(f doctor.Finding) bool { return f.Severity == doctor.Info && !e.Verbose })
	if len(shown) == 0 {
		return
	}
	e.Out.Printf("\n%s\n", st.Bold(st.Shorten(title, st.Width)))
	fixedBy := map[string]string{} // code of the finding that shows a command, by command
	for _, f := range shown {
		message := f.Message
		if f.Ignored != "" {
			message = "ignored (" + f.Ignored + "): " + message
		}
		e.Out.Print(st.Finding(signOf(f), f.Code, message))
		if f.Fix == "" || f.Ignored != "" {
			continue
		}
		fix, command := f.Fix, show.IsCommand(f.Fix)
		if first := fixedBy[fix]; first != "" && command {
			fix, command = "the command for "+first+" also fixes this", false
		} else {
			fixedBy[fix] = f.Code
		}
		e.Out.Print(st.HintAt(strings.Repeat(" ", st.FindingWidth()), fix, command))
	}
}

// printInstallations prints whether each installation works.
func (e textPrinter) printInstallations() {
	st := e.Out.Style
	e.Out.Printf("\n")
	if e.notListed == "" && len(e.installations) == 0 {
		text := "not installed yet"
		if len(e.results) > 0 {
			text += ": the table shows what an installation would do"
		}
		e.Out.Print(st.Item(term.Quiet, text))
	}
	for _, x := range e.installations {
		e.Out.Printf("%s\n", st.Bold(st.Shorten(x.subject.Name, st.Width)))
		e.Out.Print(st.List("  ", " · ", x.parts(st)))
	}
}

// parts returns the parts of an installation's line.
func (x *installationResult) parts(st term.Style) []string {
	mark := func(known, good bool, yes, no string) string {
		switch {
		case !known:
			return "not checked: " + yes
		case good:
			return st.Sign(term.OK) + " " + yes
		}
		return st.Sign(term.Failed) + " " + no
	}
	s := &x.subject
	read := !slices.ContainsFunc(x.diagnosis.NotChecked, func(n doctor.NotChecked) bool { return n.Code == "SPOT403" })
	scope := "covers every cluster"
	if len(x.clusters) > 0 {
		scope = "covers " + strings.Join(x.clusters, ", ")
	}
	return []string{
		mark(read, !x.differs, "installed as configured", "differs"),
		mark(true, !s.Disabled, scope, "its rule is DISABLED"),
		mark(s.Matches != nil, s.Matches != nil && *s.Matches, "rule matches interruptions", "rule does not match interruptions"),
		mark(read, !s.Throttled, "can be invoked", "reserved concurrency is 0"),
		mark(s.MayRedeploy != nil, s.MayRedeploy != nil && *s.MayRedeploy, "can redeploy", "cannot redeploy"),
	}
}

func (e textPrinter) printCounts() {
	st := e.Out.Style
	counts := e.counted()
	total := counts[doctor.Error] + counts[doctor.Warning]
	line := "no error and no warning"
	if total > 0 {
		var parts []string
		for _, severity := range []doctor.Severity{doctor.Error, doctor.Warning} {
			if n := counts[severity]; n > 0 {
				parts = append(parts, term.Plural(n, string(severity)))
			}
		}
		line = strings.Join(parts, ", ")
	}
	if n := counts[doctor.Info]; n > 0 && !e.Verbose {
		line += fmt.Sprintf(" · %d informational, with --verbose", n)
	}
	e.Out.Printf("\n%s", st.Line("", line, st.Unpainted))
	reasons, checks := e.unchecked()
	for _, why := range reasons {
		could := term.Plural(checks[why], "check") + " could not be made: "
		if slices.ContainsFunc(e.wholeUnread, func(n doctor.NotChecked) bool { return n.Why == why }) {
			could = "not checked: "
		}
		e.Out.Print(st.Item(term.Quiet, could+why))
	}
}

// diagnosesByPlace returns all diagnoses in the order in which they are printed.
func (e textPrinter) diagnosesByPlace() []*doctor.Diagnosis {
	var all []*doctor.Diagnosis
	for _, p := range e.worstFirst() {
		all = append(all, &p.Diagnosis)
	}
	return append(all, &e.accountDiagnosis, &e.installDiagnosis)
}
