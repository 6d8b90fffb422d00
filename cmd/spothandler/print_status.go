package main

import (
	"fmt"
	"strings"

	"github.com/spothandler/spothandler/internal/deploy"
)

// printStatuses shows each installation: the verdict first, what is fine counted where something is not.
func (a *app) printStatuses(found []*deploy.Installation, statuses []deploy.Status) {
	for index, status := range statuses {
		if index > 0 {
			fmt.Fprintln(a.out)
		}
		if status.Healthy {
			a.printHealthy(found[index], status)
		} else {
			a.printUnhealthy(status)
		}
	}
}

func (a *app) printVerdict(st style, status deploy.Status, g glyph, verdict string) {
	place := fmt.Sprintf(" · account %s · %s · spothandler %s", status.Account, status.Region, orUnknown(status.Outputs.ModuleVersion))
	fmt.Fprintf(a.out, "%s %s%s\n\n", st.glyph(g), verdict, st.dim(st.plain(place)))
}

func orUnknown(version string) string {
	if version == "" {
		return "of unknown version"
	}
	return version
}

func (a *app) printHealthy(found *deploy.Installation, status deploy.Status) {
	st := a.outStyle()
	a.printVerdict(st, status, glyphOK, st.green(deploy.DisplayPrefix(status.Prefix)+" is healthy"))
	for _, kind := range deploy.Kinds() {
		fmt.Fprintln(a.out, st.row(glyphOK, kind.Words(), title(kind, nameOf(found, kind)), detail(found, kind)))
	}
	for _, warning := range status.Warnings {
		fmt.Fprintf(a.out, "  %s %s\n", st.glyph(glyphAttention), warning)
	}
	if status.UpgradeAvailable {
		fmt.Fprintf(a.out, "\n  %s upgrade available: this is spothandler %s\n", st.glyph(glyphAttention), binaryVersion())
		fmt.Fprintf(a.out, "  %s spothandler upgrade%s\n", st.glyph(glyphNext), a.scope(status.Prefix))
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
		return fmt.Sprintf("%s · %d MB · %ds", s.Function.Architecture, s.Function.MemorySize, s.Function.Timeout)
	case deploy.KindRule:
		return s.Rule.State
	}
	return ""
}

func (a *app) printUnhealthy(status deploy.Status) {
	st := a.outStyle()
	verdict := " differs"
	if missesInterruptions(status) {
		verdict = " misses interruptions"
	}
	a.printVerdict(st, status, glyphFailed, st.red(deploy.DisplayPrefix(status.Prefix)+verdict))
	for _, problem := range status.Problems {
		a.printProblem(st, problem)
	}
	if left := fine(status); len(left) > 0 {
		fmt.Fprintf(a.out, "  %s%s%d as asked: %s\n", st.glyph(glyphOK), st.gap(glyphOK), len(left), strings.Join(left, ", "))
	}
	for _, warning := range status.Warnings {
		fmt.Fprintf(a.out, "  %s%s%s\n", st.glyph(glyphAttention), st.gap(glyphAttention), warning)
	}
	arrow := " An arrow points to what install would set."
	if len(status.Changes) == 0 {
		arrow = ""
	}
	fmt.Fprintf(a.out, "\n%s.%s\n", plural(len(status.Problems), "problem"), arrow)
	if len(status.Changes) > 0 {
		fmt.Fprintf(a.out, "  %s spothandler install%s --dry-run\n", st.glyph(glyphNext), a.scope(status.Prefix))
	}
}

// missesInterruptions says that something on the way from the event to the redeployment is not there.
func missesInterruptions(status deploy.Status) bool {
	for _, problem := range status.Problems {
		switch problem.Code {
		case deploy.ProblemMissing:
			return problem.Resource != deploy.KindLogGroup
		case deploy.ProblemConcurrencyZero, deploy.ProblemNotOurs, deploy.ProblemBroken:
			return true
		}
		for _, field := range problem.Fields {
			if field.Path == "state" || strings.HasPrefix(field.Path, "detail.") || field.Path == "reserved_concurrency" && field.Old == "0" {
				return true
			}
		}
	}
	return false
}

func (a *app) printProblem(st style, problem deploy.Problem) {
	switch problem.Code {
	case deploy.ProblemMissing:
		name := "missing: " + title(problem.Resource, problem.Name)
		if problem.Resource == deploy.KindPermission {
			name = "missing: EventBridge may not invoke the function"
		}
		fmt.Fprintln(a.out, st.row(glyphFailed, problem.Resource.Words(), name, ""))
	case deploy.ProblemBroken:
		fmt.Fprintln(a.out, st.row(glyphFailed, problem.Resource.Words(), problem.Name, ""))
		fmt.Fprintf(a.out, "%s%s\n", pad("", fieldIndent), problem.Message)
	case deploy.ProblemDiffers:
		fmt.Fprintln(a.out, st.row(glyphAttention, problem.Resource.Words(), title(problem.Resource, problem.Name)+" differs", ""))
		printFields(a.out, st, problem.Fields)
	default:
		fmt.Fprintf(a.out, "  %s%s%s\n", st.glyph(glyphAttention), st.gap(glyphAttention), st.plain(problem.Message))
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
