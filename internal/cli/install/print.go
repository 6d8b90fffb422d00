package install

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spothandler/spothandler/internal/cli/show"
	"github.com/spothandler/spothandler/internal/cli/term"
	"github.com/spothandler/spothandler/internal/deploy"
	"github.com/spothandler/spothandler/internal/deploy/resource"
)

// printDryRun prints the plan, and what could not be checked.
func (j *installJob) printDryRun(status deploy.Status) {
	show.Plan(j.Out, j.Install)
	if len(j.Taken) > 0 {
		j.printTerraform(j.Out)
	}
	if show.Verdict(j.Changes) == show.Installed {
		j.Out.Printf("\n%s", j.Out.Labeled("settings", " · ", show.Settings(j.Spec)))
	}
	j.Out.Printf("\n%s", j.Out.Line("", show.PlanSummary(j.Changes), j.Out.Unpainted))
	if overlapping := deploy.Overlaps(j.Others, j.Spec); len(overlapping) > 0 {
		j.Out.Print(j.Out.Note("", deploy.OverlapMessage(j.Spec, overlapping)))
	}
	for _, problem := range status.Problems {
		if problem.Code == deploy.ProblemForeign {
			j.printUnfixed("", problem)
		}
	}
	for _, each := range j.NotChecked {
		j.Out.Print(j.Out.Item(term.Quiet, each.String()))
	}
	if len(j.Changes) > 0 {
		show.Hint(j.Out, j.Hints().CommandLineWithout("--dry-run", "--detailed-exitcode"))
	}
}

// notes returns, for Markdown, remarks on the plan or, after an install, the problems that it does not fix.
func (j *installJob) notes(status deploy.Status) []string {
	var notes []string
	if len(j.Taken) > 0 {
		var names []string
		for _, id := range j.Taken {
			names = append(names, id.String())
		}
		notes = append(notes, "taken over: "+strings.Join(names, ", "))
	}
	if j.DryRun {
		if overlapping := deploy.Overlaps(j.Others, j.Spec); len(overlapping) > 0 {
			notes = append(notes, deploy.OverlapMessage(j.Spec, overlapping))
		}
	}
	for _, problem := range status.Problems {
		if problem.Code != deploy.ProblemNoCluster && (!j.DryRun || problem.Code == deploy.ProblemForeign) { // which was a warning
			notes = append(notes, strings.Join(append([]string{problem.Message}, problem.Hints...), "; "))
		}
	}
	return notes
}

// printUnfixed prints a problem that install does not fix, and how to fix it.
func (j *installJob) printUnfixed(indent string, problem deploy.Problem) {
	j.Out.Print(j.Out.Note(indent, problem.Message))
	for _, hint := range problem.Hints {
		show.Hint(j.Out, hint)
	}
}

func (j *installJob) printInstalled(status deploy.Status, took time.Duration) {
	st := j.Out.Style
	if len(j.Changes) == 0 {
		j.Out.Printf("%s %s (%s)\n", st.Glyph(term.OK), st.Green("Nothing to change"+j.RegionSuffix()+": "+deploy.DisplayPrefix(j.Spec.Prefix)+" is up to date."), term.Seconds(took))
	} else {
		j.Out.Printf("\n%s", st.Success(fmt.Sprintf("%s%s: %s in %s. Verified: nothing left to change.", show.Verdict(j.Changes), j.TargetSuffix(), changed(j.Changes), term.Seconds(took))))
		j.Out.Print(st.List("  ", " · ", show.Settings(j.Spec)))
	}
	if j.Spec.RuleState == "ENABLED" && slices.ContainsFunc(j.Changes, changesWhatMatches) {
		j.Out.Print(st.Line("  ", "The rule may take a minute to take effect.", st.Dim))
	}
	for _, problem := range status.Problems { // what install does not fix
		if problem.Code == deploy.ProblemNoCluster { // which was a warning
			continue
		}
		j.printUnfixed("  ", problem)
	}
	for _, each := range slices.Concat(j.NotChecked, j.ClusterCheck.NotChecked) {
		j.Out.Print(st.Item(term.Quiet, each.String()))
	}
	if len(j.Changes) > 0 {
		j.Out.Printf("\n")
		show.Hint(j.Out, "spothandler status"+j.Hints().InstallationFlags(j.Spec.Prefix))
	}
}

// changed describes the changes for the verdict, whose verb already says what was done if all of them are updates.
func changed(changes []resource.Change) string {
	if slices.ContainsFunc(changes, func(change resource.Change) bool { return change.Action != resource.Update }) {
		return show.Counts(changes)
	}
	return term.Plural(len(changes), "resource")
}

// changesWhatMatches reports whether the change affects which events a rule matches, which takes a while to take effect.
func changesWhatMatches(change resource.Change) bool {
	return change.Kind == resource.KindRule && (change.Action == resource.Create ||
		slices.ContainsFunc(change.Fields, func(field resource.Field) bool {
			return field.Path != "description" && !strings.HasPrefix(field.Path, "tags.")
		}))
}
