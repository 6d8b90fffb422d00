package show

import (
	"fmt"
	"strings"

	"github.com/spothandler/spothandler/internal/cli/term"
	"github.com/spothandler/spothandler/internal/deploy/resource"
)

// Counts returns the number of changes by action, such as "1 created, 2 updated".
func Counts(changes []resource.Change) string {
	var parts []string
	for _, word := range []string{past(resource.Create), past(resource.Update), past(resource.Delete), kept} {
		n := 0
		for _, change := range changes {
			if PastTense(change) == word {
				n++
			}
		}
		if n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, word))
		}
	}
	return strings.Join(parts, ", ")
}

func past(action resource.Action) string {
	return map[resource.Action]string{resource.Create: "created", resource.Update: "updated", resource.Delete: "deleted"}[action]
}

// Brief returns a summary of changes in a few words, such as "2 changes pending" or, if applied, "2 updated".
func Brief(changes []resource.Change, applied bool) string {
	switch {
	case len(changes) == 0:
		return "nothing to change"
	case applied:
		return Counts(changes)
	}
	return term.Plural(len(changes), "change") + " pending"
}

const kept = "kept"

// PastTense returns the past tense of a change's action. For a log group that an uninstall keeps, it is "kept".
func PastTense(change resource.Change) string {
	for _, field := range change.Fields {
		if field.Path == "tags."+resource.TagKept && field.New != "" {
			return kept
		}
	}
	return past(change.Action)
}

// Title returns the title of a resource: its name, or a description of a permission or target, which have none.
func Title(id resource.ID) string {
	switch id.Kind {
	case resource.KindPermission:
		return "EventBridge may invoke the function"
	case resource.KindTarget:
		return "rule → function"
	}
	return id.Name
}

// PlanSummary returns the number of changes, by action, of a plan that is not applied.
func PlanSummary(changes []resource.Change) string {
	if len(changes) == 0 {
		return "Nothing to change."
	}
	n := map[resource.Action]int{}
	for _, change := range changes {
		n[change.Action]++
	}
	return fmt.Sprintf("Plan: %d to create, %d to update, %d to delete. Nothing was changed.", n[resource.Create], n[resource.Update], n[resource.Delete])
}

// Installed is what Verdict returns for a new installation.
const Installed = "Installed"

// Verdict returns "Installed" for the changes of a new installation, which include its role, and "Updated" otherwise.
func Verdict(changes []resource.Change) string {
	for _, change := range changes {
		if change.Kind == resource.KindRole && change.Action == resource.Create {
			return Installed
		}
	}
	return "Updated"
}
