package deploy

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/deploy/resource"
	"github.com/spothandler/spothandler/internal/deploy/settings"
	"github.com/spothandler/spothandler/internal/session"
)

// Installation is what was found under one prefix in one Region.
type Installation struct {
	Names  resource.Names
	Record *settings.Record // nil if the role is gone, or its description is no record
	State  resource.State
	Kept   bool // the log group was left by an uninstall; State then contains it for an install only

	// namedByRecord: only the record names the function, and the function is to be removed.
	namedByRecord bool
}

// namesOf returns the names of an installation with this role and record, either of which may be nil.
func namesOf(id session.Identity, prefix string, role *resource.Role, record *settings.Record, given settings.Given) (resource.Names, error) {
	names, err := chooseNames(id, prefix, record, given)
	if err != nil {
		return resource.Names{}, err
	}
	return choosePath(names, role, given)
}

// recordOf reads the record of a role that is ours. It returns none for another's role, or for names that AWS
// would reject.
func recordOf(role *resource.Role, prefix string) (*settings.Record, error) {
	if role == nil || role.Tags[resource.TagManagedBy] != resource.ManagedBy {
		return nil, nil //nolint:nilnil // no record is a valid result
	}
	if other := role.Tags[resource.TagPrefix]; other != prefix && strings.EqualFold(other, prefix) {
		return nil, resource.SamePrefix(prefix, other)
	}
	if !resource.HasOwnTags(role.Tags, prefix) {
		return nil, nil //nolint:nilnil // checkOwnership reports it
	}
	record := settings.ParseRecord(role.Description)
	if record != nil && !record.Fits(prefix) {
		record = nil // a name that is too long with the prefix was never ours
	}
	return record, nil
}

// recordHolds reports whether the recorded settings could have been installed here: they may have been edited
// to values that this version, or AWS, would reject.
func (i *Installation) recordHolds() bool {
	if i.Record == nil || !i.Record.Valid() {
		return false
	}
	spec := i.Record.Spec(i.Names.Prefix)
	var err error
	if spec.Clusters, err = settings.LocalClusters(i.Names.Identity, spec.Clusters); err != nil {
		return false
	}
	_, err = resource.Desired(i.Names, spec, resource.Release{Version: i.Record.Version, CodeSHA256: i.Record.CodeSHA256})
	return err == nil
}

// chooseNames returns the recorded names: a second installation under one prefix would share its role.
func chooseNames(id session.Identity, prefix string, record *settings.Record, given settings.Given) (resource.Names, error) {
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
			return resource.Names{}, renamed(choice.setting, *choice.name, given[choice.setting].Source, asked)
		}
		if asked != "" {
			*choice.name = asked
		}
	}
	if record == nil { // recorded names are known to be valid
		if err := settings.CheckNames(id.Region, prefix, function, rule); err != nil {
			return resource.Names{}, err
		}
	}
	return resource.NewNames(id, prefix, function, rule), nil
}

// choosePath returns the path of a role that is ours, because IAM cannot change it, or else the given path.
func choosePath(names resource.Names, role *resource.Role, given settings.Given) (resource.Names, error) {
	asked := given.Text("role-path")
	if role == nil || !resource.HasOwnTags(role.Tags, names.Prefix) {
		return names.WithRolePath(cmp.Or(asked, names.RolePath)), nil
	}
	if asked != "" && asked != role.Path {
		return resource.Names{}, otherPath(role.Name, role.Path, given["role-path"].Source, asked)
	}
	return names.WithRolePath(role.Path), nil
}

// inferPath takes the path of a deleted role from the function that ran as it.
func (i *Installation) inferPath() {
	function := i.State.Function
	if function == nil || !resource.HasOwnTags(function.Tags, i.Names.Prefix) {
		return
	}
	if path := rolePathIn(i.Names, function.RoleARN); path != "" {
		i.Names = i.Names.WithRolePath(path)
	}
}

func otherPath(role, path, source, asked string) *apperr.Error {
	return &apperr.Error{
		Code:    apperr.CodeRenamed,
		Message: fmt.Sprintf("%s %s: role %s has the path %s, and the path cannot be changed", source, asked, role, path),
		Hints:   []string{"--prefix NAME   install alongside it", "or uninstall it first"},
	}
}

func renamed(setting, name, source, asked string) *apperr.Error {
	return &apperr.Error{
		Code:    apperr.CodeRenamed,
		Message: fmt.Sprintf("%s %s: the %s of this installation is %s, and cannot be changed", source, asked, setting, name),
		Hints:   []string{"--prefix NAME   install alongside it", "or uninstall it first"},
	}
}

// rolePathIn returns the path of our role in its ARN, or "" if the ARN is another role's.
func rolePathIn(n resource.Names, roleARN string) string {
	before, after := n.ARN("iam", "", "role"), n.Role
	if !strings.HasPrefix(roleARN, before+"/") || !strings.HasSuffix(roleARN, "/"+after) {
		return ""
	}
	return strings.TrimSuffix(strings.TrimPrefix(roleARN, before), after)
}

// DisplayPrefix returns a prefix for display; the empty one is shown as words.
func DisplayPrefix(prefix string) string {
	if prefix == "" {
		return "(no prefix)"
	}
	return prefix
}
