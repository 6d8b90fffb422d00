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
			return statusRun{a, o}.run(cmd.Context())
		},
	}
	addAddress(cmd, &o.prefix)
	a.awsFlags(cmd)
	return cmd
}

// statusRun is one status.
type statusRun struct {
	*app
	asked *statusOptions
}

// run shows the installations of all regions together: what concerns several of them is said once.
func (r statusRun) run(ctx context.Context) error {
	runs, id, err := runInRegions(ctx, r.app, r.asked.only(), func(ctx context.Context, a *app) (statuses, error) { return statusRun{a, r.asked}.here(ctx) })
	if err != nil {
		return err
	}
	if len(runs) == 1 && !runs[0].app.several {
		v := runs[0]
		if v.err != nil && v.app.account == "" { // it has not come to a region
			return v.err
		}
		v.app.ownErrors = true
		v.code = v.app.conclude(ctx, v.err)
	}
	if err := r.show(ctx, runs); err != nil {
		return err
	}
	if noneAnywhere(runs) {
		return r.noneIn(runs, id)
	}
	return alreadyShown(worst(runs))
}

// noneAnywhere reports whether several regions, or none, have nothing.
func noneAnywhere(runs []*targetRun[statuses]) bool {
	found := func(v *targetRun[statuses]) bool { return v.code != exitNotInstalled }
	return len(runs) != 1 && !slices.ContainsFunc(runs, found)
}

// show prints what was held back, and the answer.
func (r statusRun) show(ctx context.Context, runs []*targetRun[statuses]) error {
	answer := statusAnswer{binaryVersion(), []deploy.Status{}, []regionError{}}
	for _, v := range runs {
		if err := v.show(r.app); err != nil {
			return err
		}
		answer.Installations = append(answer.Installations, v.answer...)
		if v.code == exitError || v.code == exitInterrupted {
			answer.Errors = append(answer.Errors, regionError{v.app.found, bodyOf(v.app.explain(ctx, v.err))})
		}
	}
	if r.json() {
		return r.out.JSON(answer)
	}
	r.print(answer.Installations)
	return nil
}

// notHere is the verdict of status on a region.
func (r statusRun) notHere(id session.Identity, others []deploy.Listed) error {
	if r.asked.one {
		return r.notInstalled("status", r.asked.prefix, id.Region, others)
	}
	return missing(fmt.Sprintf("nothing is installed in %s of account %s", id.Region, id.Account),
		"spothandler install --prefix NAME",
		"spothandler status --prefix NAME   to check one whose role was deleted")
}

// noneIn is the verdict on several regions.
func (r statusRun) noneIn(runs []*targetRun[statuses], id session.Identity) error {
	r.ownErrors = true
	if len(runs) == 0 {
		return missing("spothandler is not installed in any region of account "+id.Account, "spothandler install --region NAME --region NAME")
	}
	regions := make([]string, len(runs))
	for i, v := range runs {
		regions[i] = v.app.region
	}
	return missing(fmt.Sprintf("nothing is installed in %s of account %s", strings.Join(regions, ", "), runs[0].app.account), "spothandler install --prefix NAME --region NAME")
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

func (r statusRun) here(ctx context.Context) (statuses, error) {
	s, err := r.open(ctx, r.asked.prefix)
	if err != nil {
		return nil, err
	}
	r.printEndpoints(s)
	found, others, notChecked, err := r.survey(ctx, s)
	if err != nil {
		return nil, r.pointToPolicy(r.asked.prefix, err)
	}
	all, err := assess(found, others)
	if err != nil {
		return nil, err
	}
	if len(all) == 0 {
		return nil, r.notHere(s.id, others)
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
func (r statusRun) survey(ctx context.Context, s *connection) (_ []*deploy.Installation, _ []deploy.Listed, notChecked []deploy.NotChecked, _ error) {
	others, err := deploy.List(ctx, s.clients, s.id, r.rolePath)
	if err != nil && (!r.asked.one || ctx.Err() != nil) {
		return nil, nil, nil, err
	}
	if err != nil {
		notChecked = append(notChecked, deploy.NotChecked{What: "other installations", Why: apperr.WhyNot(err)})
	}
	prefixes := []string{r.asked.prefix}
	if !r.asked.one {
		prefixes = prefixesOf(others)
	}
	found := make([]*deploy.Installation, len(prefixes))
	group, ctx := errgroup.WithContext(ctx)
	for index, each := range prefixes {
		names := r.asked.names
		if each != r.asked.prefix { // they are of one installation
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
