package deploy

import (
	"context"

	"golang.org/x/sync/errgroup"

	"github.com/spothandler/spothandler/internal/session"
)

// Clients are the AWS services that an installation is made of.
type Clients struct {
	IAM    RoleAPI
	Logs   LogGroupAPI
	Lambda FunctionAPI
	Events RuleAPI
}

// reading is one read; doing names it for an error.
type reading struct {
	doing string
	read  func(context.Context) error
}

// Purpose is what a look is for: to compare, or to remove, which needs no more than what is there and
// what others have added to it.
type Purpose int

// The two purposes.
const (
	ToCompare Purpose = iota
	ToRemove
)

// Observe reads what stands under the names, side by side, and changes nothing. role is the role that
// was found already, or nil. A resource that is not there is nil; any other answer of AWS is an error.
func Observe(ctx context.Context, clients Clients, names Names, role *Role, why Purpose) (State, error) {
	found := State{Role: role}
	var logTags, ruleTags map[string]string
	var async Async
	var statements permissions
	var targets targets

	readings := readLogGroup(clients.Logs, names, &found.LogGroup, &logTags)
	readings = append(readings,
		reading{"reading function " + names.Function, func(ctx context.Context) (err error) {
			found.Function, err = getFunction(ctx, clients.Lambda, names.Function)
			return err
		}},
		reading{"reading the resource policy of function " + names.Function, func(ctx context.Context) (err error) {
			statements, err = getPermissions(ctx, clients.Lambda, names)
			return err
		}},
		reading{"reading rule " + names.Rule, func(ctx context.Context) (err error) {
			found.Rule, err = getRule(ctx, clients.Events, names.Rule)
			return err
		}},
		reading{"reading the tags of rule " + names.Rule, func(ctx context.Context) (err error) {
			ruleTags, err = getRuleTags(ctx, clients.Events, names.RuleARN())
			return err
		}},
		reading{"listing the targets of rule " + names.Rule, func(ctx context.Context) (err error) {
			targets, err = getTargets(ctx, clients.Events, names)
			return err
		}},
	)
	if why == ToCompare {
		readings = append(readings, reading{"reading the async configuration of function " + names.Function, func(ctx context.Context) (err error) {
			async, err = getAsync(ctx, clients.Lambda, names.Function)
			return err
		}})
	}
	if role != nil {
		readings = append(readings, readRole(clients.IAM, role, why)...)
	}
	if err := readAll(ctx, names.Identity, readings); err != nil {
		return State{}, err
	}

	if found.LogGroup != nil {
		found.LogGroup.Tags = logTags
	}
	if found.Function != nil {
		found.Function.Async = async
	}
	if found.Rule != nil {
		found.Rule.Tags, found.Rule.Targets = ruleTags, targets.others
	}
	found.Permission, found.Target = statements.own, targets.own
	found.Twins = Twins{Targets: targets.twins, Statements: statements.twins}
	found.Foreign = append(statements.foreign, foreignOf(found)...)
	return found, nil
}

func readRole(api RoleAPI, role *Role, why Purpose) []reading {
	readings := readRoleAdditions(api, role)
	if why == ToRemove {
		return append(readings, readProfiles(api, role))
	}
	return append(readings, readOwnPolicy(api, role))
}

func readAll(ctx context.Context, id session.Identity, readings []reading) error {
	group, ctx := errgroup.WithContext(ctx)
	for _, r := range readings {
		group.Go(func() error { return explain(r.doing, id, r.read(ctx)) })
	}
	return group.Wait()
}

// foreignOf lists what others added to role and rule.
func foreignOf(found State) []Foreign {
	var foreign []Foreign
	if found.Role != nil {
		for _, policy := range found.Role.Inline {
			foreign = append(foreign, Foreign{KindRole, found.Role.Name, "inline policy " + policy})
		}
		for _, arn := range found.Role.Attached {
			foreign = append(foreign, Foreign{KindRole, found.Role.Name, "attached policy " + arn})
		}
		for _, profile := range found.Role.Profiles {
			foreign = append(foreign, Foreign{KindRole, found.Role.Name, "instance profile " + profile})
		}
	}
	if found.Rule != nil {
		for _, id := range without(found.Rule.Targets, found.Twins.Targets...) {
			foreign = append(foreign, Foreign{KindRule, found.Rule.Name, "target " + id})
		}
	}
	return foreign
}
