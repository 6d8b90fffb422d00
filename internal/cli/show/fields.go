package show

import (
	"regexp"
	"slices"
	"strings"

	"github.com/spothandler/spothandler/internal/cli/term"
	"github.com/spothandler/spothandler/internal/deploy/resource"
)

// duplicatesPath is the path of the field with duplicate targets or permissions that an update removes.
const duplicatesPath = "duplicates"

// FieldIndent is the indent of the lines that Fields prints.
const FieldIndent = "      "

// recordLabel precedes the settings that differ in the record, which is in the role's description.
const recordLabel = "record of the settings: "

// Fields prints differences as "label  old → new". Differences of the record are listed in one line, since each is also a field
// of another resource. A policy statement that is added or removed is printed as a whole.
func Fields(out *term.Printer, fields []resource.Field) {
	shown, recorded := differences(fields)
	if len(recorded) > 0 {
		out.Print(out.Paragraph(FieldIndent, recordLabel+strings.Join(recorded, ", ")))
	}
	out.Print(out.Differences(FieldIndent, shown))
}

// differences returns fields as they are printed, and the recorded settings among them.
func differences(fields []resource.Field) (shown []term.Difference, recorded []string) {
	fields = withoutLostRecord(fields)
	statements, alternatives := statementsOf(fields), map[string]int{}
	for _, field := range fields {
		name, isRecord := strings.CutPrefix(field.Path, "record.")
		title, _ := statementPart(field.Path)
		pattern, part := alternativePart(field.Path)
		switch {
		case pattern != "":
			at, known := alternatives[pattern]
			if !known {
				at = len(shown)
				alternatives[pattern] = at
				shown = append(shown, term.Difference{Label: pattern})
			}
			addAlternative(&shown[at], part, field)
		case isRecord:
			recorded = append(recorded, recordedSetting(strings.ReplaceAll(name, "spothandler", "version"), field))
		case title == "":
			shown = append(shown, difference(resource.Label(field.Path), field))
		case statements[title] != nil:
			shown = append(shown, statements[title]...)
			delete(statements, title) // printed at its first field
		}
	}
	slices.Sort(recorded)
	return shown, slices.Compact(recorded)
}

// alternativePart splits the path of an alternative in an event pattern, such as detail.lastStatus[1].exists, into the field of the
// event and the rest. It returns "" for other paths.
func alternativePart(path string) (pattern, part string) {
	found := regexp.MustCompile(`^(detail\.[^\[]+)\[\d+\]\.(.+)$`).FindStringSubmatch(path)
	if found == nil {
		return "", ""
	}
	return found[1], found[2]
}

// addAlternative adds the old and the new value of an alternative to the difference of its field.
func addAlternative(d *term.Difference, part string, field resource.Field) {
	if field.Old != "" {
		d.Less = append(d.Less, part+" "+field.Old)
	}
	if field.New != "" {
		d.More = append(d.More, part+" "+field.New)
	}
}

// recordedSetting returns the name of a recorded setting, with its values unless they are hashes, lists or absent.
func recordedSetting(name string, field resource.Field) string {
	if field.Old == "" || field.New == "" || strings.HasPrefix(field.Old+field.New, "[") || slices.Contains([]string{"code", "tags"}, name) {
		return name
	}
	return name + " " + field.Old + " → " + field.New
}

// withoutLostRecord replaces the differences of a record that was overwritten, in which every setting is new, by a single
// one. It also omits the version of a policy that is added or removed.
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

// difference returns a field as it is printed. For lists it has the removed and added elements.
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

// elements returns the elements of a list in a policy or event pattern. A list of one has no brackets.
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

// statementPart splits the path of a field in a policy statement into the statement's title and the field. It returns "" for
// other paths.
func statementPart(path string) (title, part string) {
	found := regexp.MustCompile(`^(policy|trust_policy)\.Statement(?:\[([^\]]*)\])?\.(.+)$`).FindStringSubmatch(path)
	if found == nil {
		return "", ""
	}
	return strings.TrimSpace(strings.ReplaceAll(found[1], "_", " ") + " " + found[2]), found[3]
}

// statementsOf returns the differences of each policy statement by its title.
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

// clauses describes a statement: its actions, resources and conditions.
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
