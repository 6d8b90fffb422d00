package cli

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/deploy"
	"github.com/spothandler/spothandler/internal/deploy/settings"
	"github.com/spothandler/spothandler/internal/session"
)

// statusAnswer is status's JSON.
type statusAnswer struct {
	Version       string          `json:"version"`
	Installations []deploy.Status `json:"installations"`
	Errors        []regionError   `json:"errors"`
}

// regionError is why a region could not be read.
type regionError struct {
	Region string    `json:"region"`
	Error  errorBody `json:"error"`
}

// statusOptions are status's own flags.
type statusOptions struct {
	prefix string
	names  settings.Given
	one    bool // a prefix was given
}

// only is the one prefix to look at; nil where it is all.
func (o *statusOptions) only() *string {
	if o.one {
		return &o.prefix
	}
	return nil
}

func (a *app) statusCommand() *cobra.Command {
	o := &statusOptions{}
	cmd := &cobra.Command{
		Use:   "status",
		Short: "Show what is installed, and whether it is as it was asked for",
		Long: `Status compares each installation with its own record and changes nothing.
Without --prefix it shows every installation of the region, found by its role;
one whose role is gone needs --prefix. It exits with 0 when all are healthy, 2
when one is not, and 3 when there is none.`,
		Example: `  spothandler status
  spothandler status --prefix prod -o json`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			var err error
			if o.names, err = a.given(cmd, o.prefix); err != nil {
				return err
			}
			o.one = cmd.Flags().Changed("prefix")
			return a.status(cmd.Context(), o)
		},
	}
	addAddress(cmd, &o.prefix)
	a.awsFlags(cmd)
	return cmd
}

// status shows the installations of all regions together: what concerns several of them is said once.
func (a *app) status(ctx context.Context, o *statusOptions) error {
	visits, id, err := visitRegions(ctx, a, o.only(), func(ctx context.Context, a *app) (statuses, error) { return a.statusHere(ctx, o) })
	if err != nil {
		return err
	}
	if len(visits) == 1 && !visits[0].app.several {
		v := visits[0]
		if v.err != nil && v.app.account == "" { // it has not come to a region
			return v.err
		}
		v.app.ownErrors = true
		v.code = v.app.conclude(ctx, v.err)
	}
	if err := a.showStatuses(ctx, visits); err != nil {
		return err
	}
	if noneAnywhere(visits) {
		return a.noneIn(visits, id)
	}
	return alreadyShown(worst(visits))
}

// noneAnywhere reports whether several regions, or none, have nothing.
func noneAnywhere(visits []*visit[statuses]) bool {
	found := func(v *visit[statuses]) bool { return v.code != exitNotInstalled }
	return len(visits) != 1 && !slices.ContainsFunc(visits, found)
}

// showStatuses prints what was held back, and the answer.
func (a *app) showStatuses(ctx context.Context, visits []*visit[statuses]) error {
	answer := statusAnswer{binaryVersion(), []deploy.Status{}, []regionError{}}
	for _, v := range visits {
		if err := v.show(a); err != nil {
			return err
		}
		answer.Installations = append(answer.Installations, v.answer...)
		if v.code == exitError || v.code == exitInterrupted {
			answer.Errors = append(answer.Errors, regionError{v.app.found, bodyOf(v.app.explain(ctx, v.err))})
		}
	}
	if a.json() {
		return a.out.JSON(answer)
	}
	a.printStatuses(answer.Installations)
	return nil
}

// noneIn is the verdict on several regions.
func (a *app) noneIn(visits []*visit[statuses], id session.Identity) error {
	a.ownErrors = true
	if len(visits) == 0 {
		return missing("it is installed in no region of account "+id.Account, "spothandler install --region NAME --region NAME")
	}
	regions := make([]string, len(visits))
	for i, v := range visits {
		regions[i] = v.app.region
	}
	return missing(fmt.Sprintf("nothing is installed in %s of account %s", strings.Join(regions, ", "), visits[0].app.account), "spothandler install --prefix NAME --region NAME")
}

// statuses are the installations of a region.
type statuses []deploy.Status

func (s statuses) brief() string {
	bad := 0
	for _, status := range s {
		if !status.Healthy {
			bad++
		}
	}
	switch {
	case len(s) == 1:
		return inWords(s[0].Verdict)
	case bad == 0:
		return fmt.Sprintf("%d healthy", len(s))
	}
	return fmt.Sprintf("%d of %d not healthy", bad, len(s))
}

func (a *app) statusHere(ctx context.Context, o *statusOptions) (statuses, error) {
	s, err := a.open(ctx, o.prefix)
	if err != nil {
		return nil, err
	}
	a.printEndpoints(s)
	found, others, notChecked, err := a.survey(ctx, s, o)
	if err != nil {
		return nil, a.pointToPolicy(o.prefix, err)
	}
	all, err := assess(found, others)
	if err != nil {
		return nil, err
	}
	if len(all) == 0 {
		return nil, a.notHere(s.id, o, others)
	}
	for index := range all {
		all[index].NotChecked = append(all[index].NotChecked, notChecked...)
	}
	if slices.ContainsFunc(all, func(status deploy.Status) bool { return !status.Healthy }) {
		return all, errDiffers
	}
	return all, nil
}

// survey looks at one installation, or at every one of the region side by side. Without a list (ListRoles
// denied) one installation can still be looked at.
func (a *app) survey(ctx context.Context, s *connection, o *statusOptions) (_ []*deploy.Installation, _ []deploy.Listed, notChecked []deploy.NotChecked, _ error) {
	others, err := deploy.List(ctx, s.clients, s.id, a.rolePath)
	if err != nil && (!o.one || ctx.Err() != nil) {
		return nil, nil, nil, err
	}
	if err != nil {
		notChecked = append(notChecked, deploy.NotChecked{What: "other installations", Why: apperr.WhyNot(err)})
	}
	prefixes := []string{o.prefix}
	if !o.one {
		prefixes = prefixesOf(others)
	}
	found := make([]*deploy.Installation, len(prefixes))
	group, ctx := errgroup.WithContext(ctx)
	for index, each := range prefixes {
		names := o.names
		if each != o.prefix { // they are of one installation
			names = nil
		}
		group.Go(func() (err error) {
			found[index], err = deploy.Find(ctx, s.clients, s.id, each, names)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, nil, nil, err
	}
	return onlyFound(found), others, notChecked, nil
}

// prefixesOf are the prefixes to look at. The empty one is always among them: what is left of an
// installation without a prefix whose role is gone is found only by its names.
func prefixesOf(listed []deploy.Listed) []string {
	prefixes := []string{""}
	for _, each := range listed {
		if each.Prefix != "" {
			prefixes = append(prefixes, each.Prefix)
		}
	}
	return prefixes
}

// onlyFound leaves out what is not there, or is there and none of ours.
func onlyFound(all []*deploy.Installation) []*deploy.Installation {
	var found []*deploy.Installation
	for _, each := range all {
		if each.Found() {
			found = append(found, each)
		}
	}
	return found
}

func assess(found []*deploy.Installation, others []deploy.Listed) ([]deploy.Status, error) {
	all := []deploy.Status{}
	for _, each := range found {
		architecture := settings.Defaults("").Architecture
		if each.Record != nil {
			architecture = each.Record.Architecture
		}
		release, err := releaseFor(architecture)
		if err != nil { // a binary without the function's code can still look
			release = deploy.Release{Version: binaryVersion()}
		}
		status, err := deploy.Assess(each, release, others)
		if err != nil {
			return nil, err
		}
		all = append(all, status)
	}
	return all, nil
}
