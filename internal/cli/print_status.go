package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spothandler/spothandler/internal/cli/term"
	"github.com/spothandler/spothandler/internal/deploy"
)

// printStatuses shows each installation: the verdict first, what is fine counted where something is not.
func (a *app) printStatuses(statuses []deploy.Status) {
	for index, status := range statuses {
		if index > 0 {
			a.out.Printf("\n")
		}
		if status.Healthy {
			a.printHealthy(status)
		} else {
			a.printUnhealthy(status)
		}
	}
}

// printVerdict says where in the same line, or where that is too long in the next.
func (a *app) printVerdict(st term.Style, status deploy.Status, g term.Glyph, verdict string, paint func(string) term.Text) {
	verdict = deploy.DisplayPrefix(status.Prefix) + verdict
	place := fmt.Sprintf("account %s · %s · spothandler %s", status.Account, status.Region, orUnknown(status.Outputs.ModuleVersion))
	between := " · "
	if term.Width(verdict+between+place)+2 > st.Width {
		between = "\n  "
	}
	a.out.Printf("%s %s%s%s\n\n", st.Glyph(g), paint(verdict), st.Textf(between), st.Dim(place))
}

func orUnknown(version string) string {
	if version == "" {
		return "of unknown version"
	}
	return version
}

func (a *app) printHealthy(status deploy.Status) {
	st := a.out.Style
	a.printVerdict(st, status, term.OK, " is healthy", st.Green)
	for _, each := range status.Resources {
		a.out.Println(st.Row(term.OK, each.Kind.Words(), title(each.ID), each.Detail))
	}
	a.printNotes(st, status)
	if status.UpgradeAvailable {
		a.out.Printf("\n%s", st.Note("  ", "upgrade available: this is spothandler "+binaryVersion()))
		hint(a.out, "spothandler upgrade"+a.scope(status.Prefix))
	}
}

// printNotes says what is no problem and has to be known all the same.
func (a *app) printNotes(st term.Style, status deploy.Status) {
	for _, warning := range status.Warnings {
		a.out.Print(st.Note("  ", warning))
	}
	for _, each := range status.NotChecked {
		a.out.Print(st.Note("  ", each.String()))
	}
	for _, reminder := range status.Reminders {
		a.out.Print(st.Note("  ", reminder))
	}
}

func (a *app) printUnhealthy(status deploy.Status) {
	st := a.out.Style
	a.printVerdict(st, status, term.Failed, verdict(status), st.Red)
	for _, problem := range status.Problems {
		a.printProblem(st, problem)
	}
	if left := unaffected(status); len(left) > 0 {
		a.out.Print(st.Item(term.OK, fmt.Sprintf("%d as asked: %s", len(left), strings.Join(left, ", "))))
	}
	a.printNotes(st, status)
	arrow := ""
	if slices.ContainsFunc(status.Problems, func(problem deploy.Problem) bool { return len(problem.Fields) > 0 }) {
		arrow = " An arrow points to what install would set."
	}
	a.out.Printf("\n%s.%s\n", plural(len(status.Problems), "problem"), arrow)
	for _, options := range cures(status) {
		hint(a.out, "spothandler install"+a.scope(status.Prefix)+" "+options)
	}
}

// cures are the options of install that help, for what is wrong.
func cures(status deploy.Status) []string {
	has := func(code string) bool {
		return slices.ContainsFunc(status.Problems, func(problem deploy.Problem) bool { return problem.Code == code })
	}
	var options []string
	if len(status.Changes) > 0 {
		options = append(options, "--dry-run")
	}
	if has(deploy.ProblemConcurrencyZero) {
		options = append(options, "--reserved-concurrency -1")
	}
	if has(deploy.ProblemOverlap) {
		options = append(options, "--cluster NAME   clusters that no other watches")
	}
	return options
}

// verdict is what a person wants to know first: does it still do its work?
func verdict(status deploy.Status) string {
	switch {
	case slices.ContainsFunc(status.Problems, func(problem deploy.Problem) bool { return problem.Vital }):
		return " misses interruptions"
	case len(status.Changes) == 0: // only a person can mend it
		return " needs attention"
	}
	return " differs"
}

func (a *app) printProblem(st term.Style, problem deploy.Problem) {
	switch problem.Code {
	case deploy.ProblemMissing:
		name := "missing: " + title(problem.ID)
		if problem.Kind == deploy.KindPermission {
			name = "missing: EventBridge may not invoke the function"
		}
		a.out.Println(st.Row(term.Failed, problem.Kind.Words(), name, ""))
	case deploy.ProblemBroken:
		a.out.Println(st.Row(term.Failed, problem.Kind.Words(), problem.Name, ""))
		a.out.Print(st.Paragraph(term.Pad("", fieldIndent), problem.Message))
	case deploy.ProblemDiffers:
		a.out.Println(st.Row(term.Attention, problem.Kind.Words(), title(problem.ID)+" differs", ""))
		printFields(a.out, problem.Fields)
	default:
		a.out.Print(st.Note("  ", problem.Message))
	}
}

// unaffected are the resources without a problem.
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

func plural(n int, word string) string {
	if n == 1 {
		return "1 " + word
	}
	return fmt.Sprintf("%d %ss", n, word)
}
