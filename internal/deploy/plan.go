package deploy

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

	vital bool // interruptions are not handled until it is applied
	wave  wave
	do    func(context.Context, *runner) error
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
		if wanted[each.id()] == nil {
			changes = append(changes, deletion(each))
		}
	}
	for _, each := range want.resources() {
		if gone != nil && gone.id() == each.id() {
			changes = append(changes, replacement(gone, reason))
		}
		duplicates := have.duplicates(each.id())
		if there := found[each.id()]; there != nil {
			changes = append(changes, updates(each, there, want.DropTags, duplicates)...)
		} else {
			changes = append(changes, creation(each, duplicates))
		}
	}
	return changes
}

// replacement returns the deletion of a resource that is created again right after it.
func replacement(gone resource, reason string) Change {
	return Change{
		Action: Delete, ID: gone.id(), Fields: []Field{{"state", reason, ""}},
		vital: true, wave: waveReplace, do: gone.delete,
	}
}

func deletion(have resource) Change {
	_, wave := have.waves()
	return Change{Action: Delete, ID: have.id(), Fields: []Field{}, wave: wave, do: have.delete}
}

// creation lists the duplicates that it removes.
func creation(want resource, duplicates []string) Change {
	fields := append([]Field{}, compare(want.fields(), nil, nil)...)
	if len(duplicates) > 0 {
		fields = append(fields, Field{duplicatesPath, strings.Join(duplicates, ", "), ""})
	}
	wave, _ := want.waves()
	return Change{
		Action: Create, ID: want.id(), Fields: fields, vital: want.vital(Field{}), wave: wave,
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
		Action: Update, ID: want.id(), Fields: fields, vital: slices.ContainsFunc(fields, want.vital), wave: wave,
		do: func(ctx context.Context, r *runner) error { return want.update(ctx, r, diff{have, fields, duplicates}) },
	}}
}

// duplicatesPath is the path of the field that shows duplicates.
const duplicatesPath = "duplicates"

// Removal returns the changes that remove what was found: Plan(State{}, have), where keepLogs leaves the log
// group and marks it as kept by this prefix. Pass only resources that are ours: Installation.Owned.
func Removal(have State, prefix string, keepLogs bool) []Change {
	changes := Plan(State{}, have)
	if !keepLogs || have.LogGroup == nil {
		return changes
	}
	for index, change := range changes {
		if change.ID == have.LogGroup.id() {
			changes[index] = keeping(have.LogGroup, prefix)
		}
	}
	return changes
}

// keeping removes the log group from the installation by changing its tags.
func keeping(have *LogGroup, prefix string) Change {
	_, wave := have.waves()
	return Change{
		Action: Update, ID: have.id(),
		Fields: []Field{
			{tagPath + TagKept, have.Tags[TagKept], prefix},
			{tagPath + TagManagedBy, have.Tags[TagManagedBy], ""},
			{tagPath + TagPrefix, have.Tags[TagPrefix], ""},
		},
		wave: wave, do: have.keep(prefix),
	}
}
