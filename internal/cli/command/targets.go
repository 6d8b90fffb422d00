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

// Target is what one of several runs is about: a region, or an installation in a region.
type Target struct {
	Region, Prefix string
	Kind, Name     string // of its line among the others, and its name in errors
	Unknown        error  // why it is not known what is there
	Of             *Configured
	Label          string // the name of the installation in its file; "" where the target is not about one
}

// Targets are the installations of a file, or the regions that were asked for; a target without a name stands alone.
// Where the account has no installation there is none.
func (a *App) Targets(ctx context.Context, prefix *string) ([]Target, session.Identity, error) {
	if a.Configured != nil {
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

// Alone is the command at the only target.
func (a *App) Alone(t Target) *App {
	one := *a
	one.Region = t.Region
	return &one
}

// ChosenRegions are those of --region, or with --all-regions those where the account, which is told too,
// has an installation, with this prefix unless it is nil.
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
	regions, err := a.RegionsOfRoles(ctx, s, prefix)
	return regions, s.ID, err
}

// RegionsOfRoles are the regions in which the account has an installation, as its roles tell.
func (a *App) RegionsOfRoles(ctx context.Context, s *Connection, prefix *string) ([]string, error) {
	regions, ignored, err := deploy.Regions(ctx, s.Clients, s.ID, prefix, a.RolePath)
	for _, role := range ignored {
		a.Warn("role " + role + " under " + deploy.Path + " is ignored: its name does not end in a region of partition " + s.ID.Partition)
	}
	return regions, s.SayUnchanged(err)
}

// RegionsAtOnce is in how many regions a command looks for what has no role at the same time.
const RegionsAtOnce = 8

// RegionFlags repeats the Regions that were typed.
func RegionFlags(regions []string) string {
	var out strings.Builder
	for _, region := range regions {
		out.WriteString(" --region " + apperr.Quote(region))
	}
	return out.String()
}

// ChooseRegions has the command work in these regions of an account, and look for no others.
func (a *App) ChooseRegions(regions []string, id session.Identity) { a.chosen = &choice{regions, id} }

// choice is in which regions of an account a command works.
type choice struct {
	regions []string
	id      session.Identity
}

// placesOf are the regions that installations are in, each once for each way to an account, for a command that is about
// a region and not about what is installed there.
func placesOf(targets []Target) []Target {
	type place struct {
		aws    *awsSource
		region string
	}
	taken, ways := map[place]bool{}, map[*awsSource]bool{}
	var places []Target
	for _, each := range targets {
		ways[each.Of.app.aws] = true
		if at := (place{each.Of.app.aws, each.Region}); !taken[at] {
			taken[at] = true
			places = append(places, each)
		}
	}
	for n, each := range places {
		places[n].Prefix, places[n].Label, places[n].Name = "", "", each.Region
		if account := each.Of.Account(); account != "" && len(ways) > 1 {
			places[n].Name += " of " + account
		}
	}
	return places
}
