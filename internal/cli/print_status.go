package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spothandler/spothandler/internal/cli/term"
	"github.com/spothandler/spothandler/internal/deploy"
)

// printStatuses shows each installation: the verdict first, what is fine counted where something is not.
func (a *app) printStatuses(found []*deploy.Installation, statuses []deploy.Status) {
	for index, status := range statuses {
		if index > 0 {
			a.out.Printf("\n")
		}
		if status.Healthy {
			a.printHealthy(found[index], status)
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

func (a *app) printHealthy(found *deploy.Installation, status deploy.Status) {
	st := a.out.Style
	a.printVerdict(st, status, term.OK, " is healthy", st.Green)
	for _, kind := range deploy.Kinds() {
		a.out.Println(st.Row(term.OK, kind.Words(), title(kind, nameOf(found, kind)), detail(found, kind)))
	}
	for _, warning := range slices.Concat(status.Warnings, status.Reminders) {
		a.out.Print(st.Note("  ", warning))
	}
	if status.UpgradeAvailable {
		a.out.Printf("\n%s", st.Note("  ", "upgrade available: this is spothandler "+binaryVersion()))
		hint(a.out, "spothandler upgrade"+a.scope(status.Prefix))
	}
}

func nameOf(found *deploy.Installation, kind deploy.Kind) string {
	return map[deploy.Kind]string{
		deploy.KindRole: found.Names.Role, deploy.KindLogGroup: found.Names.LogGroup,
		deploy.KindFunction: found.Names.Function, deploy.KindRule: found.Names.Rule,
	}[kind]
}

// detail is what a healthy resource says of itself.
func detail(found *deploy.Installation, kind deploy.Kind) string {
	s := found.State
	switch kind {
	case deploy.KindLogGroup:
		return days(s.LogGroup.RetentionDays)
	case deploy.KindFunction:
		text := fmt.Sprintf("%s · %d MB · %ds", s.Function.Architecture, s.Function.MemorySize, s.Function.Timeout)
		if len(s.Function.Network.Subnets) > 0 {
			text += " · VPC"
		}
		return text
	case deploy.KindRule:
		return s.Rule.State
	}
	return ""
}

func (a *app) printUnhealthy(status deploy.Status) {
	st := a.out.Style
	a.printVerdict(st, status, term.Failed, verdict(status), st.Red)
	for _, problem := range status.Problems {
		a.printProblem(st, problem)
	}
	if left := fine(status); len(left) > 0 {
		a.out.Print(st.Item(term.OK, fmt.Sprintf("%d as asked: %s", len(left), strings.Join(left, ", "))))
	}
	for _, warning := range slices.Concat(status.Warnings, status.Reminders) {
		a.out.Print(st.Note("  ", warning))
	}
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
	case slices.ContainsFunc(status.Problems, missesInterruptions):
		return " misses interruptions"
	case len(status.Changes) == 0: // only a person can mend it
		return " needs attention"
	}
	return " differs"
}

// missesInterruptions says that something on the way from the event to the redeployment is not there, or
// leads elsewhere. Without its log group the function works, unseen.
func missesInterruptions(problem deploy.Problem) bool {
	switch problem.Code {
	case deploy.ProblemMissing, deploy.ProblemNotOurs:
		return problem.Resource != deploy.KindLogGroup
	case deploy.ProblemConcurrencyZero, deploy.ProblemBroken:
		return true
	}
	return slices.ContainsFunc(problem.Fields, func(field deploy.Field) bool { return onTheWay(problem.Resource, field) })
}

// onTheWay says whether a difference of this field keeps interruptions from being answered.
func onTheWay(kind deploy.Kind, field deploy.Field) bool {
	name, _, _ := strings.Cut(field.Path, ".")
	switch kind {
	case deploy.KindRole:
		return name == "policy" || name == "trust_policy"
	case deploy.KindFunction:
		return slices.Contains([]string{"state", "code", "runtime", "handler", "architecture", "role"}, name) ||
			name == "reserved_concurrency" && field.Old == "0" || field.Path == "environment" // as a whole: no key decrypts it
	case deploy.KindRule:
		return name != "tags" && name != "description"
	case deploy.KindTarget:
		return name == "function" || name == "other"
	}
	return kind == deploy.KindPermission
}

func (a *app) printProblem(st term.Style, problem deploy.Problem) {
	switch problem.Code {
	case deploy.ProblemMissing:
		name := "missing: " + title(problem.Resource, problem.Name)
		if problem.Resource == deploy.KindPermission {
			name = "missing: EventBridge may not invoke the function"
		}
		a.out.Println(st.Row(term.Failed, problem.Resource.Words(), name, ""))
	case deploy.ProblemBroken:
		a.out.Println(st.Row(term.Failed, problem.Resource.Words(), problem.Name, ""))
		a.out.Print(st.Paragraph(term.Pad("", fieldIndent), problem.Message))
	case deploy.ProblemDiffers:
		a.out.Println(st.Row(term.Attention, problem.Resource.Words(), title(problem.Resource, problem.Name)+" differs", ""))
		printFields(a.out, problem.Fields)
	default:
		a.out.Print(st.Note("  ", problem.Message))
	}
}

// fine are the resources without a problem.
func fine(status deploy.Status) []string {
	bad := map[deploy.Kind]bool{}
	for _, problem := range status.Problems {
		bad[problem.Resource] = true
	}
	var left []string
	for _, kind := range deploy.Kinds() {
		if !bad[kind] {
			left = append(left, kind.Words())
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
