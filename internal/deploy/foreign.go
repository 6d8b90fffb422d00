package deploy

import (
	"fmt"

	"github.com/spothandler/spothandler/internal/apperr"
)

// Unowned is a resource that has one of our names but is not ours.
type Unowned struct {
	ID
	Why      string
	Adoption string // the effect of a takeover; "" if it cannot be taken over
}

// Foreign is an addition to one of our resources that was not made by spothandler.
type Foreign struct {
	ID          // of our resource
	What string `json:"what"` // "attached policy arn:...", "target other", "statement AllowMe"
}

// String returns the addition as words: "rule x: target other".
func (f Foreign) String() string { return f.ID.String() + ": " + f.What }

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

// appeared returns the error for a resource that was created by someone else since it was looked for.
func appeared(id ID, what string) *apperr.Error {
	return &apperr.Error{
		Code:    apperr.CodeNotOurs,
		Message: fmt.Sprintf("%s appeared while this install was running, and is not ours", id),
		Detail:  []string{what},
		Hints:   []string{"find out who created it", "--prefix NAME   install alongside it"},
	}
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
