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

// awsSource is the AWS configuration that all Regions of a command share. It is loaded on first use.
type awsSource struct {
	*userTerminal
	warned sync.Once // about insecure connection settings

	mu     sync.Mutex
	loaded *session.Source

	regions []string                  // of all installations that share it
	others  map[awsAddress]*awsSource // of the installations in a file
}

// awsAddress identifies a source of credentials. regional reports whether Regions were given; such a source must not fall
// back to the Region of the AWS configuration.
type awsAddress struct {
	profile, roleARN, expectAccount string
	regional                        bool
}

// sharedBy returns the configuration shared by all installations in a file with this address, and adds the Regions of one
// of them.
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

// customEndpoints returns the endpoints other than those of AWS, of all installations in a file.
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

// userTerminal reaches the user directly, even while the output of targets is buffered.
type userTerminal struct {
	canAsk bool
	in     io.Reader
	err    *term.Printer
	quiet  atomic.Int32 // number of calls of MuteWaiting in effect

	endpoints sync.Once // guards PrintEndpoints
}

// waiting prints what the program is waiting for.
func (s *userTerminal) waiting(what string) {
	if s.quiet.Load() == 0 {
		s.err.Print(s.err.Line("", "waiting for "+what, s.err.Dim))
	}
}

func (s *userTerminal) askCode(ctx context.Context, device string) (string, error) {
	return s.err.AskLine(ctx, s.in, s.err.Textf("MFA code of %s: ", device))
}

// limits are the rate limits that all targets of a command share, since AWS applies them per account and Region.
type limits struct {
	mu   sync.Mutex
	logs map[[2]string]*rate.Limiter // by account and Region
}

// logsRate returns the rate limiter for reading records in an account and Region.
func (l *limits) logsRate(id session.Identity) *rate.Limiter {
	l.mu.Lock()
	defer l.mu.Unlock()
	place := [2]string{id.Account, id.Region}
	if l.logs[place] == nil {
		l.logs[place] = history.Rate()
	}
	return l.logs[place]
}
