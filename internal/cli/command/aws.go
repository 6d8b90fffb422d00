package command

import (
	"context"
	"io"
	"slices"
	"sync"
	"sync/atomic"

	"golang.org/x/time/rate"

	"github.com/spothandler/spothandler/internal/cli/term"
	"github.com/spothandler/spothandler/internal/history"
	"github.com/spothandler/spothandler/internal/session"
)

// awsSource is the AWS configuration that all regions of a command share, loaded when the first one needs it.
type awsSource struct {
	*userTerminal
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

// sharedBy returns the configuration that an installation of a file, in these Regions, has in common with those of the same address.
func (s *awsSource) sharedBy(address awsAddress, regions []string) *awsSource {
	shared := s.others[address]
	if shared == nil {
		shared = &awsSource{userTerminal: s.userTerminal}
		if s.others == nil {
			s.others = map[awsAddress]*awsSource{}
		}
		s.others[address] = shared
	}
	shared.regions = append(shared.regions, regions...)
	return shared
}

// customEndpoints are the endpoints that are not AWS's, of all installations of a file.
func (s *awsSource) customEndpoints() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var endpoints []string
	if s.loaded != nil {
		endpoints = s.loaded.Endpoints()
	}
	for _, other := range s.others {
		endpoints = append(endpoints, other.customEndpoints()...)
	}
	return slices.Compact(slices.Sorted(slices.Values(endpoints)))
}

func (s *awsSource) forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.loaded = nil
	for _, other := range s.others {
		other.forget()
	}
}

// userTerminal is how to reach one, whatever the targets' own output is held back for.
type userTerminal struct {
	canAsk bool
	in     io.Reader
	err    *term.Printer
	quiet  atomic.Int32 // how much is repainted on stderr, which shows what is waited for

	endpoints sync.Once // shown, where there is no header
}

// waiting says what takes long.
func (s *userTerminal) waiting(what string) {
	if s.quiet.Load() == 0 {
		s.err.Println(s.err.Dim("waiting for " + what))
	}
}

func (s *userTerminal) askCode(ctx context.Context, device string) (string, error) {
	return s.err.AskLine(ctx, s.in, s.err.Textf("MFA code of %s: ", device))
}

// limits are what all installations of a command share of what AWS allows an account in a region.
type limits struct {
	mu   sync.Mutex
	logs map[[2]string]*rate.Limiter // by account and region
}

// logsRate returns the pace of reading records, for all readers of an account's region.
func (l *limits) logsRate(id session.Identity) *rate.Limiter {
	l.mu.Lock()
	defer l.mu.Unlock()
	place := [2]string{id.Account, id.Region}
	if l.logs[place] == nil {
		l.logs[place] = history.Rate()
	}
	return l.logs[place]
}
