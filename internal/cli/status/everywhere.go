package status

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/cli/command"
	"github.com/spothandler/spothandler/internal/deploy"
	"github.com/spothandler/spothandler/internal/deploy/resource"
)

// searchRegions chooses the Regions of status --all-regions: those of the roles, and of the others that are enabled for
// the account those in which tagged resources show an installation whose role was deleted.
func (r run) searchRegions(ctx context.Context) error {
	a, o := r.App, r.opts
	if !a.AllRegions || len(a.Regions) > 0 { // which cannot be combined
		return nil
	}
	s, err := a.Open(ctx, "")
	if err != nil {
		return err
	}
	ofRoles, err := a.RegionsFromRoles(ctx, s, o.only())
	if err != nil {
		return err
	}
	a.ChooseRegions(ofRoles, s.ID)
	enabled, err := s.EnabledRegions(ctx)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		r.addUnchecked(resource.NotChecked{What: "Regions in which no role remains", Why: apperr.WhyNot(err)})
		return nil
	}
	others := slices.DeleteFunc(enabled, func(region string) bool { return slices.Contains(ofRoles, region) })
	found, err := r.regionsByTags(ctx, s, others)
	a.ChooseRegions(slices.Sorted(slices.Values(slices.Concat(ofRoles, found))), s.ID)
	return err
}

// regionsByTags returns those of the Regions that have an installation without a role.
func (r run) regionsByTags(ctx context.Context, s *command.Connection, regions []string) (found []string, err error) {
	var mu sync.Mutex
	why := map[resource.NotChecked][]string{} // what could not be checked, and in which Regions
	group, groupCtx := errgroup.WithContext(ctx)
	group.SetLimit(command.MaxConcurrentRegions)
	for _, region := range regions {
		group.Go(func() error {
			there := s.In(region)
			all, notChecked, err := deploy.FindWithoutRole(groupCtx, there.Clients, there.TagAPI(), there.ID, r.opts.isFor)
			if groupCtx.Err() != nil {
				return groupCtx.Err()
			}
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				notChecked = append(notChecked, resource.NotChecked{What: "installations whose role was deleted", Why: apperr.WhyNot(err)})
			}
			for _, each := range notChecked {
				why[each] = append(why[each], region)
			}
			if len(all) > 0 {
				found = append(found, region)
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	r.addUnchecked(mergeRegions(why)...)
	return found, nil
}

// mergeRegions returns one entry for each thing that could not be checked, with the names of its Regions.
func mergeRegions(why map[resource.NotChecked][]string) []resource.NotChecked {
	var all []resource.NotChecked
	for each, regions := range why {
		slices.Sort(regions)
		each.What = fmt.Sprintf("%s in %s", each.What, strings.Join(regions, ", "))
		all = append(all, each)
	}
	slices.SortFunc(all, func(a, b resource.NotChecked) int { return strings.Compare(a.What, b.What) })
	return all
}
