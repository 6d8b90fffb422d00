package status

import (
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"

	"github.com/spothandler/spothandler/internal/cli/command"
	"github.com/spothandler/spothandler/internal/cli/show"
	"github.com/spothandler/spothandler/internal/cli/term"
	"github.com/spothandler/spothandler/internal/deploy"
	"github.com/spothandler/spothandler/internal/deploy/resource"
	"github.com/spothandler/spothandler/internal/deploy/settings"
)

// print prints a single installation in full. Of several it prints a line each, then those that need attention.
func (r run) print(all []deploy.Status) {
	switch len(all) {
	case 0:
	case 1:
		r.printOne(all[0])
	default:
		r.printMany(all)
	}
}

// printOne prints an installation, the verdict first. If there are problems, the other resources are only counted.
func (r run) printOne(status deploy.Status) {
	switch {
	case !status.Healthy:
		r.printVerdict(status, term.Failed)
	case isIdle(status):
		r.printVerdict(status, term.Attention)
	default:
		r.printVerdict(status, term.OK)
	}
	if status.Healthy {
		for _, each := range status.Resources {
			r.Out.Println(r.Out.Row(term.OK, each.Kind.Words(), show.Title(each.ID), each.Detail))
		}
	}
	r.printProblems(status)
	r.printNotes(status)
	set := show.ChangedSettings(status.Spec)
	if len(set) > 0 || status.Last24h != nil || whyUnknown(status) != "" {
		r.Out.Printf("\n")
	}
	r.printActivity(status)
	if len(set) > 0 {
		r.Out.Print(r.Out.Labeled("settings", " · ", set))
	}
	r.hintActivity(status)
	r.printHints(status)
}

// printVerdict prints the verdict and the place.
func (r run) printVerdict(status deploy.Status, g term.Glyph) {
	verdict := deploy.DisplayPrefix(status.Prefix) + " " + verdictClause(status)
	r.Out.Printf("%s\n", r.Out.Headline(g, verdict, "account "+status.Account, status.Region, "spothandler "+orUnknown(status.Outputs.ModuleVersion)))
}

func orUnknown(version string) string {
	if version == "" {
		return "of unknown version"
	}
	return version
}

// isIdle reports whether a healthy installation redeploys nothing, as configured.
func isIdle(status deploy.Status) bool {
	return status.Healthy && !settings.Acts(string(status.Spec.Redeploy), status.Spec.RuleState)
}

// isSwitchedOff reports whether a healthy installation gets no events, as configured.
func isSwitchedOff(status deploy.Status) bool {
	return status.Healthy && status.Spec.RuleState == string(types.RuleStateDisabled)
}

// verdictText returns the verdict on an installation as it is shown in a list.
func verdictText(status deploy.Status) string {
	switch {
	case isSwitchedOff(status):
		return "switched off"
	case isIdle(status):
		return "only observes"
	}
	return strings.ReplaceAll(string(status.Verdict), "_", " ")
}

// verdictClause returns the verdict on an installation as it follows its name.
func verdictClause(status deploy.Status) string {
	switch {
	case isSwitchedOff(status):
		return "is switched off: its rule is DISABLED"
	case isIdle(status):
		return "only observes: it redeploys nothing"
	case status.Healthy:
		return "is healthy"
	}
	return verdictText(status)
}

func (r run) printProblems(status deploy.Status) {
	for _, problem := range status.Problems {
		r.printProblem(problem)
	}
	if left := unaffected(status); len(left) > 0 && !status.Healthy {
		r.Out.Print(r.Out.Item(term.OK, fmt.Sprintf("%d up to date: %s", len(left), strings.Join(left, ", "))))
	}
}

// printNotes prints what is not a problem: warnings, reminders and what was not checked.
func (r run) printNotes(status deploy.Status) {
	for _, warning := range slices.Concat(status.Warnings, status.Reminders) {
		r.Out.Print(r.Out.Note("  ", warning))
	}
	for _, each := range status.NotChecked {
		if each.What != lastDay { // which has a row of its own
			r.Out.Print(r.Out.Item(term.Quiet, each.String()))
		}
	}
}

// printHints prints how to fix the problems, and that a newer version is available.
func (r run) printHints(status deploy.Status) {
	if !status.Healthy {
		differences := ""
		if slices.ContainsFunc(status.Problems, func(problem deploy.Problem) bool { return len(problem.Fields) > 0 }) {
			differences = " The differences show what install would change."
		}
		r.Out.Printf("\n%s", r.Out.Line("", term.Plural(len(status.Problems), "problem")+"."+differences, r.Out.Unpainted))
		for _, problem := range status.Problems {
			for _, hint := range problem.Hints {
				show.Hint(r.Out, hint)
			}
		}
		for _, options := range installOptions(status) {
			show.Hint(r.Out, r.about(status, "install", options))
		}
	}
	if status.UpgradeAvailable {
		r.Out.Printf("\n%s", r.Out.Note("  ", "upgrade available: this is spothandler "+r.Version))
		show.Hint(r.Out, r.about(status, "upgrade", ""))
	}
}

// about returns a command for this installation, with options.
func (r run) about(status deploy.Status, command, options string) string {
	if from := r.origins[originOf(status)]; from != nil {
		return "spothandler " + command + r.Hints().FileFlags(from.Name) + options
	}
	text := r.hintsIn(status.Region).CommandFor(command, status.Prefix)
	if strings.HasPrefix(text, "spothandler ") {
		text += options
	}
	return text
}

// hintsIn returns the hints for a Region, which they name only if several were requested.
func (r run) hintsIn(region string) command.Hints {
	if len(r.Regions) > 0 || r.AllRegions {
		return r.Hints().In(region)
	}
	return r.Hints()
}

// installOptions returns the options with which install fixes the problems, one string for each hint.
func installOptions(status deploy.Status) []string {
	options := fixes(status)
	names := nameFlags(status)
	for index := range options {
		options[index] = strings.TrimRight(" "+names+options[index], " ")
	}
	return options
}

// nameFlags returns the flags with the names of an installation whose role, which recorded them, is missing.
func nameFlags(status deploy.Status) string {
	if !slices.ContainsFunc(status.Problems, func(p deploy.Problem) bool { return p.Code == deploy.ProblemMissing && p.Kind == resource.KindRole }) {
		return ""
	}
	flags, defaults := "", settings.Defaults(status.Prefix)
	if name := status.Spec.FunctionName; name != defaults.FunctionName {
		flags += "--function-name " + name + " "
	}
	if name := status.Spec.RuleName; name != defaults.RuleName {
		flags += "--rule-name " + name + " "
	}
	return flags
}

// fixes returns the options of install for each problem that it fixes, without those for names.
func fixes(status deploy.Status) []string {
	has := func(code string) bool {
		return slices.ContainsFunc(status.Problems, func(problem deploy.Problem) bool { return problem.Code == code })
	}
	var options []string
	switch {
	case has(deploy.ProblemNotOurs) && allAdoptable(status):
		options = append(options, "--adopt --dry-run   shows what a takeover would change")
	case len(status.Changes) > 0 && !has(deploy.ProblemNotOurs): // which install refuses
		options = append(options, "", "--dry-run   shows what would change")
	}
	if has(deploy.ProblemConcurrencyZero) {
		options = append(options, "--reserved-concurrency -1")
	}
	if has(deploy.ProblemNoCluster) {
		options = append(options, "--cluster NAME   clusters that exist")
	}
	if has(deploy.ProblemOverlap) {
		options = append(options, "--cluster NAME   clusters that no other installation watches")
	}
	return options
}

// allAdoptable reports whether install --adopt takes over everything that is not ours.
func allAdoptable(status deploy.Status) bool {
	return !slices.ContainsFunc(status.Problems, func(p deploy.Problem) bool { return p.Code == deploy.ProblemNotOurs && !p.Adoptable })
}

func (r run) printProblem(problem deploy.Problem) {
	st := r.Out.Style
	switch problem.Code {
	case deploy.ProblemMissing:
		name := "missing: " + show.Title(problem.ID)
		if problem.Kind == resource.KindPermission {
			name = "missing: EventBridge may not invoke the function"
		}
		r.Out.Println(st.Row(term.Failed, problem.Kind.Words(), name, ""))
	case deploy.ProblemBroken:
		r.Out.Println(st.Row(term.Failed, problem.Kind.Words(), problem.Name, ""))
		r.Out.Print(st.Paragraph(show.FieldIndent, problem.Message))
	case deploy.ProblemDiffers:
		r.Out.Println(st.Row(term.Attention, problem.Kind.Words(), show.Title(problem.ID)+" differs", ""))
		show.Fields(r.Out, problem.Fields)
	default:
		r.Out.Print(st.Note("  ", problem.Message))
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
