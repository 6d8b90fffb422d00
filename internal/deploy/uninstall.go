package deploy

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/spothandler/spothandler/internal/deploy/resource"
	"github.com/spothandler/spothandler/internal/deploy/settings"
	"github.com/spothandler/spothandler/internal/session"
)

// UninstallRequest is the input of PrepareUninstall.
type UninstallRequest struct {
	Prefix   string
	Names    settings.Given // of function and rule, if no role records them
	KeepLogs bool           // keep the log group and its logs
	Force    bool           // also remove what others have added, and keep unowned resources, instead of an error

	Warn func(string) // receives warnings; may be nil
}

// Uninstall is a prepared uninstall: all decisions are made, and nothing is written. It has no changes if
// there is nothing to remove.
type Uninstall struct {
	Found   *Installation
	Changes []resource.Change

	clients resource.Clients
	request UninstallRequest
}

// PrepareUninstall finds what is left of the installation and decides what to remove. It returns an error,
// before the first write, if that would delete additions of others.
func PrepareUninstall(ctx context.Context, clients resource.Clients, id session.Identity, request UninstallRequest) (*Uninstall, error) {
	u := &Uninstall{clients: clients, request: request}
	var err error
	if u.Found, err = findForRemoval(ctx, clients, id, request.Prefix, request.Names); err != nil {
		return nil, err
	}
	if !request.Force && u.Found.checkWhole() != nil { // what another run deletes meanwhile may have lost its tags only
		if u.Found, err = findForRemoval(ctx, clients, id, request.Prefix, request.Names); err != nil {
			return nil, err
		}
	}
	u.Changes = u.Found.removal(request.KeepLogs)
	if err := u.Found.checkRemovable(request.Force, request.KeepLogs); err != nil {
		return nil, err
	}
	u.warnOfRest()
	warn(request.Warn, leftInVPC(u.Found.State, u.Changes)...)
	return u, nil
}

// warnOfRest reports what the uninstall leaves, and what was not read.
func (u *Uninstall) warnOfRest() {
	request := u.request
	for _, each := range u.Found.Unowned() {
		text := fmt.Sprintf("%s and is kept. %s", each.Describe(), each.Why)
		if each.Restore != "" {
			text += " If it belongs to this installation, this restores its tags: " + each.Restore
		}
		warn(request.Warn, text)
	}
	if group := u.Found.owned().LogGroup; group != nil && u.Found.removable().LogGroup == nil {
		warn(request.Warn, fmt.Sprintf("%s is kept, because function %s is", group.ID(), u.Found.Names.Function))
	}
	for _, each := range u.Found.State.NotChecked {
		warn(request.Warn, each.String())
	}
	if kept := u.Found.State.LogGroup; u.Found.Kept && !request.KeepLogs {
		warn(request.Warn, kept.ID().String()+" was kept by an earlier uninstall and is kept again")
	}
}

// Remaining returns the resources that the uninstall leaves: unowned ones, the log group of such a
// function, and a log group that is kept for its logs.
func (u *Uninstall) Remaining() []resource.ID {
	remaining := []resource.ID{}
	for _, id := range u.Found.State.WholeIDs() {
		deleted := func(c resource.Change) bool { return c.ID == id && c.Action == resource.Delete }
		if !slices.ContainsFunc(u.Changes, deleted) {
			remaining = append(remaining, id)
		}
	}
	return remaining
}

func (i *Installation) removal(keepLogs bool) []resource.Change {
	return resource.Removal(i.removable(), i.Names.Prefix, keepLogs)
}

// Apply applies the changes and returns the number applied, as the function Apply does.
func (u *Uninstall) Apply(ctx context.Context, options resource.Options) (done int, err error) {
	return resource.Apply(ctx, u.clients, u.Found.Names, u.Changes, options)
}

// Verify repeats the search until nothing of the installation is found, for at most the ceiling (0: its own).
func (u *Uninstall) Verify(ctx context.Context, ceiling time.Duration) error {
	again := newSearch(u.clients, u.Found.Names.Identity, resource.ToFind)
	return settled(ctx, ceiling, func(ctx context.Context) (left []resource.Change, err error) {
		found, err := again.findAgain(ctx, u.Found.Names)
		if err != nil {
			return nil, err
		}
		found.namedByRecord = u.Found.namedByRecord
		return found.removal(u.request.KeepLogs), nil
	})
}
