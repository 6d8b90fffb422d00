package resource

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// Action is the kind of a Change.
type Action string

// The three actions.
const (
	Create Action = "create"
	Update Action = "update"
	Delete Action = "delete"
)

// Change is one step of a plan. A dry run prints it, Apply applies it, JSON output contains it.
type Change struct {
	Action Action `json:"action"`
	ID
	Fields []Field `json:"fields"`

	Vital bool `json:"-"` // interruptions are not handled until it is applied

	wave wave
	do   func(context.Context, *runner) error
}

// Describe returns the change as the beginning of an error: "creating role prod-x".
func (c Change) Describe() string {
	gerund := map[Action]string{Create: "creating", Update: "updating", Delete: "deleting"}[c.Action]
	return fmt.Sprintf("%s %s", gerund, c.ID)
}

// Plan returns the changes from what was found to what is wanted: first the deletions of what is not wanted,
// in the reverse order of creation, then the other changes in the order of creation. It is a pure function.
func Plan(want, have State) []Change {
	want, have, gone, reason := replacing(want, have)
	wanted, found := want.byID(), have.byID()
	var changes []Change
	for _, each := range slices.Backward(have.resources()) {
		if wanted[each.ID()] == nil {
			changes = append(changes, deletion(each))
		}
	}
	for _, each := range want.resources() {
		if gone != nil && gone.ID() == each.ID() {
			changes = append(changes, replacement(gone, want.Function, reason))
		}
		duplicates := have.duplicates(each.ID())
		if there := found[each.ID()]; there != nil {
			changes = append(changes, updates(each, there, want.DropTags, duplicates)...)
		} else {
			changes = append(changes, creation(each, duplicates))
		}
	}
	return changes
}

// replacement returns the deletion of a function that is created again right after it.
func replacement(gone, want *Function, reason string) Change {
	return Change{
		Action: Delete, ID: gone.ID(), Fields: []Field{{"state", reason, ""}},
		Vital: true, wave: waveReplace, do: func(ctx context.Context, r *runner) error { return gone.deleteToReplace(ctx, r, want) },
	}
}

func deletion(have resource) Change {
	_, wave := have.waves()
	return Change{Action: Delete, ID: have.ID(), Fields: []Field{}, wave: wave, do: have.delete}
}

// creation lists the duplicates that it removes.
func creation(want resource, duplicates []string) Change {
	fields := append([]Field{}, compare(want.fields(), nil, nil)...)
	if len(duplicates) > 0 {
		fields = append(fields, Field{duplicatesPath, strings.Join(duplicates, ", "), ""})
	}
	wave, _ := want.waves()
	return Change{
		Action: Create, ID: want.ID(), Fields: fields, Vital: want.vital(Field{}), wave: wave,
		do: func(ctx context.Context, r *runner) error { return want.create(ctx, r, diff{nil, fields, duplicates}) },
	}
}

// updates returns the update of what differs, or none. Duplicates are a difference.
func updates(want, have resource, drop, duplicates []string) []Change {
	found := have.fields()
	if len(duplicates) > 0 {
		found = append(found, pair{duplicatesPath, strings.Join(duplicates, ", ")})
	}
	fields := compare(want.fields(), found, drop)
	if len(fields) == 0 {
		return nil
	}
	wave, _ := want.waves()
	return []Change{{
		Action: Update, ID: want.ID(), Fields: fields, Vital: slices.ContainsFunc(fields, want.vital), wave: wave,
		do: func(ctx context.Context, r *runner) error { return want.update(ctx, r, diff{have, fields, duplicates}) },
	}}
}

// duplicatesPath is the path of the field that shows duplicates.
const duplicatesPath = "duplicates"

// Removal returns the changes that remove what was found: Plan(State{}, have), where keepLogs leaves the log
// group and marks it as kept by this prefix. Pass only resources that belong to the installation.
func Removal(have State, prefix string, keepLogs bool) []Change {
	changes := Plan(State{}, have)
	if !keepLogs || have.LogGroup == nil {
		return changes
	}
	for index, change := range changes {
		if change.ID == have.LogGroup.ID() {
			changes[index] = keeping(have.LogGroup, prefix)
		}
	}
	return changes
}

// keeping removes the log group from the installation by changing its tags.
func keeping(have *LogGroup, prefix string) Change {
	_, wave := have.waves()
	return Change{
		Action: Update, ID: have.ID(),
		Fields: []Field{
			{tagPath + TagKept, have.Tags[TagKept], prefix},
			{tagPath + TagManagedBy, have.Tags[TagManagedBy], ""},
			{tagPath + TagPrefix, have.Tags[TagPrefix], ""},
		},
		wave: wave, do: have.keep(prefix),
	}
}

// WithoutRecreated omits creations that only follow from the deletion of a resource that must be recreated:
// neither it nor its parts are missing.
func WithoutRecreated(changes []Change, want, have State) []Change {
	wanted, found, deleted := want.byID(), have.byID(), map[ID]bool{}
	for _, change := range changes {
		deleted[change.ID] = deleted[change.ID] || change.Action == Delete
	}
	return slices.DeleteFunc(slices.Clone(changes), func(c Change) bool {
		return c.Action == Create && (deleted[c.ID] || found[c.ID] != nil && deleted[wanted[c.ID].partOf()])
	})
}

// LostAdditions returns what others have added to a resource that must be recreated, and what is deleted with it. They
// have to add it again.
func LostAdditions(have State, changes []Change) []string {
	created := map[ID]bool{}
	for _, change := range changes {
		created[change.ID] = change.Action == Create
	}
	found := have.byID()
	var lost []string
	for _, change := range changes {
		if change.Action != Delete || !created[change.ID] {
			continue
		}
		for _, f := range found[change.ID].additions() {
			lost = append(lost, fmt.Sprintf("%s must be recreated, and its %s, which spothandler did not make, will be lost: add it again", change.ID, f.What))
		}
	}
	return lost
}
