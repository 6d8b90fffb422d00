package cli

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/spothandler/spothandler/internal/deploy"
)

// printDryRun shows the plan and what was not done.
func (j *installJob) printDryRun(others []deploy.Listed) error {
	if err := j.showDryRun(others); err != nil {
		return err
	}
	if j.detailed && len(j.changes) > 0 {
		return errDiffers
	}
	return nil
}

func (j *installJob) showDryRun(others []deploy.Listed) error {
	if j.json() {
		status, err := deploy.Assess(j.found, j.release, others)
		if err != nil {
			return err
		}
		return j.printJSON(installAnswer{status, nonNil(j.changes), false})
	}
	st := j.outStyle()
	j.printPlan(j.out, st, j.changes)
	if len(j.taken) > 0 {
		j.printForget()
	}
	fmt.Fprintf(j.out, "\n%s\n", planSummary(j.changes))
	for _, message := range deploy.Overlaps(others, j.spec) {
		fmt.Fprint(j.out, st.note("", " ", message))
	}
	if len(j.changes) > 0 {
		fmt.Fprintf(j.out, "  %s %s\n", st.glyph(glyphNext), j.without("--dry-run", "--detailed-exitcode"))
	}
	return nil
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
func (a *app) printPlan(out io.Writer, st style, changes []deploy.Change) {
	for _, change := range changes {
		fmt.Fprintln(out, st.row(actionGlyph(change.Action), change.Resource.Words(), title(change.Resource, change.Name), ""))
		printFields(out, st, told(change))
	}
	if left := untouched(changes); len(left) > 0 {
		fmt.Fprintf(out, "  %s%s%d unchanged: %s\n", st.glyph(glyphQuiet), st.gap(glyphQuiet), len(left), strings.Join(left, ", "))
	}
}

// told are the differences that a plan shows: of what is made anew only what goes for it, as another's target does.
func told(change deploy.Change) []deploy.Field {
	if change.Action != deploy.Create {
		return change.Fields
	}
	return slices.DeleteFunc(slices.Clone(change.Fields), func(field deploy.Field) bool { return field.Old == "" })
}

func actionGlyph(action deploy.Action) glyph {
	return map[deploy.Action]glyph{deploy.Create: glyphAdd, deploy.Update: glyphChange, deploy.Delete: glyphRemove}[action]
}

func untouched(changes []deploy.Change) []string {
	var left []string
	for _, kind := range deploy.Kinds() {
		if !touches(changes, kind) {
			left = append(left, kind.Words())
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
func printFields(out io.Writer, st style, fields []deploy.Field) {
	var recorded []string
	width := 0
	fields = withoutLostRecord(fields)
	for _, field := range fields {
		if name, ok := strings.CutPrefix(field.Path, "record."); ok {
			recorded = append(recorded, strings.ReplaceAll(name, "spothandler", "version"))
			continue
		}
		if length := utf8.RuneCountInString(label(field.Path)); length <= longestLabel {
			width = max(width, length)
		}
	}
	indent := strings.Repeat(" ", fieldIndent)
	if len(recorded) > 0 {
		width = max(width, len("recorded"))
		slices.Sort(recorded)
		fmt.Fprintf(out, "%s%s  %s\n", indent, pad("recorded", width), st.shorten(strings.Join(slices.Compact(recorded), ", "), st.width-fieldIndent-width-2))
	}
	for _, field := range fields {
		if !strings.HasPrefix(field.Path, "record.") {
			printField(out, st, field, width)
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

func printField(out io.Writer, st style, field deploy.Field, width int) {
	indent := strings.Repeat(" ", fieldIndent)
	room := st.width - fieldIndent - width - 2
	before, after := shown(field.Path, field.Old), shown(field.Path, field.New)
	if field.Path == "tags."+deploy.TagPrefix && field.New == "" {
		after = `""` // the tag of an installation without a prefix
	}
	arrow := st.glyph(glyphArrow)
	if utf8.RuneCountInString(before)+utf8.RuneCountInString(after)+4 <= room {
		fmt.Fprintf(out, "%s%s  %s %s %s\n", indent, pad(label(field.Path), width), before, arrow, after)
		return
	}
	if utf8.RuneCountInString(label(field.Path)) > longestLabel { // the values below it, a little to the right
		fmt.Fprintf(out, "%s%s\n", indent, label(field.Path))
		width, room = 2, st.width-fieldIndent-4
		fmt.Fprintf(out, "%s%s  %s\n", indent, pad("", width), st.shorten(before, room))
	} else {
		fmt.Fprintf(out, "%s%s  %s\n", indent, pad(label(field.Path), width), st.shorten(before, room))
	}
	fmt.Fprintf(out, "%s%s%s %s\n", indent, strings.Repeat(" ", width), arrow, st.shorten(after, room))
}

// label is a field's path in words.
func label(path string) string {
	for _, verbatim := range []string{"tags.", "environment.", "detail.", "policy.", "trust_policy."} {
		if strings.HasPrefix(path, verbatim) {
			return path
		}
	}
	return strings.ReplaceAll(path, "_", " ")
}

// shown is a value with its unit.
func shown(path, value string) string {
	switch {
	case value == "" && path == "state": // nothing is wrong with the function
		return "Active"
	case value == "":
		return "(none)"
	}
	switch path {
	case "memory_size":
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
