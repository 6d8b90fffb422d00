package services

import (
	"cmp"
	"context"
	"slices"
)

// Options are the options of Read.
type Options struct {
	Clusters []string // names or ARNs; none means every cluster of the Region
	Services []string // names or ARNs; none means every service of the clusters
	// Bare skips the resources that the services use, and standalone tasks: only ECS is called.
	Bare bool
	// Progress, if not nil, is called during the reading; calls are serialized.
	Progress func(Progress)
}

// Read reads the account and Region of the clients. Denied and failed reads are reported in Unread. An error
// is the context's, or reports a requested cluster or service that does not exist (*apperr.Error), or the
// failure of the first call, without which no cluster is known.
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
	if err := r.related(ctx, found); err != nil {
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
