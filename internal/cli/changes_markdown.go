package cli

import (
	"slices"
	"strings"

	"github.com/spothandler/spothandler/internal/cli/term"
	"github.com/spothandler/spothandler/internal/deploy"
)

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
