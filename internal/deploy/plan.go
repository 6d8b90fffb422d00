package deploy

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Action is what a Change does.
type Action string

// The three actions.
const (
	Create Action = "create"
	Update Action = "update"
	Delete Action = "delete"
)

// Field is one difference of a resource. Old is what was found, New what is wanted; "" is absent.
type Field struct {
	Path string `json:"path"`
	Old  string `json:"old"`
	New  string `json:"new"`
}

// Change is one step of a plan: printed by a dry run, applied by Apply, shown as JSON.
type Change struct {
	Action   Action  `json:"action"`
	Resource Kind    `json:"resource"`
	Name     string  `json:"name"`
	Fields   []Field `json:"fields"`

	wave wave
	do   func(context.Context, *run) error
}

// Plan says what leads from what was found to what is wanted: changes in the order of creation, or,
// where something is not wanted, deletions in the reverse order, first. It is pure.
func Plan(want, have State) []Change {
	want, have, replaced := replacing(want, have)
	deletions := slices.Concat(
		planTarget(want, have, Delete),
		planRule(want, have, Delete),
		planPermission(want, have, Delete),
		planFunction(want, have, Delete),
		planLogGroup(want, have, Delete),
		planRole(want, have, Delete),
	)
	return slices.Concat(
		deletions,
		planRole(want, have, Create, Update),
		planLogGroup(want, have, Create, Update),
		replaced,
		planFunction(want, have, Create, Update),
		planPermission(want, have, Create, Update),
		planRule(want, have, Create, Update),
		planTarget(want, have, Create, Update),
	)
}

// Removal says what takes away what was found: Plan(State{}, have), in which keepLogs leaves the log group
// standing, marked as kept by this prefix. Give it only what is ours: Installation.WithoutStrangers.
func Removal(have State, prefix string, keepLogs bool) []Change {
	changes := Plan(State{}, have)
	if !keepLogs {
		return changes
	}
	for index, change := range changes {
		if change.Resource == KindLogGroup {
			changes[index] = keeping(have.LogGroup, prefix)
		}
	}
	return changes
}

// keeping takes the log group out of the installation by its tags.
func keeping(have *LogGroup, prefix string) Change {
	return Change{
		Action: Update, Resource: KindLogGroup, Name: have.Name,
		Fields: []Field{
			{"tags." + TagKept, have.Tags[TagKept], prefix},
			{"tags." + TagManagedBy, have.Tags[TagManagedBy], ""},
			{"tags." + TagPrefix, have.Tags[TagPrefix], ""},
		},
		wave: waveOf(Delete, KindLogGroup), do: keepLogGroup(prefix),
	}
}

// replacing removes a function that cannot be healed: one that is on its way out already, one that Lambda
// failed to create, and one that is older than its role. The grant that decrypts its environment follows
// the id of the role that it was made with, so under a role of the same name that was made anew every
// invocation would fail (terraform-provider-aws, lambda_function; KMSAccessDeniedException). The new one
// gets the tags that others gave the old one.
func replacing(want, have State) (wanted, left State, removal []Change) {
	f := have.Function
	if want.Function == nil || f == nil {
		return want, have, nil
	}
	reason := beyondHealing(f, want.Function, have.Role)
	if reason == "" {
		return want, have, nil
	}
	change := Change{
		Action: Delete, Resource: KindFunction, Name: f.Name,
		Fields: []Field{{"state", reason, ""}},
		wave:   waveReplace,
		do:     deleteFunction(f),
	}
	again := *want.Function
	again.Tags = withForeign(want.Function.Tags, f.Tags, want.DropTags)
	want.Function = &again
	have.Function, have.Permission = nil, nil // the resource policy goes with the function
	return want, have, []Change{change}
}

// beyondHealing is why no update would do; "" where one does.
func beyondHealing(have, want *Function, role *Role) string {
	switch sameRole := have.RoleARN == want.RoleARN; {
	case have.Deleting:
		return "it is being deleted"
	case have.Broken:
		return have.Failed
	case sameRole && role == nil:
		return "its role is gone, and a new one cannot decrypt its environment"
	case sameRole && have.olderThan(role.Created):
		return "its role was made anew and cannot decrypt its environment"
	}
	return ""
}

// olderThan says that nothing was written to the function since then. IAM tells whole seconds.
func (f *Function) olderThan(then time.Time) bool {
	return !f.Modified.IsZero() && f.Modified.Truncate(time.Second).Before(then.Truncate(time.Second))
}

// plan compares one resource and gives its change, if it is one of these actions.
func plan(kind Kind, name string, want, have []pair, drop []string, only []Action, do actions) []Change {
	action := Update
	switch {
	case want == nil && have == nil:
		return nil
	case want == nil:
		action = Delete
	case have == nil:
		action = Create
	}
	fields := compare(want, have, drop)
	if !slices.Contains(only, action) || action == Update && len(fields) == 0 {
		return nil
	}
	if action == Delete {
		fields = nil
	}
	return []Change{{Action: action, Resource: kind, Name: name, Fields: append([]Field{}, fields...), wave: waveOf(action, kind), do: do[action](fields)}}
}

// compare gives the differences. Tags that are found and not wanted count only when they are dropped:
// the others are somebody else's.
func compare(want, have []pair, drop []string) []Field {
	found := map[string]string{}
	for _, field := range have {
		found[field.path] = field.value
	}
	var fields []Field
	wanted := map[string]bool{}
	for _, field := range want {
		wanted[field.path] = true
		if old, ok := found[field.path]; old != field.value || !ok && strings.HasPrefix(field.path, "tags.") {
			fields = append(fields, Field{field.path, old, field.value})
		}
	}
	for _, field := range have {
		key, isTag := strings.CutPrefix(field.path, "tags.")
		goes := field.value != ""
		if isTag { // which may well be empty
			goes = slices.Contains(drop, key)
		}
		if !wanted[field.path] && goes {
			fields = append(fields, Field{field.path, field.value, ""})
		}
	}
	return fields
}

// changed are the differences that an update has to do away with.
type changed []Field

// has says whether one of these fields, or a field below one, differs.
func (c changed) has(names ...string) bool {
	return slices.ContainsFunc(c, func(field Field) bool {
		return slices.ContainsFunc(names, func(name string) bool {
			return field.Path == name || strings.HasPrefix(field.Path, name+".")
		})
	})
}

func (c changed) beyondTags() bool {
	return slices.ContainsFunc(c, func(field Field) bool { return !isTag(field.Path) })
}

func isTag(path string) bool { return strings.HasPrefix(path, "tags.") }

// tagged are the tags to set.
func (c changed) tagged(want map[string]string) map[string]string {
	tags := map[string]string{}
	for _, field := range c {
		if key, ok := strings.CutPrefix(field.Path, "tags."); ok {
			if value, wanted := want[key]; wanted {
				tags[key] = value
			}
		}
	}
	return tags
}

// untagged are the keys of the tags to remove.
func (c changed) untagged(want map[string]string) []string {
	var keys []string
	for _, field := range c {
		if key, ok := strings.CutPrefix(field.Path, "tags."); ok {
			if _, wanted := want[key]; !wanted {
				keys = append(keys, key)
			}
		}
	}
	return keys
}

// step is one write of an update, left out when it is not needed.
type step struct {
	needed bool
	do     func() error
}

func inOrder(steps ...step) error {
	for _, step := range steps {
		if !step.needed {
			continue
		}
		if err := step.do(); err != nil {
			return err
		}
	}
	return nil
}

// inTurn does the steps that are needed, each again while AWS says "not yet".
func (r *run) inTurn(ctx context.Context, w wait, steps ...step) error {
	for index, each := range steps {
		steps[index].do = func() error { return r.retry(ctx, w, each.do) }
	}
	return inOrder(steps...)
}

func decimal(n int) string { return strconv.Itoa(n) }

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// Describe is the change in words, as the start of an error: "creating role prod-x".
func (c Change) Describe() string {
	gerund := map[Action]string{Create: "creating", Update: "updating", Delete: "deleting"}[c.Action]
	return fmt.Sprintf("%s %s %s", gerund, c.Resource.Words(), c.Name)
}

// Words is the kind as a person writes it.
func (k Kind) Words() string { return strings.ReplaceAll(string(k), "_", " ") }
