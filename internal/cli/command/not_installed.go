package command

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/deploy"
	"github.com/spothandler/spothandler/internal/deploy/resource"
	"github.com/spothandler/spothandler/internal/session"
)

// NotInstalled returns the error of a command for a prefix that is not installed, for ExitNotInstalled. If there are other
// installations in the Region, the error names them and does not suggest an install: the user probably meant one of them, and
// a new one would process the same events.
func (a *App) NotInstalled(command, prefix, region string, others []deploy.Listed) *apperr.Error {
	verdict := a.NotInstalledUnlisted(prefix, region)
	if len(others) == 0 {
		if prefix == "" {
			verdict.Message = fmt.Sprintf("nothing is installed in %s of account %s", region, a.Account)
		}
		return verdict
	}
	if len(others) > 1 && prefix == "" && a.prefixOmitted() {
		verdict.Message = fmt.Sprintf("%d installations in %s: specify one", len(others), region)
	}
	sentence, hints := a.Hints().DescribeOthers(command, prefix, others)
	verdict.Detail, verdict.Hints = []string{sentence + nearestSentence(prefix, others)}, hints
	return verdict
}

// prefixOmitted reports whether nothing says which installation is meant: no flag, environment variable or configuration file.
func (a *App) prefixOmitted() bool {
	return a.Sources.Origins["prefix"] == "" && a.Sources.File == ""
}

// NotInstalledUnlisted is like NotInstalled for a caller that may not list the other installations.
func (a *App) NotInstalledUnlisted(prefix, region string) *apperr.Error {
	name := prefix
	if prefix == "" && a.Installation == nil {
		name = "NAME"
	}
	return NotInstalledError(fmt.Sprintf("%s is not installed in %s", deploy.DisplayPrefix(prefix), region),
		a.Hints().Search(prefix, "spothandler install"+a.Hints().InstallationFlags(name))...)
}

// NotInstalledError returns the error of a command that found no installation, for ExitNotInstalled.
func NotInstalledError(message string, hints ...string) *apperr.Error {
	return &apperr.Error{Code: "not_installed", Message: message, Hints: hints, Err: ErrNotInstalled}
}

// DeliverNone delivers an empty result, and returns the error of a command that found no installation in any Region.
func (a *App) DeliverNone(err error) error {
	a.ErrorsInResult = true
	return errors.Join(err, a.Deliver(Results{[]any{}}))
}

// NowhereInstalled returns the error of a command that found no installation with this prefix in any Region of the account.
func (a *App) NowhereInstalled(ctx context.Context, prefix string, id session.Identity) error {
	others, listed, err := a.Elsewhere(ctx, prefix)
	if err != nil {
		return err
	}
	message := fmt.Sprintf("%s is not installed in any Region of account %s", deploy.DisplayPrefix(prefix), id.Account)
	if prefix == "" && listed && len(others) == 0 {
		message = "nothing is installed in any Region of account " + id.Account
	}
	return a.missing(message, prefix, others)
}

// NotInstalledInAny returns the error of a command that found no installation with this prefix in the given Regions.
func (a *App) NotInstalledInAny(ctx context.Context, prefix string, regions []string) error {
	others, listed, err := a.Elsewhere(ctx, prefix)
	if err != nil {
		return err
	}
	where := fmt.Sprintf("%s of account %s", strings.Join(regions, ", "), a.Account)
	there := 0
	for _, other := range others {
		if slices.Contains(regions, other.Region) {
			there++
		}
	}
	message := deploy.DisplayPrefix(prefix) + " is not installed in " + where
	switch {
	case prefix != "":
	case listed && there == 0:
		message = "nothing is installed in " + where
	case there > 1 && a.prefixOmitted():
		message = fmt.Sprintf("%d installations in %s: specify one", there, where)
	}
	return a.missing(message, prefix, others)
}

// missing returns the error for a prefix that is not installed in several Regions, with the installations that are.
func (a *App) missing(message, prefix string, others []deploy.Listed) *apperr.Error {
	if len(others) == 0 {
		name := prefix
		if name == "" {
			name = "NAME"
		}
		return NotInstalledError(message, a.Hints().Search(prefix, "spothandler install"+a.Hints().In("NAME").AddressFlags(name))...)
	}
	sentence, hints := a.Hints().DescribeElsewhere(a.command, prefix, others)
	verdict := NotInstalledError(message, hints...)
	verdict.Detail = []string{sentence}
	return verdict
}

// Elsewhere returns the installations in all Regions of the account, those with the nearest name first. It warns and reports
// that they are not listed if the caller may not list them.
func (a *App) Elsewhere(ctx context.Context, prefix string) (others []deploy.Listed, listed bool, err error) {
	one := *a
	if len(a.Regions) > 0 { // any will do, since IAM is global
		one.Region = a.Regions[0]
	}
	s, err := one.Open(ctx, "")
	if err != nil {
		return nil, false, err
	}
	a.Account = s.ID.Account
	others, err = deploy.ListNames(ctx, s.Clients, s.ID, a.RolePath)
	if ctx.Err() != nil {
		return nil, false, ctx.Err()
	}
	if err != nil {
		a.Warn(resource.NotChecked{What: "other installations", Why: apperr.WhyNot(err)}.String())
		return nil, false, nil
	}
	return nearestFirst(prefix, others), true, nil
}
