package show

import (
	"regexp"
	"slices"
	"strings"

	"github.com/spothandler/spothandler/internal/cli/term"
	"github.com/spothandler/spothandler/internal/deploy/resource"
)

// duplicatesPath is the field of what an update removes because it does the same and is not ours.
const duplicatesPath = "duplicates"

// FieldIndent is in front of each line of Fields.
const FieldIndent = "      "

// Fields prints differences as "label  old → new". Those of the record are named in one line, since each of its values
// is a field of another resource. A policy statement that is added or removed is printed as a whole.
func Fields(out *term.Printer, fields []resource.Field) {
	shown, recorded := differences(fields)
	if len(recorded) > 0 {
		out.Print(out.Paragraph(FieldIndent, "recorded settings: "+strings.Join(recorded, ", ")))
	}
	out.Print(out.Differences(FieldIndent, shown))
}

// differences are fields as they are shown, and the names of the recorded settings among them.
func differences(fields []resource.Field) (shown []term.Difference, recorded []string) {
	fields = withoutLostRecord(fields)
	statements := statementsOf(fields)
	for _, field := range fields {
		name, isRecord := strings.CutPrefix(field.Path, "record.")
		title, _ := statementPart(field.Path)
		switch {
		case isRecord:
			recorded = append(recorded, strings.ReplaceAll(name, "spothandler", "version"))
		case title == "":
			shown = append(shown, difference(resource.Label(field.Path), field))
		case statements[title] != nil:
			shown = append(shown, statements[title]...)
			delete(statements, title) // printed where its first field is
		}
	}
	slices.Sort(recorded)
	return shown, slices.Compact(recorded)
}

// withoutLostRecord reduces the differences of a record that was overwritten to one: every setting of it would be new.
// It also omits the version of a policy that is added or removed.
func withoutLostRecord(fields []resource.Field) []resource.Field {
	at := slices.IndexFunc(fields, func(field resource.Field) bool { return field.Path == "record" })
	rest := slices.DeleteFunc(slices.Clone(fields), func(field resource.Field) bool {
		grammar := strings.HasSuffix(field.Path, "policy.Version") && (field.Old == "" || field.New == "")
		return grammar || at >= 0 && (field.Path == "record" || strings.HasPrefix(field.Path, "record."))
	})
	if at < 0 {
		return rest
	}
	return append([]resource.Field{{Path: "description", Old: fields[at].Old, New: "the record of the settings"}}, rest...)
}

// difference is a field as it is shown; where its values are lists, with what goes and what comes.
func difference(label string, field resource.Field) term.Difference {
	d := term.Difference{Label: label, Old: valueWords(field.Path, field.Old), New: valueWords(field.Path, field.New)}
	if field.Path == duplicatesPath {
		return term.Difference{Label: label, Less: strings.Split(field.Old, ", ")}
	}
	if field.Path == "tags."+resource.TagPrefix && field.New == "" {
		d.New = `""` // the tag of an installation without a prefix
	}
	before, after := elements(field.Old), elements(field.New)
	if len(before) != 1 || len(after) != 1 {
		d.Less, d.More = without(before, after), without(after, before)
	}
	return d
}

// elements are those of a list, as a policy or a pattern has it; a list of one stands there without brackets.
func elements(value string) []string {
	inner, begins := strings.CutPrefix(value, "[")
	inner, ends := strings.CutSuffix(inner, "]")
	switch {
	case begins && ends:
		return strings.Split(inner, ", ")
	case value == "":
		return nil
	}
	return []string{value}
}

func without(list, gone []string) []string {
	return slices.DeleteFunc(slices.Clone(list), func(element string) bool { return slices.Contains(gone, element) })
}

// statementPart splits the path of a part of a policy's statement: what the statement is called, and which part
// it is. It returns "" for other paths.
func statementPart(path string) (title, part string) {
	found := regexp.MustCompile(`^(policy|trust_policy)\.Statement(?:\[([^\]]*)\])?\.(.+)$`).FindStringSubmatch(path)
	if found == nil {
		return "", ""
	}
	return strings.TrimSpace(strings.ReplaceAll(found[1], "_", " ") + " " + found[2]), found[3]
}

// statementsOf are the differences of each statement, by what it is called.
func statementsOf(fields []resource.Field) map[string][]term.Difference {
	parts := map[string][]resource.Field{}
	for _, field := range fields {
		if title, part := statementPart(field.Path); title != "" {
			parts[title] = append(parts[title], resource.Field{Path: part, Old: field.Old, New: field.New})
		}
	}
	all := map[string][]term.Difference{}
	for title, fields := range parts {
		comes := !slices.ContainsFunc(fields, func(f resource.Field) bool { return f.Old != "" })
		goes := !slices.ContainsFunc(fields, func(f resource.Field) bool { return f.New != "" })
		switch {
		case comes:
			all[title] = []term.Difference{{Label: title, More: clauses(fields, func(f resource.Field) string { return f.New })}}
		case goes:
			all[title] = []term.Difference{{Label: title, Less: clauses(fields, func(f resource.Field) string { return f.Old })}}
		default:
			for _, field := range fields {
				all[title] = append(all[title], difference(title+" "+strings.TrimPrefix(field.Path, "Condition.ArnEquals."), field))
			}
		}
	}
	return all
}

// clauses are a statement in words: what it allows, on what, and if what.
func clauses(fields []resource.Field, value func(resource.Field) string) []string {
	var actions, rest, conditions []string
	deny := ""
	for _, field := range fields {
		text := strings.Join(elements(value(field)), ", ")
		operator, key, _ := strings.Cut(strings.TrimPrefix(field.Path, "Condition."), ".")
		switch {
		case field.Path == "Effect":
			if text != "Allow" {
				deny = strings.ToLower(text) + " "
			}
		case field.Path == "Action":
			actions = append(actions, text)
		case field.Path == "Resource":
			rest = append(rest, "on "+text)
		case strings.HasPrefix(field.Path, "Condition."):
			conditions = append(conditions, "if "+operator+" "+key+" "+text)
		default:
			rest = append(rest, field.Path+" "+text)
		}
	}
	lines := slices.Concat(actions, rest, conditions)
	if len(lines) > 0 {
		lines[0] = deny + lines[0]
	}
	return lines
}
