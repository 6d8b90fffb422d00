package command

import (
	"context"
	"slices"
	"sync"

	"github.com/spothandler/spothandler/internal/session"
)

// awsSource is the AWS configuration that all regions of a command share, loaded when the first one needs it.
type awsSource struct {
	*person
	warned sync.Once // of what is dangerous about the way to AWS

	mu     sync.Mutex
	loaded *session.Source

	regions []string                  // those of all installations that share it
	others  map[awsAddress]*awsSource // of the installations of a file
}

// awsAddress tells where credentials come from. A region that is given must not be taken for the configuration's.
type awsAddress struct {
	profile, roleARN, expectAccount string
	regional                        bool
}

// of returns the configuration that an installation of a file has in common with those of the same address.
func (s *awsSource) of(c *Configured) *awsSource {
	address := awsAddress{c.app.Profile, c.app.RoleARN, c.app.ExpectAccount, len(c.Regions()) > 0}
	shared := s.others[address]
	if shared == nil {
		shared = &awsSource{person: s.person}
		if s.others == nil {
			s.others = map[awsAddress]*awsSource{}
		}
		s.others[address] = shared
	}
	shared.regions = append(shared.regions, c.Regions()...)
	return shared
}

// source returns the shared configuration. It makes no call.
func (a *App) source(ctx context.Context) (*session.Source, error) {
	a.aws.mu.Lock()
	defer a.aws.mu.Unlock()
	if a.aws.loaded != nil {
		return a.aws.loaded, nil
	}
	options := session.Options{
		Regions: slices.Concat(a.Regions, a.aws.regions), Profile: a.Profile, RoleARN: a.RoleARN, ExpectAccount: a.ExpectAccount,
		Version: a.Version, Command: a.CommandLine(), Getenv: a.Getenv,
		Observer: session.Observer{Waiting: a.aws.waiting},
	}
	if a.aws.canAsk {
		options.AskCode = a.aws.askCode
	}
	if a.Verbose {
		options.Calls = a.aws.err.Lines()
	}
	source, err := session.Load(ctx, options)
	a.aws.loaded = source
	return source, err
}

// elsewhere are the endpoints that are not AWS's, of all installations of a file.
func (s *awsSource) elsewhere() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var endpoints []string
	if s.loaded != nil {
		endpoints = s.loaded.Endpoints()
	}
	for _, other := range s.others {
		endpoints = append(endpoints, other.elsewhere()...)
	}
	return slices.Compact(slices.Sorted(slices.Values(endpoints)))
}

// ForgetCredentials has them read again when they are needed next.
func (a *App) ForgetCredentials() { a.aws.forget() }

func (s *awsSource) forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.loaded = nil
	for _, other := range s.others {
		other.forget()
	}
}

// FindRegion returns the region to work in: the one asked for, or the configuration's. It makes no call.
func (a *App) FindRegion(ctx context.Context) (string, error) {
	source, err := a.source(ctx)
	if err != nil {
		return "", err
	}
	return source.Region(a.Region)
}

// FindCredentials finds the credentials that all regions share.
func (a *App) FindCredentials(ctx context.Context) error {
	source, err := a.source(ctx)
	if err != nil {
		return err
	}
	return source.Credentials(ctx)
}
