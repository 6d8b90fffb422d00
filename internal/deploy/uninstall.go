package deploy

import (
	"context"
	"fmt"
	"time"

	"github.com/spothandler/spothandler/internal/deploy/settings"
	"github.com/spothandler/spothandler/internal/session"
)

// UninstallRequest is what an uninstall is asked for.
type UninstallRequest struct {
	Prefix   string
	Names    settings.Given // of function and rule, where no role is left to tell them
	KeepLogs bool           // leave the log group and its logs
	Force    bool           // remove as well what others have added

	Warn func(string) // hears what deserves attention and stops nothing; may be nil
}

// Uninstall is a prepared uninstall: everything is decided, and nothing is written. Without changes there is
// nothing to remove.
type Uninstall struct {
	Found   *Installation
	Changes []Change

	clients Clients
	request UninstallRequest
}

// PrepareUninstall finds what is left of the installation and decides what to remove. It refuses, before the
// first write, what would take along additions of others.
func PrepareUninstall(ctx context.Context, clients Clients, id session.Identity, request UninstallRequest) (*Uninstall, error) {
	u := &Uninstall{clients: clients, request: request}
	var err error
	if u.Found, err = FindForRemoval(ctx, clients, id, request.Prefix, request.Names); err != nil {
		return nil, err
	}
	for _, each := range u.Found.Unowned() {
		warn(request.Warn, fmt.Sprintf("%s is not ours and stays. %s", each.ID, each.Why))
	}
	for _, each := range u.Found.State.NotChecked {
		warn(request.Warn, each.String())
	}
	if kept := u.Found.State.LogGroup; u.Found.Kept && !request.KeepLogs {
		warn(request.Warn, fmt.Sprintf("%s was kept by an earlier uninstall and stays; aws logs delete-log-group --log-group-name %s deletes it", kept.id(), kept.Name))
	}
	u.Changes = u.Found.removal(request.KeepLogs)
	if len(u.Changes) == 0 {
		return u, nil
	}
	if err := u.Found.CheckRemovable(request.Force, request.KeepLogs); err != nil {
		return nil, err
	}
	warn(request.Warn, Lingering(u.Found.State, u.Changes)...)
	return u, nil
}

func (i *Installation) removal(keepLogs bool) []Change {
	return Removal(i.Owned(), i.Names.Prefix, keepLogs)
}

// Apply does the changes and returns how many are done, as the function Apply does.
func (u *Uninstall) Apply(ctx context.Context, options Options) (done int, err error) {
	return Apply(ctx, u.clients, u.Found.Names, u.Changes, options)
}

// Verify looks again until nothing of the installation is found, for at most the ceiling (0: its own).
func (u *Uninstall) Verify(ctx context.Context, ceiling time.Duration) error {
	return settled(ctx, ceiling, func(ctx context.Context) (left []Change, err error) {
		found, err := findAgain(ctx, u.clients, u.Found.Names, ToFind)
		if err != nil {
			return nil, err
		}
		found.namedByRecord = u.Found.namedByRecord
		return found.removal(u.request.KeepLogs), nil
	})
}
