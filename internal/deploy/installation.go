package deploy

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/deploy/settings"
	"github.com/spothandler/spothandler/internal/session"
)

// Installation is what was found under one prefix in one Region.
type Installation struct {
	Names  Names
	Record *settings.Record // nil if the role is gone, or its description is not ours
	State  State
	Kept   bool // the log group was left by an uninstall; State then contains it for an install only

	// namedByRecord: only the record names the function, and the function is to be removed.
	namedByRecord bool
}

// Find finds the installation with this prefix. The other names come from the role's record or, if there is
// none, from given and the defaults. It only reads.
func Find(ctx context.Context, clients Clients, id session.Identity, prefix string, given settings.Given) (*Installation, error) {
	return find(ctx, clients, id, prefix, given, ToReport, nil)
}

// FindForRemoval is Find for an uninstall: it reads what Removal and CheckRemovable need, including the
// role's instance profiles, but not what only a comparison would need.
func FindForRemoval(ctx context.Context, clients Clients, id session.Identity, prefix string, given settings.Given) (*Installation, error) {
	return find(ctx, clients, id, prefix, given, ToRemove, nil)
}

func find(ctx context.Context, clients Clients, id session.Identity, prefix string, given settings.Given, why Purpose, located func(Names, *settings.Record)) (*Installation, error) {
	role, record, err := findRecord(ctx, clients, id, prefix)
	if err != nil {
		return nil, err
	}
	names, err := namesOf(id, prefix, role, record, given)
	if err != nil {
		return nil, err
	}
	if located != nil && record != nil {
		located(names, record)
	}
	found, err := findRest(ctx, clients, names, role, record, why)
	if err != nil {
		return nil, err
	}
	if role == nil && given.Text("role-path") == "" {
		found.inferPath()
	}
	found.namedByRecord = why == ToRemove && record != nil && given.Text("function-name") == "" &&
		record.FunctionName != settings.Defaults(prefix).FunctionName
	return found, nil
}

// namesOf returns the names of an installation with this role and record, either of which may be nil.
func namesOf(id session.Identity, prefix string, role *Role, record *settings.Record, given settings.Given) (Names, error) {
	names, err := chooseNames(id, prefix, record, given)
	if err != nil {
		return Names{}, err
	}
	return choosePath(names, role, given)
}

// findAgain finds an installation whose names are known, even if its role is gone meanwhile.
func findAgain(ctx context.Context, clients Clients, names Names, why Purpose) (*Installation, error) {
	role, record, err := findRecord(ctx, clients, names.Identity, names.Prefix)
	if err != nil {
		return nil, err
	}
	return findRest(ctx, clients, names, role, record, why)
}

func findRest(ctx context.Context, clients Clients, names Names, role *Role, record *settings.Record, why Purpose) (*Installation, error) {
	state, err := Observe(ctx, clients, names, role, why)
	if err != nil {
		return nil, err
	}
	found := &Installation{Names: names, Record: record, State: state}
	found.Kept = state.LogGroup != nil && state.LogGroup.kept(names.Prefix)
	return found, nil
}

func findRecord(ctx context.Context, clients Clients, id session.Identity, prefix string) (*Role, *settings.Record, error) {
	role, err := FindRole(ctx, clients, id, settings.RoleName(prefix, id.Region))
	if err != nil {
		return nil, nil, err
	}
	record, err := recordOf(role, prefix)
	return role, record, err
}

// recordOf reads the record of a role that is ours. It returns none for another's role, or for names that AWS
// would reject.
func recordOf(role *Role, prefix string) (*settings.Record, error) {
	if role == nil || role.Tags[TagManagedBy] != managedBy {
		return nil, nil //nolint:nilnil // no record is a valid result
	}
	if other := role.Tags[TagPrefix]; other != prefix && strings.EqualFold(other, prefix) {
		return nil, samePrefix(prefix, other)
	}
	if !ours(role.Tags, prefix) {
		return nil, nil //nolint:nilnil // CheckOurs reports it
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
	_, err = Desired(i.Names, spec, Release{Version: i.Record.Version, CodeSHA256: i.Record.CodeSHA256})
	return err == nil
}

// chooseNames returns the recorded names: a second installation under one prefix would share its role.
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
	if record == nil { // recorded names are known to be valid
		if err := settings.CheckNames(id.Region, prefix, function, rule); err != nil {
			return Names{}, err
		}
	}
	return NewNames(id, prefix, function, rule), nil
}

// choosePath returns the path of a role that is ours, because IAM cannot change it, or else the given path.
func choosePath(names Names, role *Role, given settings.Given) (Names, error) {
	asked := given.Text("role-path")
	if role == nil || !ours(role.Tags, names.Prefix) {
		return names.WithRolePath(cmp.Or(asked, names.RolePath)), nil
	}
	if asked != "" && asked != role.Path {
		return Names{}, otherPath(role.Name, role.Path, given["role-path"].Source, asked)
	}
	return names.WithRolePath(role.Path), nil
}

// inferPath takes the path of a deleted role from the function that ran as it.
func (i *Installation) inferPath() {
	function := i.State.Function
	if function == nil || !ours(function.Tags, i.Names.Prefix) {
		return
	}
	if path := rolePathIn(i.Names, function.RoleARN); path != "" {
		i.Names = i.Names.WithRolePath(path)
	}
}

func otherPath(role, path, source, asked string) *apperr.Error {
	return &apperr.Error{
		Code:    apperr.CodeRenamed,
		Message: fmt.Sprintf("%s %s: role %s has the path %s, and a path never changes", source, asked, role, path),
		Hints:   []string{"--prefix NAME   install alongside it", "or uninstall it first"},
	}
}

func renamed(setting, name, source, asked string) *apperr.Error {
	return &apperr.Error{
		Code:    apperr.CodeRenamed,
		Message: fmt.Sprintf("%s %s: the installation here has %s %s, and a name never changes", source, asked, setting, name),
		Hints:   []string{"--prefix NAME   install alongside it", "or uninstall it first"},
	}
}

// rolePathIn returns the path of our role in its ARN, or "" if the ARN is another role's.
func rolePathIn(n Names, roleARN string) string {
	before, after := n.ARN("iam", "", "role"), n.Role
	if !strings.HasPrefix(roleARN, before+"/") || !strings.HasSuffix(roleARN, "/"+after) {
		return ""
	}
	return strings.TrimSuffix(strings.TrimPrefix(roleARN, before), after)
}
