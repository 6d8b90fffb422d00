package deploy

import (
	"context"
	"strings"
)

// Here each kind says how it is compared and what its three actions are.

type actions map[Action]func(changed) func(context.Context, *run) error

func always(do func(context.Context, *run) error) func(changed) func(context.Context, *run) error {
	return func(changed) func(context.Context, *run) error { return do }
}

func fieldsOf[T interface{ fields() []pair }](resource T, present bool) []pair {
	if !present {
		return nil
	}
	return append([]pair{}, resource.fields()...)
}

func planRole(want, have State, only ...Action) []Change {
	w, h := want.Role, have.Role
	return plan(KindRole, nameOf(w, h, func(r *Role) string { return r.Name }),
		fieldsOf(w, w != nil), fieldsOf(h, h != nil), want.DropTags, only, actions{
			Create: always(createRole(w)),
			Update: func(c changed) func(context.Context, *run) error { return updateRole(w, h, c) },
			Delete: always(deleteRole(h)),
		})
}

func planLogGroup(want, have State, only ...Action) []Change {
	w, h := want.LogGroup, have.LogGroup
	if w != nil && h != nil && h.RetentionRuler != "" { // another rules, not we
		copied := *w
		copied.RetentionRuler = h.RetentionRuler
		w = &copied
	}
	return plan(KindLogGroup, nameOf(w, h, func(g *LogGroup) string { return g.Name }),
		fieldsOf(w, w != nil), fieldsOf(h, h != nil), want.DropTags, only, actions{
			Create: always(createLogGroup(w)),
			Update: func(c changed) func(context.Context, *run) error { return updateLogGroup(w, c) },
			Delete: always(deleteLogGroup(h)),
		})
}

func planFunction(want, have State, only ...Action) []Change {
	w, h := want.Function, have.Function
	return plan(KindFunction, nameOf(w, h, func(f *Function) string { return f.Name }),
		fieldsOf(w.shownIn(h), w != nil), fieldsOf(h, h != nil), want.DropTags, only, actions{
			Create: always(createFunction(w)),
			Update: func(c changed) func(context.Context, *run) error { return updateFunction(w, c) },
			Delete: always(deleteFunction(h)),
		})
}

func planPermission(want, have State, only ...Action) []Change {
	w, h, twins := want.Permission, have.Permission, have.Twins.Statements
	return takingAway(twins, plan(KindPermission, StatementID, fieldsOf(w, w != nil), withTwins(fieldsOf(h, h != nil), twins), nil, only, actions{
		Create: always(createPermission(w, twins)),
		Update: func(c changed) func(context.Context, *run) error { return updatePermission(w, c, twins) },
		Delete: always(deletePermission),
	}))
}

func planRule(want, have State, only ...Action) []Change {
	w, h := want.Rule, have.Rule
	return plan(KindRule, nameOf(w, h, func(r *Rule) string { return r.Name }),
		fieldsOf(w, w != nil), fieldsOf(h, h != nil), want.DropTags, only, actions{
			Create: always(createRule(w)),
			Update: func(c changed) func(context.Context, *run) error { return updateRule(w, c) },
			Delete: always(deleteRule(h)),
		})
}

func planTarget(want, have State, only ...Action) []Change {
	w, h, twins := want.Target, have.Target, have.Twins.Targets
	return takingAway(twins, plan(KindTarget, TargetID, fieldsOf(w, w != nil), withTwins(fieldsOf(h, h != nil), twins), nil, only, actions{
		Create: always(putTarget(w, twins)),
		Update: always(putTarget(w, twins)),
		Delete: always(deleteTarget),
	}))
}

// withTwins makes twins of a resource that is there a difference of it.
func withTwins(found []pair, twins []string) []pair {
	if found == nil || len(twins) == 0 {
		return found
	}
	return append(found, twinsOf(twins))
}

// takingAway makes a creation tell of the twins that it takes away.
func takingAway(twins []string, changes []Change) []Change {
	for index, change := range changes {
		if change.Action == Create && len(twins) > 0 {
			gone := twinsOf(twins)
			changes[index].Fields = append(change.Fields, Field{gone.path, gone.value, ""})
		}
	}
	return changes
}

func twinsOf(twins []string) pair { return pair{"duplicates", strings.Join(twins, ", ")} }

func nameOf[T any](want, have *T, name func(*T) string) string {
	if want != nil {
		return name(want)
	}
	if have != nil {
		return name(have)
	}
	return ""
}
