package cli

import (
	"fmt"
	"strings"

	"github.com/spothandler/spothandler/internal/cli/term"
	"github.com/spothandler/spothandler/internal/deploy"
)

// counts are the changes in words, by action: "6 created", "1 created, 2 updated".
func counts(changes []deploy.Change) string {
	var parts []string
	for _, word := range []string{past(deploy.Create), past(deploy.Update), past(deploy.Delete), kept} {
		n := 0
		for _, change := range changes {
			if pastOf(change) == word {
				n++
			}
		}
		if n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, word))
		}
	}
	return strings.Join(parts, ", ")
}

func past(action deploy.Action) string {
	return map[deploy.Action]string{deploy.Create: "created", deploy.Update: "updated", deploy.Delete: "deleted"}[action]
}

// briefly is what a plan does, or did, in a few words.
func briefly(changes []deploy.Change, applied bool) string {
	switch {
	case len(changes) == 0:
		return "nothing to change"
	case applied:
		return counts(changes)
	}
	return term.Plural(len(changes), "change") + " pending"
}

const kept = "kept"

// pastOf is what was done, in a word: a log group that an uninstall leaves is kept.
func pastOf(change deploy.Change) string {
	for _, field := range change.Fields {
		if field.Path == "tags."+deploy.TagKept && field.New != "" {
			return kept
		}
	}
	return past(change.Action)
}

// title is what a row calls a resource: its name, or for the two without one what it does.
func title(id deploy.ID) string {
	switch id.Kind {
	case deploy.KindPermission:
		return "EventBridge may invoke the function"
	case deploy.KindTarget:
		return "rule → function"
	}
	return id.Name
}

// planSummary counts what a plan would do.
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

const installed = "Installed"

// done is the verdict in a word: the role is created by an installation, and by nothing else.
func done(changes []deploy.Change) string {
	for _, change := range changes {
		if change.Kind == deploy.KindRole && change.Action == deploy.Create {
			return installed
		}
	}
	return "Updated"
}
