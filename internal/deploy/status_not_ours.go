package deploy

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spothandler/spothandler/internal/deploy/resource"
	"github.com/spothandler/spothandler/internal/deploy/settings"
)

// This file is how a status treats resources that are not ours. They may be ours without their tags and work, so they
// are compared, and so is what depends on them: only what was found to differ is reported.

// compared returns everything under the installation's names, except a log group that an uninstall kept.
func (i *Installation) compared() resource.State {
	if i.Kept {
		return i.State.Without(i.State.LogGroup.ID())
	}
	return i.State
}

// withRecord returns the installation with the record of a role that lost a tag, if the record names what was found.
// It is for a report only: whatever writes needs the tags.
func (i *Installation) withRecord() *Installation {
	role := i.State.Role
	if i.Record != nil || role == nil || !slices.ContainsFunc(i.Unowned(), func(u resource.Unowned) bool { return u.ID == role.ID() && u.Lost != "" }) {
		return i
	}
	record := settings.ParseRecord(role.Description)
	if record == nil || !record.Fits(i.Names.Prefix) ||
		settings.Prefixed(i.Names.Prefix, record.FunctionName) != i.Names.Function || settings.Prefixed(i.Names.Prefix, record.RuleName) != i.Names.Rule {
		return i
	}
	recorded := *i
	recorded.Record = record
	return &recorded
}

// notOurs returns a problem for each resource that is not ours. It is vital only if the resource was found to differ in
// a way that prevents handling interruptions.
func notOurs(unowned []resource.Unowned, changes []resource.Change) []Problem {
	problems := []Problem{}
	for _, each := range unowned {
		problem := Problem{Code: ProblemNotOurs, ID: each.ID, Message: fmt.Sprintf("%s is not ours. %s", each.ID, each.Why), Adoptable: each.Adoption != ""}
		if each.Lost != "" {
			problem.Message = fmt.Sprintf("%s %s.", each.ID, each.Lost)
			problem.Hints = []string{each.RestoreHint()}
		}
		for _, change := range changes {
			if change.ID != each.ID || !change.Vital || problem.Vital {
				continue
			}
			problem.Vital = true
			problem.Message += " It differs: " + strings.Join(pathsOf(change.Fields), ", ")
		}
		problems = append(problems, problem)
	}
	return problems
}

// ownChanges returns the changes without those of resources that are not ours.
func ownChanges(unowned []resource.Unowned, changes []resource.Change) []resource.Change {
	return slices.DeleteFunc(slices.Clone(changes), func(change resource.Change) bool {
		return slices.ContainsFunc(unowned, func(each resource.Unowned) bool { return each.ID == change.ID })
	})
}

// pathsOf returns the paths of fields other than tags.
func pathsOf(fields []resource.Field) []string {
	var paths []string
	for _, field := range fields {
		if !strings.HasPrefix(field.Path, "tags.") && !strings.HasPrefix(field.Path, "record") {
			paths = append(paths, field.Path)
		}
	}
	return paths
}
