package deploy

import (
	"context"
	"fmt"
	"maps"

	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/deploy/settings"
	"github.com/spothandler/spothandler/internal/session"
)

// Installation is what was found under one prefix in one region.
type Installation struct {
	Names  Names
	Record *settings.Record // nil where the role is gone, or its description is not ours
	State  State
	Kept   bool // the log group is one that an uninstall left behind; then it is in State for an install only
}

// Look finds the installation with this prefix: the role's record tells the other names, or, where
// there is none, what was given or the defaults do. It only reads.
func Look(ctx context.Context, clients Clients, id session.Identity, prefix string, given settings.Given) (*Installation, error) {
	return look(ctx, clients, id, prefix, given, ToCompare)
}

// LookToRemove is Look for an uninstall: it finds what Removal and CheckRemovable need, instance profiles
// of the role among it, and not what a comparison would need.
func LookToRemove(ctx context.Context, clients Clients, id session.Identity, prefix string, given settings.Given) (*Installation, error) {
	return look(ctx, clients, id, prefix, given, ToRemove)
}

func look(ctx context.Context, clients Clients, id session.Identity, prefix string, given settings.Given, why Purpose) (*Installation, error) {
	role, err := lookRole(ctx, clients, id, settings.RoleName(prefix, id.Region))
	if err != nil {
		return nil, err
	}
	record, err := recordOf(role, prefix)
	if err != nil {
		return nil, err
	}
	names, err := chooseNames(id, prefix, record, given)
	if err != nil {
		return nil, err
	}
	state, err := Observe(ctx, clients, names, role, why)
	if err != nil {
		return nil, err
	}
	found := &Installation{Names: names, Record: record, State: state}
	found.Kept = state.LogGroup != nil && state.LogGroup.kept(prefix)
	return found, nil
}

func lookRole(ctx context.Context, clients Clients, id session.Identity, name string) (*Role, error) {
	role, err := getRole(ctx, clients.IAM, name)
	return role, explain("reading role "+name, id, err)
}

// recordOf reads the record of a role that is ours; another's role says nothing.
func recordOf(role *Role, prefix string) (*settings.Record, error) {
	if role == nil || role.Path != Path || role.Tags[TagManagedBy] != managedBy {
		return nil, nil //nolint:nilnil // no record is an answer
	}
	if other := role.Tags[TagPrefix]; other != prefix && equalFold(other, prefix) {
		return nil, samePrefix(prefix, other)
	}
	if !ours(role.Tags, prefix) {
		return nil, nil //nolint:nilnil // CheckOurs names it
	}
	return settings.ParseRecord(role.Description), nil
}

// CheckCase refuses a prefix that differs from that of another installation only in case.
func CheckCase(prefix string, others []Listed) error {
	for _, other := range others {
		if other.Prefix != prefix && equalFold(other.Prefix, prefix) {
			return samePrefix(prefix, other.Prefix)
		}
	}
	return nil
}

func samePrefix(prefix, other string) *apperr.Error {
	return &apperr.Error{
		Code:    apperr.CodeSamePrefix,
		Message: fmt.Sprintf("the prefix %q differs from the installed %q only in case, and IAM takes both role names for one", prefix, other),
		Hints:   []string{fmt.Sprintf("--prefix %s   the installed one", other), "--prefix NAME   another name"},
	}
}

// chooseNames takes the recorded names: a second installation under one prefix would share its role.
func chooseNames(id session.Identity, prefix string, record *settings.Record, given settings.Given) (Names, error) {
	defaults := settings.Defaults(prefix)
	function, rule := defaults.FunctionName, defaults.RuleName
	if record != nil {
		function, rule = record.FunctionName, record.RuleName
	}
	for _, choice := range []struct {
		setting string
		name    *string
	}{{"function-name", &function}, {"rule-name", &rule}} {
		asked := given.Text(choice.setting)
		if record != nil && asked != "" && asked != *choice.name {
			return Names{}, renamed(choice.setting, *choice.name, given[choice.setting].Source, asked)
		}
		if asked != "" {
			*choice.name = asked
		}
	}
	if record == nil { // recorded names have been good before
		if err := settings.CheckNames(id.Region, prefix, function, rule); err != nil {
			return Names{}, err
		}
	}
	return NewNames(id, prefix, function, rule), nil
}

func renamed(setting, name, source, asked string) *apperr.Error {
	return &apperr.Error{
		Code:    apperr.CodeRenamed,
		Message: fmt.Sprintf("%s %s: the installation here has %s %s, and a name never changes", source, asked, setting, name),
		Hints:   []string{"--prefix NAME   install beside it", "or uninstall it first"},
	}
}

// Found says whether anything of an installation is there. What is not ours is none of it, nor is a
// log group that an uninstall kept.
func (i *Installation) Found() bool {
	s := i.WithoutStrangers()
	return s.Role != nil || s.Function != nil || s.Rule != nil || s.LogGroup != nil
}

// Resolve gives the settings: what was given, else (unless reset) what was recorded, else, where the
// role is gone, what the resources still have, else the defaults. Warnings say what had to be guessed.
func (i *Installation) Resolve(given settings.Given, reset bool) (spec settings.Spec, warnings []string, err error) {
	spec = settings.Defaults(i.Names.Prefix)
	switch {
	case reset:
	case i.Record != nil && i.Record.Valid():
		spec = i.Record.Spec(i.Names.Prefix)
		spec.Tags, warnings = i.recordedTags(given)
	default:
		warnings = i.salvage(&spec, given)
	}
	i.keepNames(&spec)
	if err := given.Apply(&spec); err != nil {
		return settings.Spec{}, nil, err
	}
	spec.Dropped = i.droppedTags(spec)
	spec.Clusters, err = settings.LocalClusters(i.Names.Identity, spec.Clusters)
	return spec, warnings, err
}

// keepNames keeps the names of an existing installation, a reset included: a rename is refused.
func (i *Installation) keepNames(spec *settings.Spec) {
	if i.Record != nil {
		spec.FunctionName, spec.RuleName = i.Record.FunctionName, i.Record.RuleName
	}
}

func (i *Installation) recordedTags(given settings.Given) (map[string]string, []string) {
	tags, lost := settings.RecoverTags(i.Record.TagMarks, i.allTags()...)
	_, asked := given["tag"]
	if lost == 0 || asked {
		return tags, nil
	}
	return tags, []string{fmt.Sprintf("%d recorded tags are on none of the resources any more; give them again with --tag", lost)}
}

// allTags are the tags of every resource that was found.
func (i *Installation) allTags() []map[string]string {
	var all []map[string]string
	if i.State.Role != nil {
		all = append(all, i.State.Role.Tags)
	}
	if i.State.Function != nil {
		all = append(all, i.State.Function.Tags)
	}
	if i.State.Rule != nil {
		all = append(all, i.State.Rule.Tags)
	}
	if i.State.LogGroup != nil {
		all = append(all, i.State.LogGroup.Tags)
	}
	return all
}

// droppedTags are the recorded tags that the Spec has no longer. The record remembers them until they
// are off every resource, so that a run that was interrupted meanwhile is finished by the next.
func (i *Installation) droppedTags(spec settings.Spec) map[string]string {
	if i.Record == nil {
		return nil
	}
	dropped, _ := settings.RecoverTags(i.Record.TagMarks+i.Record.Untagged, i.allTags()...)
	maps.DeleteFunc(dropped, func(key, _ string) bool {
		_, wanted := spec.Tags[key]
		return wanted
	})
	return dropped
}

// dropTags are the tags to take off the resources: recorded ones that are wanted no longer, and the mark
// of a log group that was kept.
func dropTags(dropped map[string]string) []string {
	return append(sortedKeys(dropped), TagKept)
}
