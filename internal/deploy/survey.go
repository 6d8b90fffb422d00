package deploy

import (
	"context"
	"errors"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/spothandler/spothandler/internal/apperr"
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

	located func(resource.Names, *settings.Record)
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
	s := &Survey{located: located}
	if prefix != nil {
		return s, s.inspectOne(ctx, clients, tags, id, *prefix, given)
	}
	others, err := List(ctx, clients, id, given.Text("role-path"))
	if err != nil {
		return nil, err
	}
	s.Others = others
	s.inspectAll(ctx, clients, tags, id, given)
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

func (s *Survey) inspectOne(ctx context.Context, clients resource.Clients, tags TagAPI, id session.Identity, prefix string, given settings.Given) error {
	var one *Installation
	group, groupCtx := errgroup.WithContext(ctx)
	group.Go(func() (err error) {
		s.Others, err = List(groupCtx, clients, id, given.Text("role-path"))
		if err != nil && groupCtx.Err() == nil {
			s.NotChecked, err = append(s.NotChecked, resource.NotChecked{What: "other installations", Why: apperr.WhyNot(err)}), nil
		}
		return err
	})
	group.Go(func() (err error) {
		one, err = find(groupCtx, clients, id, prefix, given, resource.ToReport, s.located)
		return err
	})
	if err := group.Wait(); err != nil {
		return err
	}
	s.add(one)
	if role := one.State.Role; role != nil && resource.IsOurs(role.Tags, prefix) {
		return nil
	}
	found, notChecked, err := FindWithoutRole(ctx, clients, tags, id, func(other string) bool { return other == prefix })
	s.NotChecked = append(s.NotChecked, notChecked...)
	s.add(found...)
	return err
}

// inspectAll also checks the names of an installation without a prefix, which are found without tags. An
// installation that cannot be read does not hide the others.
func (s *Survey) inspectAll(ctx context.Context, clients resource.Clients, tags TagAPI, id session.Identity, given settings.Given) {
	prefixes := []string{""}
	for _, each := range s.Others {
		if each.Prefix != "" {
			prefixes = append(prefixes, each.Prefix)
		}
	}
	found, failed := make([]*Installation, len(prefixes)), make([]error, len(prefixes))
	var group sync.WaitGroup
	for index, prefix := range prefixes {
		names := given
		if prefix != "" { // they belong to one installation
			names = nil
		}
		group.Go(func() {
			found[index], failed[index] = find(ctx, clients, id, prefix, names, resource.ToReport, s.located)
		})
	}
	hasNoRole := func(prefix string) bool {
		return !slices.ContainsFunc(s.Others, func(l Listed) bool { return l.Prefix == prefix })
	}
	withoutRole, notChecked, err := FindWithoutRole(ctx, clients, tags, id, hasNoRole)
	group.Wait()
	s.NotChecked = notChecked
	for index, prefix := range prefixes {
		if failed[index] != nil {
			s.Failed = append(s.Failed, Failure{prefix, failed[index]})
			continue
		}
		s.add(found[index])
	}
	if err != nil {
		s.Failed = append(s.Failed, Failure{Err: err}) // the error names it
	}
	s.add(withoutRole...)
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
