package cli

import (
	"context"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/deploy"
	"github.com/spothandler/spothandler/internal/deploy/settings"
)

// statusAnswer is status's JSON.
type statusAnswer struct {
	Version       string          `json:"version"`
	Installations []deploy.Status `json:"installations"`
}

func (a *app) statusCommand() *cobra.Command {
	var prefix string
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
			names, err := a.given(cmd, prefix)
			if err != nil {
				return err
			}
			one, only := cmd.Flags().Changed("prefix"), &prefix
			if !one {
				only = nil
			}
			return a.inRegions(cmd.Context(), only, a.printNowhereInstalled, func(ctx context.Context, a *app) error {
				return a.status(ctx, prefix, names, one)
			})
		},
	}
	addAddress(cmd, &prefix)
	a.awsFlags(cmd)
	return cmd
}

func (a *app) status(ctx context.Context, prefix string, names settings.Given, one bool) error {
	s, err := a.open(ctx, prefix)
	if err != nil {
		return err
	}
	a.printEndpoints(s)
	found, others, err := a.survey(ctx, s, prefix, names, one)
	if err != nil {
		return a.pointToPolicy(prefix, err)
	}
	statuses, err := assess(found, others)
	if err != nil {
		return err
	}
	if a.json() {
		if err := a.out.JSON(statusAnswer{binaryVersion(), statuses}); err != nil {
			return err
		}
	} else {
		a.printStatuses(statuses)
	}
	return a.verdict(s, prefix, one, statuses)
}

func (a *app) verdict(s *connection, prefix string, one bool, statuses []deploy.Status) error {
	if len(statuses) == 0 {
		if !one {
			return a.printNoneInstalled(s.id)
		}
		return a.printNotInstalled("status", prefix, s.id.Region)
	}
	for _, status := range statuses {
		if !status.Healthy {
			return errDiffers
		}
	}
	return nil
}

// survey looks at one installation, or at every one of the region side by side. Without a list (ListRoles
// denied) one installation can still be looked at.
func (a *app) survey(ctx context.Context, s *connection, prefix string, names settings.Given, one bool) ([]*deploy.Installation, []deploy.Listed, error) {
	others, err := deploy.List(ctx, s.clients, s.id)
	if err != nil && (!one || ctx.Err() != nil) {
		return nil, nil, err
	}
	if err != nil {
		a.warn("other installations were not looked for: " + apperr.WhyNot(err))
	}
	prefixes := []string{prefix}
	if !one {
		prefixes = prefixesOf(others)
	}
	found := make([]*deploy.Installation, len(prefixes))
	group, ctx := errgroup.WithContext(ctx)
	for index, each := range prefixes {
		group.Go(func() (err error) {
			found[index], err = deploy.Find(ctx, s.clients, s.id, each, names)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, nil, err
	}
	return onlyFound(found), others, nil
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
	statuses := []deploy.Status{}
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
		statuses = append(statuses, status)
	}
	return statuses, nil
}
