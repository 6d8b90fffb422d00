package deploy

import (
	"context"
	"errors"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/spothandler/spothandler/internal/deploy/resource"
	"github.com/spothandler/spothandler/internal/deploy/settings"
	"github.com/spothandler/spothandler/internal/session"
)

// Survey is the result of inspecting a Region.
type Survey struct {
	Found      []*Installation
	Others     []Listed              // every installation that has a role
	Failed     []Failure             // installations that could not be read
	NotChecked []resource.NotChecked // for the Region
}

// Failure is why an installation could not be read.
type Failure struct {
	Prefix string // "" also if it does not concern one prefix; then Err names it
	Err    error
}

// Inspect finds the installation with this prefix or, if prefix is nil, all installations of the Region,
// including those whose role is gone. given are the names that cannot be read from a role. A single
// installation can be inspected without the permission to list roles. located, unless nil, is called for each
// installation that has a role as soon as its names are known, from several goroutines, before the rest is
// read.
func Inspect(ctx context.Context, clients resource.Clients, tags TagAPI, id session.Identity, prefix *string, given settings.Given, located func(resource.Names, *settings.Record)) (*Survey, error) {
	s, search := &Survey{}, newSearch(clients, id, resource.ToReport)
	search.located = located
	if prefix != nil {
		return s, s.inspectOne(ctx, search, tags, *prefix, given)
	}
	if err := s.inspectAll(ctx, search, tags, given); err != nil {
		return nil, err
	}
	if ctx.Err() != nil || len(s.Found) == 0 && len(s.Failed) > 0 {
		return s, errors.Join(ctx.Err(), s.failure())
	}
	return s, nil
}

// failure returns the error of the first failure.
func (s *Survey) failure() error {
	for _, each := range s.Failed {
		return each.Err
	}
	return nil
}

func (s *Survey) inspectOne(ctx context.Context, search search, tags TagAPI, prefix string, given settings.Given) error {
	one, others, err := search.findWithOthers(ctx, prefix, given)
	if err != nil {
		return err
	}
	s.Others, s.NotChecked = others.listed, others.notChecked()
	s.add(one)
	if role := one.State.Role; role != nil && resource.HasOwnTags(role.Tags, prefix) {
		return nil
	}
	found, notChecked, err := FindWithoutRole(ctx, search.clients, tags, search.id, func(other string) bool { return other == prefix })
	s.NotChecked = append(s.NotChecked, notChecked...)
	s.add(found...)
	return err
}

// inspectAll also finds an installation without a prefix, whose names need no tags. An installation that cannot be read
// does not hide the others.
func (s *Survey) inspectAll(ctx context.Context, search search, tags TagAPI, given settings.Given) error {
	unprefixed := inspection{}
	group, groupCtx := errgroup.WithContext(ctx)
	group.Go(func() (err error) {
		s.Others, err = search.list(groupCtx, withDefault([]string{given.Text("role-path")})...)
		return err
	})
	group.Go(func() error {
		unprefixed.find(groupCtx, search, given)
		return nil
	})
	if err := group.Wait(); err != nil {
		return err
	}
	all := []*inspection{&unprefixed}
	var rest sync.WaitGroup
	for _, each := range s.Others {
		if each.Prefix == "" {
			continue
		}
		one := &inspection{prefix: each.Prefix}
		all = append(all, one)
		rest.Go(func() { one.find(ctx, search, nil) }) // the given names belong to one installation
	}
	hasNoRole := func(prefix string) bool {
		return !slices.ContainsFunc(s.Others, func(l Listed) bool { return l.Prefix == prefix })
	}
	withoutRole, notChecked, err := FindWithoutRole(ctx, search.clients, tags, search.id, hasNoRole)
	rest.Wait()
	s.NotChecked = notChecked
	for _, each := range all {
		if each.err != nil {
			s.Failed = append(s.Failed, Failure{each.prefix, each.err})
			continue
		}
		s.add(each.found)
	}
	if err != nil {
		s.Failed = append(s.Failed, Failure{Err: err}) // the error names it
	}
	s.add(withoutRole...)
	return nil
}

// inspection is the search for one of several installations.
type inspection struct {
	prefix string
	found  *Installation
	err    error
}

func (i *inspection) find(ctx context.Context, search search, given settings.Given) {
	i.found, i.err = search.find(ctx, i.prefix, given)
}

// add adds findings, unless another one already includes them.
func (s *Survey) add(found ...*Installation) {
	for _, each := range found {
		known := func(other *Installation) bool { return other.Names.Prefix == each.Names.Prefix && other.includes(each) }
		if each.Found() && !slices.ContainsFunc(s.Found, known) {
			s.Found = append(s.Found, each)
		}
	}
}
