package deploy

import (
	"context"

	"golang.org/x/sync/errgroup"
)

// Observe reads what stands under the names, side by side, and changes nothing. role is the role that
// was found already, or nil. A resource that is not there is nil; any other answer of AWS is an error.
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
