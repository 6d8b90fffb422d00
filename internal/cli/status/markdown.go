package status

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spothandler/spothandler/internal/cli/show"
	"github.com/spothandler/spothandler/internal/cli/term"
	"github.com/spothandler/spothandler/internal/deploy"
	"github.com/spothandler/spothandler/internal/deploy/resource"
)

// PrintMarkdown prints a table of the installations, and the problems of each.
func (s Output) PrintMarkdown(out *term.Printer) {
	out.Printf("### spothandler status\n\n")
	if len(s.Installations) == 0 && len(s.Errors) == 0 {
		out.Printf("Nothing is installed.\n")
	}
	if len(s.Installations) > 0 {
		out.Printf("| installation | Region | account | verdict | version |\n|---|---|---|---|---|\n")
	}
	for _, each := range s.Installations {
		verdict := verdictText(each)
		if each.UpgradeAvailable {
			verdict += ", upgrade available"
		}
		out.Printf("| %s | %s | %s | %s | %s |\n", show.InMarkdown(s.nameOf(each)), each.Region, each.Account, verdict, show.InMarkdown(orUnknown(each.Outputs.ModuleVersion)))
	}
	for _, each := range s.Installations {
		s.printFound(out, each)
	}
	for _, each := range s.Errors {
		where := slices.DeleteFunc([]string{each.Name, each.Region}, func(part string) bool { return part == "" })
		out.Printf("\n#### %s\n\n", show.InMarkdown(strings.Join(where, " in ")))
		each.Error.PrintMarkdown(out)
	}
	show.NotesMarkdown(out, nil, s.NotChecked)
}

// nameOf returns the name of an installation: its name in the configuration file, if it has one, and its prefix.
func (s Output) nameOf(status deploy.Status) string {
	name := deploy.DisplayPrefix(status.Prefix)
	if of := s.origins[originOf(status)]; of != nil {
		name = of.Name + ", " + name
	}
	return name
}

// printFound prints the problems of an installation, and remarks on it.
func (s Output) printFound(out *term.Printer, status deploy.Status) {
	notes := slices.Concat(status.Warnings, status.Reminders)
	if len(status.Problems)+len(notes)+len(status.NotChecked) == 0 {
		return
	}
	out.Printf("\n#### %s in %s\n", show.InMarkdown(s.nameOf(status)), status.Region)
	if len(status.Problems) > 0 {
		out.Printf("\n| resource | problem | details |\n|---|---|---|\n")
	}
	for _, problem := range status.Problems {
		about := ""
		if problem.ID != (resource.ID{}) {
			about = fmt.Sprintf("%s %s", problem.Kind.Words(), show.TitleInMarkdown(problem.ID))
		}
		details := show.DetailsOf(problem.Fields)
		if len(details) == 0 {
			details = []string{show.InMarkdown(problem.Message)}
		}
		for _, hint := range problem.Hints {
			details = append(details, show.InMarkdown(hint))
		}
		out.Printf("| %s | %s | ", about, strings.ReplaceAll(problem.Code, "_", " "))
		show.DetailsMarkdown(out, details)
		out.Printf(" |\n")
	}
	show.NotesMarkdown(out, notes, status.NotChecked)
}
