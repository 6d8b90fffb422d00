package deploy

import (
	"context"
	"fmt"
	"slices"

	"github.com/spothandler/spothandler/internal/apperr"
)

// resource is one resource of an installation, as wanted or as found. Only its own file depends on its kind;
// the table in table.go lists it, and all other code uses this interface.
type resource interface {
	id() ID
	// partOf returns the resource of which this one is a part: both are removed, recreated and left alone
	// together. The zero ID means none.
	partOf() ID
	// waves returns when the resource is created or updated, and when it is deleted.
	waves() (change, removal wave)

	// fields returns what is compared.
	fields() []pair
	// part returns the document chosen by this version of the program that a field belongs to, such as a
	// policy or a pattern, or "" if a setting alone determines the field. See written.go.
	part(path string) string
	// vital reports whether interruptions are not handled while this field differs or, if the field has no
	// path, while the resource is missing.
	vital(Field) bool
	// detail returns what a status shows after the resource's name; "" if nothing.
	detail() string

	// unowned returns why the resource does not belong to the installation with this prefix, or nil if it
	// does.
	unowned(prefix string) *Unowned
	// additions returns what others have added to the resource.
	additions() []Foreign

	create(context.Context, *runner, diff) error
	update(context.Context, *runner, diff) error
	delete(context.Context, *runner) error
}

// diff is the input of a creation or an update.
type diff struct {
	have       resource // nil if there is none
	fields     changed
	duplicates []string // what has the same effect but is not ours, to be removed
}

// Unowned is a resource that has one of our names but is not ours.
type Unowned struct {
	ID
	Why      string
	Adoption string // the effect of a takeover; "" if it cannot be taken over
}

// wave determines when a change is applied: after all earlier waves, concurrently with the changes of its
// own. The role is created first and deleted last; while a new role propagates in IAM, the log group and the
// rules are created.
type wave int

const (
	waveDeleteTarget wave = iota
	waveDeleteRule        // and the permission
	waveDeleteFunction
	waveDeleteLogGroup // the function no longer writes to it
	waveDeleteRole
	waveRole
	wavePauseRule // a rule that is taken over
	waveReplace   // the deletion of a function that must be recreated; the log group and the rules as well
	waveFunction
	waveTarget     // and the permission
	waveTakeTarget // of a rule that is taken over: after the permission
	waveResumeRule
)

// reading is one read; doing describes it for an error.
type reading struct {
	doing string
	read  func(context.Context) error
}

// Purpose is the reason for reading, which determines what is read.
type Purpose int

// The purposes: to compare; to report, which also shows additions that an install keeps; to remove, which
// needs what exists and what others have added; and to find only what exists.
const (
	ToCompare Purpose = iota
	ToReport
	ToRemove
	ToFind
)

func whyNotOurs(tags map[string]string) string {
	if tags[TagManagedBy] != managedBy {
		return fmt.Sprintf("It has no tag %s=%s.", TagManagedBy, managedBy)
	}
	prefix, tagged := tags[TagPrefix]
	if !tagged {
		return fmt.Sprintf("It has no tag %s.", TagPrefix)
	}
	return fmt.Sprintf("Its tag %s is %q.", TagPrefix, prefix)
}

// notOurs returns the error that these resources are not ours. It offers a takeover if all can be taken over.
func notOurs(unowned []Unowned, adoptable bool) *apperr.Error {
	first := unowned[0]
	refusal := &apperr.Error{
		Code:    apperr.CodeNotOurs,
		Message: fmt.Sprintf("%s is not ours", first.ID),
		Detail:  []string{first.Why},
		Hints:   []string{"--prefix NAME   install alongside it"},
	}
	for _, other := range unowned[1:] {
		refusal.Detail = append(refusal.Detail, fmt.Sprintf("Nor is %s. %s", other.ID, other.Why))
	}
	switch {
	case adoptable && len(unowned) > 1:
		refusal.Hints = append(refusal.Hints, "--adopt --dry-run   see what taking them over would change")
	case adoptable:
		refusal.Hints = append(refusal.Hints, "--adopt   take it over; "+first.Adoption)
	}
	return refusal
}

// appeared returns the error for a resource that was created by someone else since it was looked for.
func appeared(id ID, what string) *apperr.Error {
	return &apperr.Error{
		Code:    apperr.CodeNotOurs,
		Message: fmt.Sprintf("%s appeared while this install was running, and is not ours", id),
		Detail:  []string{what},
		Hints:   []string{"find out who created it", "--prefix NAME   install alongside it"},
	}
}

// neverAdopted reports whether the resource cannot be taken over.
func neverAdopted(u Unowned) bool { return u.Adoption == "" }

// adoptable reports whether all of these can be taken over.
func adoptable(unowned []Unowned) bool { return !slices.ContainsFunc(unowned, neverAdopted) }
