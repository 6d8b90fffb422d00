package doctor

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"golang.org/x/sync/errgroup"

	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/cli/command"
	"github.com/spothandler/spothandler/internal/cli/term"
	"github.com/spothandler/spothandler/internal/session"
)

// everywhere chooses the Regions of doctor --all-regions: of those that are enabled for the account, the ones that have an ECS
// cluster, or where that is unknown, which doctor then reports. enabled is the number of Regions that are enabled.
func (o *options) everywhere(ctx context.Context, a *command.App) (enabled int, err error) {
	if !a.AllRegions || len(a.Regions) > 0 { // which cannot be combined
		return 0, nil
	}
	s, err := a.Open(ctx, "")
	if err != nil {
		return 0, err
	}
	all, err := s.EnabledRegions(ctx)
	if err != nil {
		if known, ok := err.(*apperr.Error); ok && len(known.Hints) == 0 { //nolint:errorlint // it is made there
			known.Hints = []string{"spothandler doctor --region NAME --region NAME"}
		}
		return 0, err
	}
	regions, err := withClusters(ctx, s, all)
	if err != nil {
		return 0, err
	}
	a.ChooseRegions(regions, s.ID)
	return len(all), nil
}

// withClusters returns those of the Regions that have an ECS cluster, or may have one.
func withClusters(ctx context.Context, s *command.Connection, all []string) (found []string, err error) {
	var mu sync.Mutex
	group, inGroup := errgroup.WithContext(ctx)
	group.SetLimit(command.MaxConcurrentRegions)
	for _, region := range all {
		group.Go(func() error {
			out, err := ecs.NewFromConfig(s.In(region).Config).ListClusters(inGroup, &ecs.ListClustersInput{MaxResults: aws.Int32(1)})
			if inGroup.Err() != nil {
				return inGroup.Err()
			}
			if err != nil || len(out.ClusterArns) > 0 {
				mu.Lock()
				defer mu.Unlock()
				found = append(found, region)
			}
			return nil
		})
	}
	err = group.Wait()
	slices.Sort(found)
	return found, err
}

// nowhere prints the verdict if no Region has a cluster.
func (o *options) nowhere(a *command.App, id session.Identity, enabled int) error {
	if a.JSON() {
		return a.Out.JSON(command.Results{Results: []any{}})
	}
	a.Out.Print(a.Out.Sentence(term.OK, fmt.Sprintf("no ECS cluster in any of the %d Regions that are enabled for account %s", enabled, id.Account)))
	return nil
}
