package deploy

import (
	"context"
	"sync"

	"github.com/spothandler/spothandler/internal/deploy/resource"
	"github.com/spothandler/spothandler/internal/deploy/settings"
	"github.com/spothandler/spothandler/internal/session"
)

// Find finds the installation with this prefix. The other names come from the role's record or, if there is
// none, from given and the defaults. It only reads.
func Find(ctx context.Context, clients resource.Clients, id session.Identity, prefix string, given settings.Given) (*Installation, error) {
	return newSearch(clients, id, resource.ToReport).find(ctx, prefix, given)
}

// findForRemoval is Find for an uninstall: it reads what Removal and checkRemovable need, including the
// role's instance profiles, but not what only a comparison would need.
func findForRemoval(ctx context.Context, clients resource.Clients, id session.Identity, prefix string, given settings.Given) (*Installation, error) {
	return newSearch(clients, id, resource.ToRemove).find(ctx, prefix, given)
}

// search finds installations in a Region for one purpose. It reads each role once, so what is found after a write needs
// another search.
type search struct {
	clients resource.Clients
	id      session.Identity
	why     resource.Purpose
	roles   *roleCache
	located func(resource.Names, *settings.Record) // called before all but the role is read, if there is a record; may be nil
	omitted string                                 // the name of a role that list omits, unread; may be ""
}

func newSearch(clients resource.Clients, id session.Identity, why resource.Purpose) search {
	return search{clients: clients, id: id, why: why, roles: &roleCache{read: map[string]*roleRead{}}}
}

// roleCache holds the roles that were read, or are being read, by name.
type roleCache struct {
	mu   sync.Mutex
	read map[string]*roleRead
}

// roleRead is the result of a read, once done is closed.
type roleRead struct {
	done chan struct{}
	role *resource.Role // nil if there is none
	err  error
}

// role returns the role with this name, or nil if there is none. All callers have the same context.
func (s search) role(ctx context.Context, name string) (*resource.Role, error) {
	s.roles.mu.Lock()
	r, begun := s.roles.read[name]
	if !begun {
		r = &roleRead{done: make(chan struct{})}
		s.roles.read[name] = r
	}
	s.roles.mu.Unlock()
	if !begun {
		r.role, r.err = resource.FindRole(ctx, s.clients, s.id, name)
		close(r.done)
	}
	<-r.done
	return r.role, r.err
}

// find finds the installation with this prefix. The other names come from the role's record or, if there is none, from
// given and the defaults.
func (s search) find(ctx context.Context, prefix string, given settings.Given) (*Installation, error) {
	role, err := s.role(ctx, settings.RoleName(prefix, s.id.Region))
	if err != nil {
		return nil, err
	}
	record, err := recordOf(role, prefix)
	if err != nil {
		return nil, err
	}
	names, err := namesOf(s.id, prefix, role, record, given)
	if err != nil {
		return nil, err
	}
	if s.located != nil && record != nil {
		s.located(names, record)
	}
	state, err := resource.Observe(ctx, s.clients, names, role, s.why)
	if err != nil {
		return nil, err
	}
	found := newInstallation(names, record, state)
	if role == nil && given.Text("role-path") == "" {
		found.inferPath()
	}
	found.namedByRecord = s.why == resource.ToRemove && isNamedByRecord(record, prefix, given)
	return found, nil
}

// isNamedByRecord reports whether only the record names the function.
func isNamedByRecord(record *settings.Record, prefix string, given settings.Given) bool {
	return record != nil && given.Text("function-name") == "" && record.FunctionName != settings.Defaults(prefix).FunctionName
}

// findAgain finds an installation whose names are known, even if its role is gone meanwhile.
func (s search) findAgain(ctx context.Context, names resource.Names) (*Installation, error) {
	state, err := resource.ObserveAll(ctx, s.clients, names, s.why)
	if err != nil {
		return nil, err
	}
	record, err := recordOf(state.Role, names.Prefix)
	if err != nil {
		return nil, err
	}
	return newInstallation(names, record, state), nil
}

func newInstallation(names resource.Names, record *settings.Record, state resource.State) *Installation {
	return &Installation{Names: names, Record: record, State: state, Kept: state.LogGroup != nil && state.LogGroup.Kept(names.Prefix)}
}
