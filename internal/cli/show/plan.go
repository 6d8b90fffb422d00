package show

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spothandler/spothandler/internal/cli/term"
	"github.com/spothandler/spothandler/internal/deploy"
	"github.com/spothandler/spothandler/internal/deploy/resource"
)

// Plan prints each change with its differences, and the resources that do not change.
func Plan(out *term.Printer, plan *deploy.Install) {
	for _, change := range plan.Changes {
		out.Println(out.Row(actionGlyph(change.Action), change.Kind.Words(), Title(change.ID), ""))
		Fields(out, shownFields(change))
	}
	if left := untouched(plan); len(left) > 0 {
		out.Print(out.Item(term.Quiet, fmt.Sprintf("%d unchanged: %s", len(left), strings.Join(left, ", "))))
	}
}

// shownFields returns the differences of a change that a plan prints. For a new resource, these are only what it replaces,
// such as another target, and the function's permissions.
func shownFields(change resource.Change) []resource.Field {
	if change.Action != resource.Create {
		return change.Fields
	}
	return slices.DeleteFunc(slices.Clone(change.Fields), func(field resource.Field) bool {
		return field.Old == "" && !strings.HasPrefix(field.Path, "policy.")
	})
}

func actionGlyph(action resource.Action) term.Glyph {
	return map[resource.Action]term.Glyph{resource.Create: term.Add, resource.Update: term.Change, resource.Delete: term.Remove}[action]
}

// untouched returns the kinds of resources that a plan does not change.
func untouched(plan *deploy.Install) []string {
	var left []string
	for _, id := range plan.Want.IDs() {
		if !slices.ContainsFunc(plan.Changes, func(change resource.Change) bool { return change.ID == id }) {
			left = append(left, id.Kind.Words())
		}
	}
	return left
}

// Removal prints what an uninstall deletes and what it keeps.
func Removal(out *term.Printer, changes []resource.Change) {
	for _, change := range changes {
		if change.Action == resource.Update {
			out.Println(out.Row(term.Quiet, change.Kind.Words(), change.Name, "kept, with its logs"))
			continue
		}
		out.Println(out.Row(term.Remove, change.Kind.Words(), Title(change.ID), ""))
		if change.Kind == resource.KindLogGroup {
			out.Print(out.Line(term.Pad("", out.MarkWidth()+term.KindWidth), "with all its logs; --keep-logs keeps them", out.Dim))
		}
	}
}
