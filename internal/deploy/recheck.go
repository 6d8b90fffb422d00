package deploy

import (
	"context"
	"reflect"
	"slices"

	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/deploy/resource"
)

// Recheck finds the installation again after a user has confirmed the plan, which may have taken long. It returns an
// error, before the first write, if the plan is no longer the confirmed one, or would now remove additions of others.
func (u *Uninstall) Recheck(ctx context.Context) error {
	request := u.request
	request.Warn = nil
	again, err := PrepareUninstall(ctx, u.clients, u.Found.Names.Identity, request)
	if err != nil {
		return err
	}
	if !samePlan(u.Changes, again.Changes) {
		return changedMeanwhile()
	}
	again.request = u.request
	*u = *again
	return nil
}

// Recheck is like Recheck of an Uninstall, for an install that takes over resources.
func (i *Install) Recheck(ctx context.Context) error {
	request := i.request
	request.Warn = nil
	again, err := PrepareInstall(ctx, i.clients, i.id, request)
	if err != nil {
		return err
	}
	if !samePlan(i.Changes, again.Changes) {
		return changedMeanwhile()
	}
	again.request = i.request
	*i = *again
	return nil
}

func samePlan(a, b []resource.Change) bool {
	return slices.EqualFunc(a, b, func(a, b resource.Change) bool {
		return a.Action == b.Action && a.ID == b.ID && reflect.DeepEqual(a.Fields, b.Fields)
	})
}

func changedMeanwhile() *apperr.Error {
	return &apperr.Error{
		Code:    apperr.CodeFailed,
		Message: "the installation was changed before the plan was confirmed",
		Hints:   []string{"run the command again, and confirm the new plan"},
	}
}
