package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spothandler/spothandler/internal/cli/term"
	"github.com/spothandler/spothandler/internal/deploy"
)

// printDryRun shows the plan and what was not done.
func (j *installJob) printDryRun() {
	j.printPlan(j.out, j.Install)
	if len(j.Taken) > 0 {
		j.printForget()
	}
	j.out.Printf("\n%s\n", planSummary(j.Changes))
	if overlapping := deploy.Overlaps(j.Others, j.Spec); len(overlapping) > 0 {
		j.out.Print(j.out.Note("", deploy.OverlapMessage(overlapping)))
	}
	for _, each := range j.NotChecked {
		j.out.Print(j.out.Item(term.Quiet, each.String()))
	}
	if len(j.Changes) > 0 {
		hint(j.out, j.without("--dry-run", "--detailed-exitcode"))
	}
}

func planSummary(changes []deploy.Change) string {
	if len(changes) == 0 {
		return "Nothing to change."
	}
	n := map[deploy.Action]int{}
	for _, change := range changes {
		n[change.Action]++
	}
	return fmt.Sprintf("Plan: %d to create, %d to update, %d to delete. Nothing was changed.", n[deploy.Create], n[deploy.Update], n[deploy.Delete])
}

// printPlan shows each change with its differences, and counts what stays.
func (a *app) printPlan(out *term.Printer, plan *deploy.Install) {
	for _, change := range plan.Changes {
		out.Println(out.Row(actionGlyph(change.Action), change.Kind.Words(), title(change.ID), ""))
		printFields(out, told(change))
	}
	if left := untouched(plan); len(left) > 0 {
		out.Print(out.Item(term.Quiet, fmt.Sprintf("%d unchanged: %s", len(left), strings.Join(left, ", "))))
	}
}

// told are the differences that a plan shows: of what is made anew only what goes for it, as another's target does.
func told(change deploy.Change) []deploy.Field {
	if change.Action != deploy.Create {
		return change.Fields
	}
	return slices.DeleteFunc(slices.Clone(change.Fields), func(field deploy.Field) bool { return field.Old == "" })
}

func actionGlyph(action deploy.Action) term.Glyph {
	return map[deploy.Action]term.Glyph{deploy.Create: term.Add, deploy.Update: term.Change, deploy.Delete: term.Remove}[action]
}

// untouched are the resources that a plan leaves as they are.
func untouched(plan *deploy.Install) []string {
	var left []string
	for _, id := range plan.Want.IDs() {
		if !slices.ContainsFunc(plan.Changes, func(change deploy.Change) bool { return change.ID == id }) {
			left = append(left, id.Kind.Words())
		}
	}
	return left
}

const (
	fieldIndent  = 6
	longestLabel = 24 // a longer one has a line of its own
)

// printFields shows differences as "label  old → new", in two lines where one is too narrow. What the
// record says is told in one line: each of its values is a field of another resource.
func printFields(out *term.Printer, fields []deploy.Field) {
	var recorded []string
	width := 0
	fields = withoutLostRecord(fields)
	for _, field := range fields {
		if name, ok := strings.CutPrefix(field.Path, "record."); ok {
			recorded = append(recorded, strings.ReplaceAll(name, "spothandler", "version"))
			continue
		}
		if length := term.Width(deploy.Label(field.Path)); length <= longestLabel {
			width = max(width, length)
		}
	}
	indent := strings.Repeat(" ", fieldIndent)
	if len(recorded) > 0 {
		width = max(width, len("recorded"))
		slices.Sort(recorded)
		out.Printf("%s%s  %s\n", indent, term.Pad("recorded", width), out.Shorten(strings.Join(slices.Compact(recorded), ", "), out.Width-fieldIndent-width-2))
	}
	for _, field := range fields {
		if !strings.HasPrefix(field.Path, "record.") {
			printField(out, field, width)
		}
	}
}

// withoutLostRecord tells a record that a hand overwrote in one line: every setting of it would be new.
func withoutLostRecord(fields []deploy.Field) []deploy.Field {
	at := slices.IndexFunc(fields, func(field deploy.Field) bool { return field.Path == "record" })
	if at < 0 {
		return fields
	}
	old := fields[at].Old
	rest := slices.DeleteFunc(slices.Clone(fields), func(field deploy.Field) bool {
		return field.Path == "record" || strings.HasPrefix(field.Path, "record.")
	})
	return append([]deploy.Field{{Path: "description", Old: old, New: "the record of the settings"}}, rest...)
}

func printField(out *term.Printer, field deploy.Field, width int) {
	indent := strings.Repeat(" ", fieldIndent)
	room := out.Width - fieldIndent - width - 2
	before, after := valueWords(field.Path, field.Old), valueWords(field.Path, field.New)
	if field.Path == "tags."+deploy.TagPrefix && field.New == "" {
		after = `""` // the tag of an installation without a prefix
	}
	arrow := out.Glyph(term.Arrow)
	if term.Width(before)+term.Width(after)+4 <= room {
		out.Printf("%s%s  %s %s %s\n", indent, term.Pad(deploy.Label(field.Path), width), before, arrow, after)
		return
	}
	if term.Width(deploy.Label(field.Path)) > longestLabel { // the values below it, a little to the right
		out.Printf("%s%s\n", indent, deploy.Label(field.Path))
		width, room = 2, out.Width-fieldIndent-4
		out.Printf("%s%s  %s\n", indent, term.Pad("", width), out.Shorten(before, room))
	} else {
		out.Printf("%s%s  %s\n", indent, term.Pad(deploy.Label(field.Path), width), out.Shorten(before, room))
	}
	out.Printf("%s%s%s %s\n", indent, strings.Repeat(" ", width), arrow, out.Shorten(after, room))
}

// valueWords is a value with its unit.
func valueWords(path, value string) string {
	switch {
	case value == "" && path == "state": // nothing is wrong with the function
		return "Active"
	case value == "":
		return "(none)"
	}
	switch path {
	case "memory_size", "ephemeral_storage":
		return value + " MB"
	case "timeout", "max_event_age", "async.max_event_age":
		return value + "s"
	case "retention_days":
		if value == "0" {
			return "never expire"
		}
		return value + " days"
	case "reserved_concurrency":
		if value == "-1" {
			return "unreserved"
		}
	case "code":
		return value[:min(8, len(value))]
	}
	return value
}
