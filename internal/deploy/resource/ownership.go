package resource

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/deploy/settings"
)

// Keys of an installation's tags. TagManagedBy, whose value is ManagedBy, and TagPrefix together identify its resources;
// TagKept marks a log group that an uninstall left; TagVersion is on the function.
const (
	TagManagedBy = settings.TagManagedBy
	TagPrefix    = settings.OwnTagPrefix + "prefix"
	TagVersion   = settings.OwnTagPrefix + "version"
	TagKept      = settings.OwnTagPrefix + "kept"
)

// ManagedBy is the value of the tag TagManagedBy on every resource of an installation.
const ManagedBy = "spothandler"

const maxTagsOfAWS = 50

// HasOwnTags reports whether these tags make a resource part of the installation with this prefix.
func HasOwnTags(tags map[string]string, prefix string) bool {
	value, tagged := tags[TagPrefix]
	return tags[TagManagedBy] == ManagedBy && tagged && value == prefix
}

// Unowned is a resource that has one of the installation's names but does not belong to it: it lacks the installation's
// tags, or has those of another prefix.
type Unowned struct {
	ID
	Why      string
	Adoption string // the effect of a takeover; "" if it cannot be taken over

	// If it seems to be this installation's without some of its tags: what it lacks, as "lacks the tag key=value", and
	// the command that restores that. Otherwise "".
	Lost, Restore string

	tags map[string]string
	// tagCommand returns the command of the AWS CLI that sets tags, in the form key=value; nil if the tags do not decide
	// whether it belongs to the installation.
	tagCommand func(names Names, tags []string) string
}

// Describe returns the resource and that it does not belong to the installation, as a clause without a period.
func (u Unowned) Describe() string { return u.String() + " does not belong to this installation" }

func whyUnowned(tags map[string]string) string {
	if tags[TagManagedBy] != ManagedBy {
		return fmt.Sprintf("It has no tag %s=%s.", TagManagedBy, ManagedBy)
	}
	prefix, tagged := tags[TagPrefix]
	if !tagged {
		return fmt.Sprintf("It has no tag %s.", TagPrefix)
	}
	return fmt.Sprintf("Its tag %s is %q.", TagPrefix, prefix)
}

// appeared returns the error for a resource that another principal created after the installation was read.
func appeared(id ID, what string) *apperr.Error {
	return &apperr.Error{
		Code:    apperr.CodeNotOurs,
		Message: fmt.Sprintf("%s was created while this install was running, and does not belong to it", id),
		Detail:  []string{what},
		Hints:   []string{"find out who created it", "--prefix NAME   install alongside it"},
	}
}

// UnownedError returns the error that these resources do not belong to the installation. It offers a takeover if all can
// be taken over.
func UnownedError(unowned []Unowned, adoptable bool) *apperr.Error {
	first := unowned[0]
	refusal := &apperr.Error{
		Code:    apperr.CodeNotOurs,
		Message: first.Describe(),
		Detail:  []string{first.Why},
		Hints:   append(RestoreHints(unowned), "--prefix NAME   install alongside it"),
	}
	for _, other := range unowned[1:] {
		refusal.Detail = append(refusal.Detail, fmt.Sprintf("Nor does %s. %s", other.ID, other.Why))
	}
	switch {
	case adoptable && len(unowned) > 1:
		refusal.Hints = append(refusal.Hints, "--adopt --dry-run   see what taking them over would change")
	case adoptable:
		refusal.Hints = append(refusal.Hints, "--adopt   take it over; "+first.Adoption)
	}
	return refusal
}

// resourceTags returns the tags of every resource of an installation.
func resourceTags(spec settings.Spec) map[string]string {
	tags := maps.Clone(nonNilMap(spec.Tags))
	tags[TagManagedBy] = ManagedBy
	tags[TagPrefix] = spec.Prefix
	return tags
}

// withForeign returns the wanted tags and those that others have added, without AWS's own, which cannot be
// set.
func withForeign(want, have map[string]string, drop []string) map[string]string {
	all := maps.Clone(nonNilMap(have))
	maps.DeleteFunc(all, func(key, _ string) bool { return slices.Contains(drop, key) || strings.HasPrefix(key, "aws:") })
	maps.Copy(all, want)
	return all
}

// dropTags returns the keys of the tags to remove: recorded ones that are no longer wanted, and the one
// that marks a log group as kept.
func dropTags(dropped map[string]string) []string {
	return append(sortedKeys(dropped), TagKept)
}

func without(list []string, words ...string) []string {
	return slices.DeleteFunc(slices.Clone(list), func(each string) bool { return slices.Contains(words, each) })
}

func nonNilMap(m map[string]string) map[string]string {
	if m == nil {
		return map[string]string{}
	}
	return m
}

// tagged is a resource whose tags decide whether it belongs to an installation.
type tagged interface {
	ID() ID
	tagCommand(names Names, tags []string) string
}

// unownedByTags returns the Unowned for a resource with these tags, or nil if it belongs to the installation with this
// prefix.
func unownedByTags(r tagged, tags map[string]string, prefix, adoption string) *Unowned {
	if HasOwnTags(tags, prefix) {
		return nil
	}
	return &Unowned{ID: r.ID(), Why: whyUnowned(tags), Adoption: adoption, tags: tags, tagCommand: r.tagCommand}
}

// lost returns those of the installation's tags that the resource lacks, in the form key=value; none if it has the tag of another
// prefix, or if its tags do not decide.
func (u Unowned) lost(prefix string) []string {
	if other, set := u.tags[TagPrefix]; u.tagCommand == nil || set && other != prefix {
		return nil
	}
	var lost []string
	if u.tags[TagManagedBy] != ManagedBy {
		lost = append(lost, TagManagedBy+"="+ManagedBy)
	}
	if _, set := u.tags[TagPrefix]; !set {
		lost = append(lost, TagPrefix+"="+prefix)
	}
	return lost
}

// keysAndValues returns tags as IAM and EventBridge take them in the AWS CLI.
func keysAndValues(tags []string) string {
	pairs := make([]string, 0, len(tags))
	for _, tag := range tags {
		key, value, _ := strings.Cut(tag, "=")
		pairs = append(pairs, "Key="+key+",Value="+value)
	}
	return strings.Join(pairs, " ")
}

// RestoreHint returns the command that restores the tags, with a comment; "" if there is none.
func (u Unowned) RestoreHint() string {
	if u.Restore == "" {
		return ""
	}
	return u.Restore + "   if it belongs to this installation"
}

// RestoreHints returns the commands that restore the tags of these resources.
func RestoreHints(unowned []Unowned) []string {
	var hints []string
	for _, each := range unowned {
		if hint := each.RestoreHint(); hint != "" {
			hints = append(hints, hint)
		}
	}
	return hints
}

// Losing returns the resource with the installation's tags that it lost, and the command that restores them. recorded
// reports that the record names it. Without the record or one of the tags, nothing indicates that it was ever the
// installation's.
func (u Unowned) Losing(names Names, recorded bool) Unowned {
	lost := u.lost(names.Prefix)
	if len(lost) == 0 || len(lost) == 2 && !recorded {
		return u
	}
	u.Lost = "lacks the tag " + lost[0]
	if len(lost) == 2 {
		u.Lost = "lacks the tags " + lost[0] + " and " + lost[1]
	}
	u.Why = "It " + u.Lost + "."
	u.Restore = u.tagCommand(names, lost)
	return u
}
