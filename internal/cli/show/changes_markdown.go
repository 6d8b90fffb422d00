package show

import (
	"slices"
	"strings"

	"github.com/spothandler/spothandler/internal/cli/term"
	"github.com/spothandler/spothandler/internal/deploy/resource"
)

// ChangesMarkdown prints planned or applied changes as a table.
func ChangesMarkdown(out *term.Printer, changes []resource.Change, applied bool) {
	if !applied || len(changes) == 0 {
		out.Printf("**%s**\n", PlanSummary(changes))
	} else {
		out.Printf("**Done: %s.**\n", Counts(changes))
	}
	if len(changes) == 0 {
		return
	}
	out.Printf("\n| change | resource | name | details |\n|---|---|---|---|\n")
	for _, change := range changes {
		action, details := string(change.Action), DetailsOf(shownFields(change))
		switch {
		case PastTense(change) == kept:
			action, details = "keep", []string{"with its logs"}
		case change.Action == resource.Delete:
			details = nil
			if change.Kind == resource.KindLogGroup {
				details = []string{"with all its logs"}
			}
		}
		out.Printf("| %s | %s | %s | ", action, change.Kind.Words(), TitleInMarkdown(change.ID))
		DetailsMarkdown(out, details)
		out.Printf(" |\n")
	}
}

// TitleInMarkdown returns Title as Markdown: a name as code, a description as text.
func TitleInMarkdown(id resource.ID) string {
	if text := Title(id); text != id.Name {
		return InMarkdown(text)
	}
	return InCode(id.Name)
}

// DetailsMarkdown prints details in a table cell, each on its own line.
func DetailsMarkdown(out *term.Printer, details []string) {
	for index, detail := range details {
		if index > 0 {
			out.Printf("<br>")
		}
		out.Printf("%s", detail)
	}
}

// DetailsOf returns the differences that Fields prints as Markdown.
func DetailsOf(fields []resource.Field) []string {
	shown, recorded := differences(fields)
	var lines []string
	if len(recorded) > 0 {
		lines = append(lines, InMarkdown(recordLabel+strings.Join(recorded, ", ")))
	}
	for _, each := range shown {
		lines = append(lines, InMarkdown(each.Label)+": "+changeOf(each))
	}
	return lines
}

func changeOf(d term.Difference) string {
	if len(d.Less)+len(d.More) == 0 {
		return InCode(d.Old) + " → " + InCode(d.New)
	}
	var parts []string
	for _, each := range d.Less {
		parts = append(parts, "− "+InCode(each))
	}
	for _, each := range d.More {
		parts = append(parts, "+ "+InCode(each))
	}
	return strings.Join(parts, ", ")
}

// NotesMarkdown prints notes, followed by what was not checked, as a list.
func NotesMarkdown(out *term.Printer, notes []string, notChecked []resource.NotChecked) {
	for _, each := range notChecked {
		notes = append(slices.Clip(notes), each.String())
	}
	for index, note := range notes {
		if index == 0 {
			out.Printf("\n")
		}
		out.Printf("- %s\n", InMarkdown(note))
	}
}
