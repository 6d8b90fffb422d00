package status

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spothandler/spothandler/internal/cli/command"
	"github.com/spothandler/spothandler/internal/cli/show"
	"github.com/spothandler/spothandler/internal/cli/term"
	"github.com/spothandler/spothandler/internal/deploy"
	"github.com/spothandler/spothandler/internal/deploy/resource"
)

// textPrinter prints statuses as text.
type textPrinter struct {
	*command.App
	origins map[origin]*command.ConfiguredInstallation // of the installations in a configuration file
}

// printOne prints an installation, the verdict first. If there are problems, the other resources are only counted.
func (p textPrinter) printOne(status deploy.Status) {
	switch {
	case !status.Healthy:
		p.printVerdict(status, term.Failed)
	case isIdle(status):
		p.printVerdict(status, term.Attention)
	default:
		p.printVerdict(status, term.OK)
	}
	if status.Healthy {
		for _, each := range status.Resources {
			p.Out.Println(p.Out.Row(term.OK, each.Kind.Words(), show.Title(each.ID), each.Detail))
		}
	}
	p.printProblems(status)
	p.printNotes(status)
	set := show.ChangedSettings(status.Spec)
	if len(set) > 0 || status.Last24h != nil || whyUnknown(status) != "" {
		p.Out.Printf("\n")
	}
	p.printActivity(status)
	if len(set) > 0 {
		p.Out.Print(p.Out.Labeled("settings", " · ", set))
	}
	p.hintActivity(status)
	p.printHints(status)
}

// nameOf returns an installation's name: in a configuration file its own, with the prefix if that differs.
func (p textPrinter) nameOf(status deploy.Status) string {
	name, prefix := p.shortName(status), deploy.DisplayPrefix(status.Prefix)
	if name != prefix {
		name += " (prefix " + prefix + ")"
	}
	return name
}

// shortName returns an installation's name in a configuration file, if it has one there, or its prefix.
func (p textPrinter) shortName(status deploy.Status) string {
	if from := p.origins[originOf(status)]; from != nil && from.Name != "" {
		return from.Name
	}
	return deploy.DisplayPrefix(status.Prefix)
}

// printVerdict prints the verdict and the place.
func (p textPrinter) printVerdict(status deploy.Status, g term.Glyph) {
	verdict := p.nameOf(status) + " " + verdictClause(status)
	p.Out.Printf("%s\n", p.Out.Headline(g, verdict, "account "+status.Account, status.Region, "spothandler "+orUnknown(status.Outputs.ModuleVersion)))
}

func (p textPrinter) printProblems(status deploy.Status) {
	for _, problem := range status.Problems {
		p.printProblem(problem)
	}
	if left := unaffected(status); len(left) > 0 && !status.Healthy {
		p.Out.Print(p.Out.Item(term.OK, fmt.Sprintf("%d up to date: %s", len(left), strings.Join(left, ", "))))
	}
}

// printNotes prints what is not a problem: warnings, reminders and what was not checked.
func (p textPrinter) printNotes(status deploy.Status) {
	for _, warning := range slices.Concat(status.Warnings, status.Reminders) {
		p.Out.Print(p.Out.Note("  ", warning))
	}
	for _, each := range status.NotChecked {
		if each.What != lastDay { // which has a row of its own
			p.Out.Print(p.Out.Item(term.Quiet, each.String()))
		}
	}
}

// printHints prints how to fix the problems, and that a newer version is available.
func (p textPrinter) printHints(status deploy.Status) {
	if !status.Healthy {
		differences := ""
		if slices.ContainsFunc(status.Problems, func(problem deploy.Problem) bool { return len(problem.Fields) > 0 }) {
			differences = " The differences show what install would change."
		}
		p.Out.Printf("\n%s", p.Out.Line("", term.Plural(len(status.Problems), "problem")+"."+differences, p.Out.Unpainted))
		for _, problem := range status.Problems {
			for _, hint := range problem.Hints {
				show.Hint(p.Out, hint)
			}
		}
		for _, options := range installOptions(status) {
			show.Hint(p.Out, p.about(status, "install", options))
		}
		for _, each := range changes(status) {
			show.Hint(p.Out, p.hintsOf(status).Change(status.Prefix, nameFlags(status)+each.flags, each.remark))
		}
	}
	if status.UpgradeAvailable {
		p.Out.Printf("\n%s", p.Out.Note("  ", "upgrade available: this is spothandler "+p.Version))
		show.Hint(p.Out, p.about(status, "upgrade", ""))
	}
}

// about returns a command for this installation, with options.
func (p textPrinter) about(status deploy.Status, command, options string) string {
	if from := p.origins[originOf(status)]; from != nil {
		return "spothandler " + command + p.Hints().FileFlags(from.Name) + options
	}
	text := p.hintsIn(status.Region).CommandFor(command, status.Prefix)
	if strings.HasPrefix(text, "spothandler ") {
		text += options
	}
	return text
}

// hintsOf returns the hints for the Region and, if it is in the configuration file, the installation of a status.
func (p textPrinter) hintsOf(status deploy.Status) command.Hints {
	return p.hintsIn(status.Region).For(p.origins[originOf(status)])
}

// hintsIn returns the hints for a Region, which they name only if several were requested.
func (p textPrinter) hintsIn(region string) command.Hints {
	if len(p.Regions) > 0 || p.AllRegions {
		return p.Hints().In(region)
	}
	return p.Hints()
}

func (p textPrinter) printProblem(problem deploy.Problem) {
	st := p.Out.Style
	switch problem.Code {
	case deploy.ProblemMissing:
		name := "missing: " + show.Title(problem.ID)
		if problem.Kind == resource.KindPermission {
			name = "missing: EventBridge may not invoke the function"
		}
		p.Out.Println(st.Row(term.Failed, problem.Kind.Words(), name, ""))
	case deploy.ProblemBroken:
		p.Out.Println(st.Row(term.Failed, problem.Kind.Words(), problem.Name, ""))
		p.Out.Print(st.Paragraph(show.FieldIndent, problem.Message))
	case deploy.ProblemDiffers:
		p.Out.Println(st.Row(term.Attention, problem.Kind.Words(), show.Title(problem.ID)+" differs", ""))
		show.Fields(p.Out, problem.Fields)
	default:
		p.Out.Print(st.Note("  ", problem.Message))
	}
}

// unaffected returns the kinds of the resources without a problem.
func unaffected(status deploy.Status) []string {
	var left []string
	for _, each := range status.Resources {
		if !slices.ContainsFunc(status.Problems, func(problem deploy.Problem) bool {
			return problem.ID == each.ID || problem.Code == deploy.ProblemForeign && problem.Kind == each.Kind
		}) {
			left = append(left, each.Kind.Words())
		}
	}
	return left
}

// printActivity prints what the function did, or why that is unknown.
func (p textPrinter) printActivity(status deploy.Status) {
	if why := whyUnknown(status); why != "" {
		p.Out.Print(p.Out.Labeled(lastDay, " ", []string{"unknown: " + why}))
		return
	}
	if status.Last24h == nil { // not requested
		return
	}
	p.Out.Print(p.Out.Labeled(lastDay, " · ", describeDay(status.Last24h)))
	if status.Latest != nil {
		p.Out.Print(p.Out.Labeled("latest", " · ", describeLatest(status.Latest)))
	}
}

// hintActivity prints, below all rows, hints on what printActivity showed.
func (p textPrinter) hintActivity(status deploy.Status) {
	switch {
	case whyUnknown(status) != "" && deploy.HidesRecords(status.Spec.LogLevel):
		show.Hint(p.Out, p.hintsOf(status).RecordAll(status.Prefix))
	case status.Last24h != nil && status.Last24h.Failures > 0:
		show.Hint(p.Out, "spothandler logs"+p.hintsIn(status.Region).InstallationFlags(status.Prefix)+" --level ERROR   what failed, and how to fix it")
	}
}

// printAbsent prints which installations of a configuration file are not installed.
func (p textPrinter) printAbsent(runs []*command.TargetRun[statuses]) {
	for _, v := range runs {
		if v.Installation == nil || v.Code != command.ExitNotInstalled || nowhereInstalled(runs) {
			continue
		}
		p.Out.Printf("\n")
		p.Out.Print(p.Out.Note("", fmt.Sprintf("%s is not installed: %s in %s of account %s", v.InstallationName, deploy.DisplayPrefix(v.Prefix), v.Region, v.App.Account)))
		show.Hint(p.Out, "spothandler install"+p.Hints().FileFlags(v.InstallationName))
	}
}
