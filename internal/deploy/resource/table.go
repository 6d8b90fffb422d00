package resource

import (
	"context"
	"slices"

	"golang.org/x/sync/errgroup"
)

// State is what is wanted of an installation, or what was found. Nil means absent.
type State struct {
	Role     *Role
	LogGroup *LogGroup
	Function *Function
	Triggers []Trigger

	// DropTags are keys that the wanted state no longer has; other unwanted keys belong to someone else and
	// are kept.
	DropTags []string
	// NotChecked is what could not be read.
	NotChecked []NotChecked
}

// triggerTypes returns what invokes the function, one type of event each.
func triggerTypes() []triggerType { return []triggerType{interruptions()} }

// slots returns the table of the resources, in the order of creation: where the state holds each.
func (s *State) slots() []slot {
	slots := []slot{slotOf(&s.Role), slotOf(&s.LogGroup), slotOf(&s.Function)}
	for index := range s.Triggers {
		trigger := &s.Triggers[index]
		slots = append(slots, slotOf(&trigger.Permission), slotOf(&trigger.Rule), slotOf(&trigger.Target))
	}
	return slots
}

// observers are the readers of the resources.
type observers struct {
	role     roleObserver
	logGroup logGroupObserver
	function functionObserver
	triggers []triggerObserver
}

func newObservers(role roleObserver) *observers {
	o := &observers{role: role}
	for _, each := range triggerTypes() {
		o.triggers = append(o.triggers, triggerObserver{triggerType: each})
	}
	return o
}

func (o *observers) readings(clients Clients, names Names, why Purpose) []reading {
	readings := slices.Concat(
		o.role.readings(clients, names, why),
		o.logGroup.readings(clients, names, why),
		o.function.readings(clients, names, why),
	)
	for index := range o.triggers {
		readings = append(readings, o.triggers[index].readings(clients, names, why)...)
	}
	return readings
}

// found returns what was read.
func (o *observers) found(names Names) State {
	s := State{Role: o.role.found(), LogGroup: o.logGroup.found()}
	for index := range o.triggers {
		s.Triggers = append(s.Triggers, o.triggers[index].found(names, o.function.statements))
	}
	s.Function = o.function.found(s.Triggers)
	s.NotChecked = slices.Concat(o.logGroup.notChecked, o.function.additions.notChecked())
	return s
}

// slot is where a state holds a resource.
type slot struct {
	get   func() resource // nil if there is none
	clear func()
}

func slotOf[T any, P interface {
	*T
	resource
}](kept *P) slot {
	return slot{
		get: func() resource {
			if *kept == nil {
				return nil
			}
			return *kept
		},
		clear: func() { *kept = nil },
	}
}

// resources returns the existing resources, in the order of creation.
func (s State) resources() []resource {
	var all []resource
	for _, slot := range s.slots() {
		if each := slot.get(); each != nil {
			all = append(all, each)
		}
	}
	return all
}

// IDs returns the IDs of the existing resources, in the order of creation.
func (s State) IDs() []ID {
	var ids []ID
	for _, each := range s.resources() {
		ids = append(ids, each.ID())
	}
	return ids
}

// byID returns the existing resources by ID.
func (s State) byID() map[ID]resource {
	all := map[ID]resource{}
	for _, each := range s.resources() {
		all[each.ID()] = each
	}
	return all
}

// Without returns the state without these resources and their parts.
func (s State) Without(gone ...ID) State {
	s.Triggers = slices.Clone(s.Triggers)
	for _, slot := range s.slots() {
		if each := slot.get(); each != nil && (slices.Contains(gone, each.ID()) || slices.Contains(gone, each.partOf())) {
			slot.clear()
		}
	}
	return s
}

// duplicates returns what has the same effect as a resource but is not ours.
func (s State) duplicates(id ID) []string {
	for _, trigger := range s.Triggers {
		if duplicates := trigger.duplicates(id); len(duplicates) > 0 {
			return duplicates
		}
	}
	return nil
}

// Foreign returns the additions of others to the resources.
func (s State) Foreign() []Foreign {
	var all []Foreign
	for _, each := range s.resources() {
		all = append(all, each.additions()...)
	}
	return all
}

// RuleARNs returns the ARNs of all rules that an installation with these names can have.
func RuleARNs(names Names) []string {
	var arns []string
	for _, each := range triggerTypes() {
		arns = append(arns, names.ruleARN(each.ruleName(names)))
	}
	return arns
}

// NamedIDs returns the IDs of the resources that an installation with these names can have, without their parts.
func NamedIDs(names Names) []ID {
	ids := []ID{{KindRole, names.Role}, {KindLogGroup, names.LogGroup}, {KindFunction, names.Function}}
	for _, each := range triggerTypes() {
		ids = append(ids, ID{KindRule, each.ruleName(names)})
	}
	return ids
}

// Unowned returns the resources that do not belong to the installation with this prefix.
func (s State) Unowned(prefix string) []Unowned {
	var all []Unowned
	for _, each := range s.resources() {
		if unowned := each.unowned(prefix); unowned != nil {
			all = append(all, *unowned)
		}
	}
	return all
}

// Exists reports whether there is a resource that is more than a part of another.
func (s State) Exists() bool { return len(s.WholeIDs()) > 0 }

// WholeIDs returns the IDs of the existing resources that are not parts of others, in the order of creation.
func (s State) WholeIDs() []ID {
	var ids []ID
	for _, each := range s.resources() {
		if each.partOf() == (ID{}) {
			ids = append(ids, each.ID())
		}
	}
	return ids
}

// Tags returns the tags of each resource.
func (s State) Tags() []map[string]string {
	var all []map[string]string
	for _, each := range s.resources() {
		all = append(all, tagsOf(each.fields()))
	}
	return all
}

// Detail returns what a status shows beside the name of a resource; "" if nothing, or if it does not exist.
func (s State) Detail(id ID) string {
	if each := s.byID()[id]; each != nil {
		return each.detail()
	}
	return ""
}

// Needs reports whether interruptions are not handled without this resource.
func (s State) Needs(id ID) bool {
	each := s.byID()[id]
	return each != nil && each.vital(Field{})
}

// Rule returns the rule with this name, or nil.
func (s State) Rule(name string) *Rule {
	rule, _ := s.byID()[ID{KindRule, name}].(*Rule)
	return rule
}

// Observe reads the resources with these names, except the role, concurrently and changes nothing. role is the role,
// which was read before because it holds the names, or nil if there is none. A resource that does not exist is nil; any
// other failure is an error.
func Observe(ctx context.Context, clients Clients, names Names, role *Role, why Purpose) (State, error) {
	return observe(ctx, clients, names, roleObserver{role: role, known: true}, why)
}

// ObserveAll is Observe for names that are already known: it reads the role at the same time as the rest.
func ObserveAll(ctx context.Context, clients Clients, names Names, why Purpose) (State, error) {
	return observe(ctx, clients, names, roleObserver{}, why)
}

func observe(ctx context.Context, clients Clients, names Names, role roleObserver, why Purpose) (State, error) {
	observers := newObservers(role)
	group, groupCtx := errgroup.WithContext(ctx)
	for _, each := range observers.readings(clients, names, why) {
		group.Go(func() error { return explain(each.doing, names.Identity, each.read(groupCtx)) })
	}
	if err := group.Wait(); err != nil {
		return State{}, err
	}
	return observers.found(names), nil
}
