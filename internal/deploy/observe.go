package deploy

import (
	"context"

	"golang.org/x/sync/errgroup"
)

// Observe reads the resources with these names concurrently and changes nothing. role is the role if it was
// already read, or nil. A resource that does not exist is nil; any other failure is an error.
func Observe(ctx context.Context, clients Clients, names Names, role *Role, why Purpose) (State, error) {
	observers := newObservers(role)
	group, groupCtx := errgroup.WithContext(ctx)
	for _, each := range observers.readings(clients, names, why) {
		group.Go(func() error { return explain(each.doing, names.Identity, each.read(groupCtx)) })
	}
	if err := group.Wait(); err != nil {
		return State{}, err
	}
	return observers.found(names), nil
}
