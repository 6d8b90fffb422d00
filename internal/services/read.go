package services

import (
	"cmp"
	"context"
	"slices"

	"golang.org/x/sync/errgroup"
)

// Options say what to read.
type Options struct {
	Clusters []string // names or ARNs; none means every cluster of the region
	Services []string // names or ARNs; none means every service of the clusters
	// Bare leaves out what surrounds the services, and the tasks of none: ECS alone is asked.
	Bare bool
	// Progress, where it is not nil, is called as the reading goes on, one call at a time.
	Progress func(Progress)
}

// Progress says how far a reading is.
type Progress struct {
	Clusters, ClustersRead int
	Services, ServicesRead int // on Fargate Spot
}

// sideBySide is how many calls are under way at once: enough for the documented rates at 100 ms a call.
const sideBySide = 8

// Read reads the account and region of the clients. What the caller may not read, or what fails, is told
// in Unread. An error is the end of the context, or a cluster or service of the options that is not there
// (*apperr.Error), or a failure of the first call (every cluster is unknown then).
func Read(ctx context.Context, clients Clients, options Options) (*Facts, error) {
	r := &reader{clients: clients, limits: newLimits(), progress: options.Progress, denied: map[string]Unread{}, running: map[string]int{}}
	clusters, err := r.clusters(ctx, options.Clusters)
	if err != nil {
		return nil, err
	}
	found, err := r.services(ctx, clusters, options.Services)
	if err != nil {
		return nil, err
	}
	r.facts.Services = found
	defer r.sort()
	if options.Bare {
		return &r.facts, nil
	}
	if err := r.surroundings(ctx, found); err != nil {
		return nil, err
	}
	if len(options.Services) == 0 {
		if err := r.standalone(ctx); err != nil {
			return nil, err
		}
	}
	return &r.facts, nil
}

func (r *reader) sort() {
	slices.SortFunc(r.facts.Clusters, func(a, b Cluster) int { return cmp.Compare(a.Name(), b.Name()) })
	slices.SortFunc(r.facts.Services, func(a, b Service) int {
		return cmp.Or(cmp.Compare(a.Cluster.Name(), b.Cluster.Name()), cmp.Compare(a.Name(), b.Name()))
	})
	slices.SortFunc(r.facts.Standalone, func(a, b Task) int { return cmp.Compare(a.ARN, b.ARN) })
}

// each does something for every element, several at once, until one fails.
func each[T any](ctx context.Context, all []T, do func(context.Context, T) error) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(sideBySide)
	for _, one := range all {
		group.Go(func() error { return do(ctx, one) })
	}
	return group.Wait()
}
