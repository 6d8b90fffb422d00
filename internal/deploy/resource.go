package deploy

import (
	"context"
	"fmt"
	"slices"

	"github.com/spothandler/spothandler/internal/apperr"
)

// resource is one resource of an installation, as it is wanted or as it was found. Its own file alone
// knows its kind; the table in state.go lists it, and everything else works through this interface.
type resource interface {
	id() ID
	// partOf is the resource that this one is a part of: it is removed, recreated and left alone together
	// with it. The zero ID: of none.
	partOf() ID
	// waves are when the resource is created or updated, and when it is deleted.
	waves() (change, removal wave)

	// fields are what is compared.
	fields() []pair
	// part is what a field belongs to of that which this version of the program chose, as a policy or a pattern is; ""
	// for what a setting alone says. See written.go.
	part(path string) string
	// vital reports whether interruptions go unanswered while this field differs, or, where it has no
	// path, while the resource is missing.
	vital(Field) bool
	// detail is what a status says of the resource beside its name; "" is nothing.
	detail() string

	// unowned returns why the resource does not belong to the installation with this prefix; nil: it does.
	unowned(prefix string) *Unowned
	// additions are what others have added to it.
	additions() []Foreign

	create(context.Context, *runner, diff) error
	update(context.Context, *runner, diff) error
	delete(context.Context, *runner) error
}

// diff is what a creation or an update starts from.
type diff struct {
	have       resource // nil where there is none
	fields     changed
	duplicates []string // what does the same and is not ours, to be removed
}

// Unowned is a resource that has one of our names and is not ours.
type Unowned struct {
	ID
	Why      string
	Adoption string // what a takeover does to it; "" where it cannot be taken over
}

// wave says when a change is applied: after all of the waves before it, side by side with those of its
// own. The role goes first and, in a removal, last; while IAM spreads a new role, the log group and the
// rules are made.
type wave int

const (
	waveDeleteTarget wave = iota
	waveDeleteRule        // and the permission
	waveDeleteFunction
	waveDeleteLogGroup // nothing of the function writes to it any more
	waveDeleteRole
	waveRole
	wavePauseRule // a rule that is taken over
	waveReplace   // the removal of a function that must be recreated; the log group and the rules as well
	waveFunction
	waveTarget     // and the permission
	waveTakeTarget // of a rule that is taken over: after the permission
	waveResumeRule
)

// reading is one read; doing names it for an error.
type reading struct {
	doing string
	read  func(context.Context) error
}

// Purpose is what is read for.
type Purpose int

// The purposes: to compare; to report, which also shows what others have added and an install keeps; to
// remove, which needs what is there and what others have added; and to find what is there, no more.
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

// notOurs refuses to change these resources. It offers a takeover where all can be taken over.
func notOurs(unowned []Unowned, adoptable bool) *apperr.Error {
	first := unowned[0]
	refusal := &apperr.Error{
		Code:    apperr.CodeNotOurs,
		Message: fmt.Sprintf("%s is not ours", first.ID),
		Detail:  []string{first.Why},
		Hints:   []string{"--prefix NAME   install beside it"},
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

// appeared refuses a resource that has appeared since it was looked for, and says what it is.
func appeared(id ID, what string) *apperr.Error {
	return &apperr.Error{
		Code:    apperr.CodeNotOurs,
		Message: fmt.Sprintf("%s has appeared while this install was at work, and is not ours", id),
		Detail:  []string{what},
		Hints:   []string{"find out who made it", "--prefix NAME   install beside it"},
	}
}

// neverAdopted reports whether the resource cannot be taken over.
func neverAdopted(u Unowned) bool { return u.Adoption == "" }

// adoptable reports whether all of these can be taken over.
func adoptable(unowned []Unowned) bool { return !slices.ContainsFunc(unowned, neverAdopted) }
