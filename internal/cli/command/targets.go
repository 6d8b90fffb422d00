package command

import (
	"context"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/deploy"
	"github.com/spothandler/spothandler/internal/deploy/resource"
	"github.com/spothandler/spothandler/internal/deploy/settings"
	"github.com/spothandler/spothandler/internal/session"
)

// Target is what a command works on: a Region, or an installation in a Region.
type Target struct {
	Region, Prefix   string
	Kind, Name       string // of its progress line; Name is "" if it is the only target
	AccessErr        error  // why the target's credentials or Region could not be determined
	Installation     *ConfiguredInstallation
	InstallationName string // in the configuration file; "" if the target is not from one
}

// Targets returns the installations in the configuration file, or the requested Regions. If --all-regions finds no
// installation, Targets returns no targets and the identity of the caller.
func (a *App) Targets(ctx context.Context, prefix *string) ([]Target, session.Identity, error) {
	if a.Installations != nil {
		targets, err := a.targetsOfFile(ctx)
		return targets, session.Identity{}, err
	}
	regions, id, err := a.ChosenRegions(ctx, prefix)
	if err != nil || a.AllRegions && len(regions) == 0 {
		return nil, id, err
	}
	if len(regions) < 2 && (!a.AllRegions || !a.JSON()) { // whose JSON has one form, however many there are
		return []Target{{Region: slices.Concat(regions, []string{""})[0], Prefix: aws.ToString(prefix)}}, id, nil
	}
	if err := a.FindCredentials(ctx); err != nil { // once, not in each Region
		return nil, id, err
	}
	targets := make([]Target, len(regions))
	for index, region := range regions {
		targets[index] = Target{Region: region, Prefix: aws.ToString(prefix), Kind: "region", Name: region}
	}
	return targets, id, nil
}

// ForTarget returns a copy of the App for the only target.
func (a *App) ForTarget(t Target) *App {
	one := *a
	one.Region = t.Region
	return &one
}

// ChooseRegions makes the command work in these Regions of an account instead of determining them itself.
func (a *App) ChooseRegions(regions []string, id session.Identity) {
	a.chosen = &chosenRegions{regions, id}
}

// ChosenRegions returns the Regions of --region or, with --all-regions, the Regions with an installation and the identity of
// the caller. If prefix is not nil, only installations with that prefix count. Without either flag it returns no Regions,
// which selects the Region of the AWS configuration.
func (a *App) ChosenRegions(ctx context.Context, prefix *string) ([]string, session.Identity, error) {
	if a.chosen != nil {
		return a.chosen.regions, a.chosen.id, nil
	}
	if !a.AllRegions {
		for _, region := range a.Regions { // before the first call in any of them
			if err := settings.CheckNames(region, aws.ToString(prefix), "", ""); err != nil {
				return nil, session.Identity{}, err
			}
		}
		regions := slices.Clone(a.Regions)
		slices.Sort(regions)
		return slices.Compact(regions), session.Identity{}, nil
	}
	if len(a.Regions) > 0 {
		return nil, session.Identity{}, &apperr.Error{Code: apperr.CodeInvalid, Message: "--region and --all-regions cannot be combined", Hints: []string{"use one of them"}}
	}
	s, err := a.Open(ctx, "")
	if err != nil {
		return nil, session.Identity{}, err
	}
	regions, err := a.RegionsFromRoles(ctx, s, prefix)
	return regions, s.ID, err
}

// RegionsFromRoles returns the Regions in which the account has an installation, according to the names of its roles.
func (a *App) RegionsFromRoles(ctx context.Context, s *Connection, prefix *string) ([]string, error) {
	regions, ignored, err := deploy.Regions(ctx, s.Clients, s.ID, prefix, a.RolePath)
	for _, role := range ignored {
		a.Warn("role " + role + " under " + resource.Path + " is ignored: its name does not end in a Region of partition " + s.ID.Partition)
	}
	return regions, s.SayUnchanged(err)
}

// MaxConcurrentRegions is the number of Regions that a command searches concurrently for resources without a role.
const MaxConcurrentRegions = 8

// RegionFlags returns a --region flag for each Region, each with a leading space.
func RegionFlags(regions []string) string {
	var out strings.Builder
	for _, region := range regions {
		out.WriteString(" --region " + apperr.Quote(region))
	}
	return out.String()
}

// onePerRegion returns one target for each Region and source of credentials among the targets, for a command that inspects
// Regions and not installations.
func onePerRegion(targets []Target) []Target {
	type place struct {
		aws    *awsSource
		region string
	}
	taken, ways := map[place]bool{}, map[*awsSource]bool{}
	var places []Target
	for _, each := range targets {
		ways[each.Installation.app.aws] = true
		if at := (place{each.Installation.app.aws, each.Region}); !taken[at] {
			taken[at] = true
			places = append(places, each)
		}
	}
	for n, each := range places {
		places[n].Prefix, places[n].InstallationName, places[n].Name = "", "", each.Region
		if account := each.Installation.Account(); account != "" && len(ways) > 1 {
			places[n].Name += " of " + account
		}
	}
	return places
}

// targetsOfFile returns a target for each installation in the file and each of its Regions. It resolves the credentials
// before the concurrent work starts, since that may ask for an MFA code. It returns an error only if all installations
// share it.
func (a *App) targetsOfFile(ctx context.Context) ([]Target, error) {
	failed := map[*awsSource]error{}
	for _, each := range a.Installations {
		if _, done := failed[each.app.aws]; !done {
			failed[each.app.aws] = each.app.FindCredentials(ctx)
		}
	}
	if len(failed) == 1 && failed[a.Installations[0].app.aws] != nil {
		return nil, failed[a.Installations[0].app.aws]
	}
	var all []Target
	for _, each := range a.Installations {
		base := Target{Prefix: each.Prefix(), Kind: "read", Name: each.Name, InstallationName: each.Name, AccessErr: failed[each.app.aws], Installation: each}
		regions := each.Regions()
		if len(regions) == 0 {
			region, err := each.app.FindRegion(ctx)
			if base.AccessErr == nil {
				base.AccessErr = err
			}
			regions = []string{region}
		}
		for _, region := range regions {
			one := base
			one.Region = region
			if len(regions) > 1 {
				one.Name += " in " + region
			}
			all = append(all, one)
		}
	}
	return all, nil
}
