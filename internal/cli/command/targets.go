package command

import (
	"context"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/deploy"
	"github.com/spothandler/spothandler/internal/deploy/settings"
	"github.com/spothandler/spothandler/internal/session"
)

// Target is what a run is about: a Region, or an installation in a Region.
type Target struct {
	Region, Prefix   string
	Kind, Name       string // of its line among the others; no name: it stands alone
	AccessErr        error  // why it is not known what is there
	Installation     *ConfiguredInstallation
	InstallationName string // the name of the installation in its file; "" where the target is not about one
}

// Targets returns the installations of a file, or the Regions that were asked for. Where the account has no installation
// there is none, and its identity is returned.
func (a *App) Targets(ctx context.Context, prefix *string) ([]Target, session.Identity, error) {
	if a.Installations != nil {
		targets, err := a.targetsOfFile(ctx)
		return targets, session.Identity{}, err
	}
	regions, id, err := a.ChosenRegions(ctx, prefix)
	if err != nil || a.AllRegions && len(regions) == 0 {
		return nil, id, err
	}
	if len(regions) < 2 && (!a.AllRegions || !a.JSON()) { // whose answer has one form, however many there are
		return []Target{{Region: slices.Concat(regions, []string{""})[0], Prefix: aws.ToString(prefix)}}, id, nil
	}
	if err := a.FindCredentials(ctx); err != nil { // once, and not in each region
		return nil, id, err
	}
	targets := make([]Target, len(regions))
	for index, region := range regions {
		targets[index] = Target{Region: region, Prefix: aws.ToString(prefix), Kind: "region", Name: region}
	}
	return targets, id, nil
}

// ForTarget returns the command at the only target.
func (a *App) ForTarget(t Target) *App {
	one := *a
	one.Region = t.Region
	return &one
}

// ChosenRegions returns the Regions of --region, or with --all-regions those where the account, which is returned as well,
// has an installation, with this prefix unless it is nil. None is the configuration's.
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
		return nil, session.Identity{}, &apperr.Error{Code: apperr.CodeInvalid, Message: "--region and --all-regions do not go together", Hints: []string{"give one of them"}}
	}
	s, err := a.Open(ctx, "")
	if err != nil {
		return nil, session.Identity{}, err
	}
	regions, err := a.RegionsFromRoles(ctx, s, prefix)
	return regions, s.ID, err
}

// RegionsFromRoles returns the Regions in which the account has an installation, as its roles tell.
func (a *App) RegionsFromRoles(ctx context.Context, s *Connection, prefix *string) ([]string, error) {
	regions, ignored, err := deploy.Regions(ctx, s.Clients, s.ID, prefix, a.RolePath)
	for _, role := range ignored {
		a.Warn("role " + role + " under " + deploy.Path + " is ignored: its name does not end in a region of partition " + s.ID.Partition)
	}
	return regions, s.SayUnchanged(err)
}

// MaxConcurrentRegions is in how many Regions a command looks at the same time for what no role tells of.
const MaxConcurrentRegions = 8

// RegionFlags returns a flag for each of the Regions that were typed, behind a blank each.
func RegionFlags(regions []string) string {
	var out strings.Builder
	for _, region := range regions {
		out.WriteString(" --region " + apperr.Quote(region))
	}
	return out.String()
}

// onePerRegion are the regions that installations are in, each once for each way to an account, for a command that is about
// a region and not about what is installed there.
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

// targetsOfFile are the installations of the file, each in each of its regions. Credentials are found before they are worked
// on side by side, for a person may be asked for a code. Its error is one that is the same for all.
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
