package deploy

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spothandler/spothandler/internal/apperr"
)

func equalFold(a, b string) bool { return strings.EqualFold(a, b) }

// Stranger is a resource that stands under one of our names and is not ours.
type Stranger struct {
	Resource Kind
	Name     string
	Why      string
}

// Strangers are the resources under our names that do not carry our tags with our very prefix.
func (i *Installation) Strangers() []Stranger {
	var strangers []Stranger
	prefix := i.Names.Prefix
	add := func(kind Kind, name string, tags map[string]string) {
		if !ours(tags, prefix) {
			strangers = append(strangers, Stranger{kind, name, whyNotOurs(tags)})
		}
	}
	if r := i.State.Role; r != nil {
		if r.Path == Path {
			add(KindRole, r.Name, r.Tags)
		} else {
			strangers = append(strangers, Stranger{KindRole, r.Name, fmt.Sprintf("Its path is %s, not %s.", r.Path, Path)})
		}
	}
	if g := i.State.LogGroup; g != nil && !i.Kept {
		add(KindLogGroup, g.Name, g.Tags)
	}
	if f := i.State.Function; f != nil {
		add(KindFunction, f.Name, f.Tags)
	}
	if r := i.State.Rule; r != nil {
		if r.ManagedBy == "" {
			add(KindRule, r.Name, r.Tags)
		} else {
			strangers = append(strangers, Stranger{KindRule, r.Name, fmt.Sprintf("AWS manages it for %s.", r.ManagedBy)})
		}
	}
	return strangers
}

func whyNotOurs(tags map[string]string) string {
	if tags[TagManagedBy] != managedBy {
		return fmt.Sprintf("It has no tag %s=%s.", TagManagedBy, managedBy)
	}
	return fmt.Sprintf("Its tag %s is %q.", TagPrefix, tags[TagPrefix])
}

// CheckOurs refuses to change what is not ours, and names all of it. With adopt, function, rule and log
// group may be taken over; a role and a rule that AWS manages never are.
func (i *Installation) CheckOurs(adopt bool) error {
	strangers := i.Strangers()
	adoptable := !slices.ContainsFunc(strangers, i.neverAdopted)
	if adopt {
		strangers = slices.DeleteFunc(strangers, func(s Stranger) bool { return !i.neverAdopted(s) })
	}
	if len(strangers) == 0 {
		return nil
	}
	return notOurs(strangers, adoptable)
}

func (i *Installation) neverAdopted(s Stranger) bool {
	return s.Resource == KindRole || s.Resource == KindRule && i.State.Rule.ManagedBy != ""
}

func notOurs(strangers []Stranger, adoptable bool) *apperr.Error {
	first := strangers[0]
	refusal := &apperr.Error{
		Code:    apperr.CodeNotOurs,
		Message: fmt.Sprintf("%s %s is not ours", first.Resource.Words(), first.Name),
		Detail:  []string{first.Why},
		Hints:   []string{"--prefix NAME   install beside it"},
	}
	for _, other := range strangers[1:] {
		refusal.Detail = append(refusal.Detail, fmt.Sprintf("Nor is %s %s. %s", other.Resource.Words(), other.Name, other.Why))
	}
	switch {
	case adoptable && len(strangers) > 1:
		refusal.Hints = append(refusal.Hints, "--adopt --dry-run   see what taking them over would change")
	case adoptable:
		refusal.Hints = append(refusal.Hints, "--adopt   take it over; "+map[Kind]string{
			KindFunction: "its code and settings are replaced",
			KindLogGroup: "its logs stay, its settings are replaced",
			KindRule:     "its pattern, state and target become ours",
		}[first.Resource])
	}
	return refusal
}

// WithoutStrangers is the state without what is not ours: an uninstall leaves that alone.
func (i *Installation) WithoutStrangers() State {
	s := i.State
	if i.Kept {
		s.LogGroup = nil
	}
	kinds := []Kind{}
	for _, stranger := range i.Strangers() {
		kinds = append(kinds, stranger.Resource)
	}
	if slices.Contains(kinds, KindRole) {
		s.Role = nil
	}
	if slices.Contains(kinds, KindLogGroup) {
		s.LogGroup = nil
	}
	if slices.Contains(kinds, KindFunction) {
		s.Function, s.Permission = nil, nil
	}
	if slices.Contains(kinds, KindRule) {
		s.Rule, s.Target = nil, nil
	}
	s.Foreign = slices.DeleteFunc(slices.Clone(s.Foreign), func(f Foreign) bool {
		return slices.Contains(kinds, f.Resource) || f.Resource == KindPermission && slices.Contains(kinds, KindFunction)
	})
	return s
}

// Lost says what others added to a function that has to be made anew, and what goes with it: a statement
// of its policy is theirs to add again.
func Lost(have State, changes []Change) []string {
	if !slices.ContainsFunc(changes, func(c Change) bool { return c.Action == Delete && c.Resource == KindFunction }) {
		return nil
	}
	var lost []string
	for _, f := range have.Foreign {
		if f.Resource == KindPermission {
			lost = append(lost, fmt.Sprintf("function %s has to be made anew, and its %s, which is not ours, goes with it: add that again", f.Name, f.What))
		}
	}
	return lost
}

// CheckRemovable refuses a removal, before its first write, that would take along what others added,
// or that AWS would refuse halfway.
func (i *Installation) CheckRemovable(force, keepLogs bool) error {
	left := i.WithoutStrangers()
	if g := left.LogGroup; g != nil && g.Protected && !keepLogs {
		return &apperr.Error{
			Code:    apperr.CodeForeign,
			Message: fmt.Sprintf("log group %s has deletion protection", g.Name),
			Detail:  []string{"Nothing was changed."},
			Hints: []string{
				"--keep-logs   leave it with its logs",
				"aws logs put-log-group-deletion-protection --log-group-identifier " + g.Name + " --no-deletion-protection-enabled",
			},
		}
	}
	if force {
		return nil
	}
	refusal := &apperr.Error{
		Code:    apperr.CodeForeign,
		Message: "others have added to this installation, and removing it would remove that too",
		Hints:   []string{"take the additions away first", "--force   remove them as well"},
	}
	for _, f := range left.Foreign {
		refusal.Detail = append(refusal.Detail, fmt.Sprintf("%s %s: %s", f.Resource.Words(), f.Name, f.What))
	}
	if len(refusal.Detail) == 0 {
		return nil
	}
	refusal.Detail = append(refusal.Detail, "Nothing was changed.")
	return refusal
}
