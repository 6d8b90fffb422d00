package deploy

import (
	"errors"
	"fmt"
	"slices"

	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/deploy/resource"
	"github.com/spothandler/spothandler/internal/deploy/settings"
)

// Unowned returns the resources under the installation's names that do not belong to this installation.
func (i *Installation) Unowned() []resource.Unowned {
	all := i.State.Unowned(i.Names.Prefix)
	for index := range all {
		all[index] = all[index].Losing(i.Names, i.records(all[index].ID))
	}
	if unowned := i.onlyInRecord(); unowned != nil {
		all = append(all, *unowned)
	}
	return all
}

// checkOwnership returns an error that names all resources that do not belong to the installation. With adopt, function, rule and log
// group may be taken over; a role and a rule managed by AWS never are.
func (i *Installation) checkOwnership(adopt bool) error {
	unowned := i.Unowned()
	offered := adoptable(unowned)
	if adopt {
		unowned = slices.DeleteFunc(unowned, func(u resource.Unowned) bool { return !neverAdopted(u) })
	}
	if len(unowned) == 0 {
		return nil
	}
	return resource.UnownedError(unowned, offered)
}

// owned returns the state without resources that do not belong to the installation, and without a kept log group: an uninstall
// leaves these alone.
func (i *Installation) owned() resource.State {
	var others []resource.ID
	for _, each := range i.Unowned() {
		others = append(others, each.ID)
	}
	if i.Kept {
		others = append(others, i.State.LogGroup.ID())
	}
	return i.State.Without(others...)
}

// Found reports whether any part of an installation exists. Unowned resources, their parts, and a
// kept log group do not count.
func (i *Installation) Found() bool {
	return i.owned().Exists()
}

// removable returns what an uninstall removes: the resources of the installation, but not the log group of a function that remains.
func (i *Installation) removable() resource.State {
	own := i.owned()
	if own.LogGroup == nil || own.Function != nil || i.State.Function == nil {
		return own
	}
	return own.Without(own.LogGroup.ID())
}

// checkWhole returns an error if only some of the resources have the installation's tags: either a resource lost its tags, or
// it belongs to something else and is kept.
func (i *Installation) checkWhole() error {
	unowned := i.Unowned()
	if len(unowned) == 0 || !i.Found() {
		return nil
	}
	refusal := &apperr.Error{
		Code:    apperr.CodeNotOurs,
		Message: "only some of this installation's resources have its tags",
		Hints:   append(resource.RestoreHints(unowned), "--force   remove the resources that have its tags, and keep the rest"),
	}
	for _, each := range unowned {
		detail := each.Describe() + ". " + each.Why
		if each.Lost != "" {
			detail = each.String() + " " + each.Lost + ", or does not belong to this installation."
		}
		refusal.Detail = append(refusal.Detail, detail)
	}
	refusal.Detail = append(refusal.Detail, "Nothing was changed.")
	return refusal
}

// checkRemovable returns an error, before the first write, if a removal would delete foreign additions or keep unowned
// resources, or if AWS would refuse it halfway.
func (i *Installation) checkRemovable(force, keepLogs bool) error {
	if !force {
		if err := i.checkWhole(); err != nil {
			return err
		}
	}
	left := i.removable()
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
	if f := left.Function; f != nil && f.Unseen != nil {
		return withHint(f.Unseen, "--force   remove it anyway, with whatever was added to it")
	}
	additions := left.Foreign()
	if len(additions) == 0 {
		return nil
	}
	refusal := &apperr.Error{
		Code:    apperr.CodeForeign,
		Message: "uninstall would also delete additions that spothandler did not make",
	}
	for _, each := range additions {
		refusal.Detail, refusal.Hints = append(refusal.Detail, each.String()), append(refusal.Hints, each.Hint(i.Names))
	}
	refusal.Hints = append(refusal.Hints, "--force   remove them as well")
	refusal.Detail = append(refusal.Detail, "Nothing was changed.")
	return refusal
}

// withHint adds a hint to an *apperr.Error.
func withHint(err error, hint string) error {
	known, explained := errors.AsType[*apperr.Error](err)
	if !explained {
		return err
	}
	hinted := *known
	hinted.Hints = append(slices.Clone(known.Hints), hint)
	return &hinted
}

// neverAdopted reports whether the resource cannot be taken over.
func neverAdopted(u resource.Unowned) bool { return u.Adoption == "" }

// adoptable reports whether all of these can be taken over.
func adoptable(unowned []resource.Unowned) bool { return !slices.ContainsFunc(unowned, neverAdopted) }

// records reports whether a record in the role's description names the resource. The role itself need not belong to
// the installation: the command that this leads to is only shown.
func (i *Installation) records(id resource.ID) bool {
	if i.Record != nil {
		return true
	}
	role := i.State.Role
	if role == nil {
		return false
	}
	record := settings.ParseRecord(role.Description)
	if record == nil {
		return false
	}
	recorded := resource.NewNames(i.Names.Identity, i.Names.Prefix, record.FunctionName, record.RuleName)
	return slices.Contains(resource.NamedIDs(recorded), id)
}

// compared returns everything under the installation's names, except a log group that an uninstall kept.
func (i *Installation) compared() resource.State {
	if i.Kept {
		return i.State.Without(i.State.LogGroup.ID())
	}
	return i.State
}

// withRecord returns the installation with the record of a role that lost a tag, if the record names what was found.
// It is for a report only: whatever writes needs the tags.
func (i *Installation) withRecord() *Installation {
	role := i.State.Role
	if i.Record != nil || role == nil || !slices.ContainsFunc(i.Unowned(), func(u resource.Unowned) bool { return u.ID == role.ID() && u.Lost != "" }) {
		return i
	}
	record := settings.ParseRecord(role.Description)
	if record == nil || !record.Fits(i.Names.Prefix) ||
		settings.Prefixed(i.Names.Prefix, record.FunctionName) != i.Names.Function || settings.Prefixed(i.Names.Prefix, record.RuleName) != i.Names.Rule {
		return i
	}
	recorded := *i
	recorded.Record = record
	return &recorded
}
