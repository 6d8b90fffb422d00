package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spothandler/spothandler/internal/cli/term"
	"github.com/spothandler/spothandler/internal/deploy"
)

// This file is the answers of install, upgrade, uninstall and status in Markdown, for a comment on a pull request or a
// job's summary.

// inMarkdownToo is an answer that can be shown in Markdown.
type inMarkdownToo interface {
	printMarkdown(out *term.Printer)
}

func (e errorAnswer) printMarkdown(out *term.Printer) {
	out.Printf("### spothandler failed\n\n")
	e.Error.printMarkdown(out)
}

func (e errorBody) printMarkdown(out *term.Printer) {
	out.Printf("**%s** (%s)\n", inMarkdown(e.Message), inCode(e.Code))
	for _, line := range e.Detail {
		out.Printf("\n%s\n", inMarkdown(line))
	}
	if len(e.Hints) > 0 {
		out.Printf("\n")
		printHints(out, e.Hints)
	}
}

func (r results) printMarkdown(out *term.Printer) {
	if len(r.Results) == 0 {
		out.Printf("### spothandler\n\nNo installation was found.\n")
	}
	for index, each := range r.Results {
		if index > 0 {
			out.Printf("\n")
		}
		if known, ok := each.(inMarkdownToo); ok {
			known.printMarkdown(out)
		}
	}
}

func (f failedResult) printMarkdown(out *term.Printer) {
	f.place.printMarkdown(out)
	f.Error.printMarkdown(out)
}

// printMarkdown is the heading of what was done, or failed, there.
func (p place) printMarkdown(out *term.Printer) {
	title := deploy.DisplayPrefix(p.Prefix)
	if p.Name != "" {
		title = p.Name + ", " + title
	}
	out.Printf("### spothandler: %s in %s", inMarkdown(title), inMarkdown(p.Region))
	if p.Account != "" {
		out.Printf(" of account %s", inMarkdown(p.Account))
	}
	out.Printf("\n\n")
}

// installResult is install's answer at one of several targets.
type installResult struct {
	place
	installAnswer
}

func (i installResult) printMarkdown(out *term.Printer) {
	i.place.printMarkdown(out)
	i.printBody(out)
}

func (i installAnswer) printMarkdown(out *term.Printer) {
	place{Prefix: i.Installation.Prefix, Region: i.Installation.Region, Account: i.Installation.Account}.printMarkdown(out)
	i.printBody(out)
}

func (i installAnswer) printBody(out *term.Printer) {
	printChanges(out, i.Changes, i.Applied)
	if done(i.Changes) == installed {
		out.Printf("\nSettings: %s\n", inMarkdown(strings.Join(summary(i.Installation.Spec), " · ")))
	}
	printNotes(out, slices.Concat(i.Installation.Warnings, i.notes), i.Installation.NotChecked)
}

// uninstallResult is uninstall's answer at one of several targets.
type uninstallResult struct {
	place
	uninstallAnswer
}

func (u uninstallResult) printMarkdown(out *term.Printer) {
	u.place.printMarkdown(out)
	u.printBody(out)
}

func (u uninstallAnswer) printMarkdown(out *term.Printer) {
	u.where.printMarkdown(out)
	u.printBody(out)
}

func (u uninstallAnswer) printBody(out *term.Printer) {
	printChanges(out, u.Changes, u.Applied)
	printNotes(out, u.Warnings, nil)
}

// printChanges shows a plan, or what was done, as a table.
func printChanges(out *term.Printer, changes []deploy.Change, applied bool) {
	if !applied || len(changes) == 0 {
		out.Printf("**%s**\n", planSummary(changes))
	} else {
		out.Printf("**Done: %s.**\n", counts(changes))
	}
	if len(changes) == 0 {
		return
	}
	out.Printf("\n| change | resource | name | details |\n|---|---|---|---|\n")
	for _, change := range changes {
		action, details := string(change.Action), detailsOf(shownFields(change))
		switch {
		case pastOf(change) == kept:
			action, details = "keep", []string{"with its logs"}
		case change.Action == deploy.Delete:
			details = nil
			if change.Kind == deploy.KindLogGroup {
				details = []string{"with all its logs"}
			}
		}
		out.Printf("| %s | %s | %s | ", action, change.Kind.Words(), titleInMarkdown(change.ID))
		printDetails(out, details)
		out.Printf(" |\n")
	}
}

// titleInMarkdown is a name as code, or words.
func titleInMarkdown(id deploy.ID) string {
	if text := title(id); text != id.Name {
		return inMarkdown(text)
	}
	return inCode(id.Name)
}

// printDetails fills a cell, each detail in a line of its own.
func printDetails(out *term.Printer, details []string) {
	for index, detail := range details {
		if index > 0 {
			out.Printf("<br>")
		}
		out.Printf("%s", detail)
	}
}

// detailsOf are differences in Markdown, as printFields shows them on a terminal.
func detailsOf(fields []deploy.Field) []string {
	shown, recorded := differences(fields)
	var lines []string
	if len(recorded) > 0 {
		lines = append(lines, inMarkdown("recorded settings: "+strings.Join(recorded, ", ")))
	}
	for _, each := range shown {
		lines = append(lines, inMarkdown(each.Label)+": "+changeOf(each))
	}
	return lines
}

func changeOf(d term.Difference) string {
	if len(d.Less)+len(d.More) == 0 {
		return inCode(d.Old) + " → " + inCode(d.New)
	}
	var parts []string
	for _, each := range d.Less {
		parts = append(parts, "− "+inCode(each))
	}
	for _, each := range d.More {
		parts = append(parts, "+ "+inCode(each))
	}
	return strings.Join(parts, ", ")
}

// printNotes lists what is to be known beside the changes.
func printNotes(out *term.Printer, notes []string, notChecked []deploy.NotChecked) {
	for _, each := range notChecked {
		notes = append(slices.Clip(notes), each.String())
	}
	for index, note := range notes {
		if index == 0 {
			out.Printf("\n")
		}
		out.Printf("- %s\n", inMarkdown(note))
	}
}

func (s statusAnswer) printMarkdown(out *term.Printer) {
	out.Printf("### spothandler status\n\n")
	if len(s.Installations) == 0 && len(s.Errors) == 0 {
		out.Printf("Nothing is installed.\n")
	}
	if len(s.Installations) > 0 {
		out.Printf("| installation | Region | account | verdict | version |\n|---|---|---|---|---|\n")
	}
	for _, each := range s.Installations {
		verdict := inWords(each.Verdict)
		if each.UpgradeAvailable {
			verdict += ", upgrade available"
		}
		out.Printf("| %s | %s | %s | %s | %s |\n", inMarkdown(s.nameOf(each)), each.Region, each.Account, verdict, inMarkdown(orUnknown(each.Outputs.ModuleVersion)))
	}
	for _, each := range s.Installations {
		s.printFound(out, each)
	}
	for _, each := range s.Errors {
		where := slices.DeleteFunc([]string{each.Name, each.Region}, func(part string) bool { return part == "" })
		out.Printf("\n#### %s\n\n", inMarkdown(strings.Join(where, " in ")))
		each.Error.printMarkdown(out)
	}
	printNotes(out, nil, s.NotChecked)
}

// nameOf is what an installation is called, by its name in the file and by its prefix.
func (s statusAnswer) nameOf(status deploy.Status) string {
	name := deploy.DisplayPrefix(status.Prefix)
	if of := s.origins[originOf(status)]; of != nil {
		name = of.Name + ", " + name
	}
	return name
}

// printFound shows what is wrong with an installation, and what is to be known of it.
func (s statusAnswer) printFound(out *term.Printer, status deploy.Status) {
	notes := slices.Concat(status.Warnings, status.Reminders)
	if len(status.Problems)+len(notes)+len(status.NotChecked) == 0 {
		return
	}
	out.Printf("\n#### %s in %s\n", inMarkdown(s.nameOf(status)), status.Region)
	if len(status.Problems) > 0 {
		out.Printf("\n| resource | problem | details |\n|---|---|---|\n")
	}
	for _, problem := range status.Problems {
		resource := ""
		if problem.ID != (deploy.ID{}) {
			resource = fmt.Sprintf("%s %s", problem.Kind.Words(), titleInMarkdown(problem.ID))
		}
		details := detailsOf(problem.Fields)
		if len(details) == 0 {
			details = []string{inMarkdown(problem.Message)}
		}
		out.Printf("| %s | %s | ", resource, strings.ReplaceAll(problem.Code, "_", " "))
		printDetails(out, details)
		out.Printf(" |\n")
	}
	printNotes(out, notes, status.NotChecked)
}
