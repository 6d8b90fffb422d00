package show

import (
	"fmt"
	"strings"

	"github.com/spothandler/spothandler/internal/cli/term"
	"github.com/spothandler/spothandler/internal/deploy/resource"
)

// Counts returns the numbers of changes by action: "6 created", "1 created, 2 updated".
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

// Brief returns what a plan would do, or did, in a few words.
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

// PastTense returns what was done, in one word: a log group that an uninstall leaves is kept.
func PastTense(change resource.Change) string {
	for _, field := range change.Fields {
		if field.Path == "tags."+resource.TagKept && field.New != "" {
			return kept
		}
	}
	return past(change.Action)
}

// Title returns what a row calls a resource: its name, or for the two without a name what it does.
func Title(id resource.ID) string {
	switch id.Kind {
	case resource.KindPermission:
		return "EventBridge may invoke the function"
	case resource.KindTarget:
		return "rule → function"
	}
	return id.Name
}

// PlanSummary returns the numbers of changes of a plan that is not carried out.
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

// Installed is what Done returns for a first installation.
const Installed = "Installed"

// Verdict returns the verdict in one word, "Installed" or "Updated": only a first installation creates the role.
func Verdict(changes []resource.Change) string {
	for _, change := range changes {
		if change.Kind == resource.KindRole && change.Action == resource.Create {
			return Installed
		}
	}
	return "Updated"
}
