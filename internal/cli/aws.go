package cli

import (
	"context"
	"errors"
	"io"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/resourcegroupstaggingapi"
	"golang.org/x/time/rate"

	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/cli/term"
	"github.com/spothandler/spothandler/internal/deploy"
	"github.com/spothandler/spothandler/internal/deploy/settings"
	"github.com/spothandler/spothandler/internal/history"
	"github.com/spothandler/spothandler/internal/session"
)

// person is how to reach one, whatever the targets' own output is held back for.
type person struct {
	canAsk bool
	in     io.Reader
	err    *term.Printer
	quiet  atomic.Int32 // how much is repainted on stderr, which shows what is waited for

	endpoints sync.Once // shown, where there is no header
}

// limits are what all installations of a command share of what AWS allows an account in a region.
type limits struct {
	mu   sync.Mutex
	logs map[[2]string]*rate.Limiter // by account and region
}

// logsRate returns the pace of reading records, for all readers of an account's region.
func (a *app) logsRate(id session.Identity) *rate.Limiter {
	l := a.limits
	l.mu.Lock()
	defer l.mu.Unlock()
	place := [2]string{id.Account, id.Region}
	if l.logs[place] == nil {
		l.logs[place] = history.Rate()
	}
	return l.logs[place]
}

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
func (s *awsSource) of(c *configured) *awsSource {
	address := awsAddress{c.app.profile, c.app.roleARN, c.app.expectAccount, len(c.Regions()) > 0}
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
func (a *app) source(ctx context.Context) (*session.Source, error) {
	a.aws.mu.Lock()
	defer a.aws.mu.Unlock()
	if a.aws.loaded != nil {
		return a.aws.loaded, nil
	}
	options := session.Options{
		Regions: slices.Concat(a.regions, a.aws.regions), Profile: a.profile, RoleARN: a.roleARN, ExpectAccount: a.expectAccount,
		Version: a.version, Command: a.commandLine(), Getenv: a.getenv,
		Observer: session.Observer{Waiting: a.aws.waiting},
	}
	if a.aws.canAsk {
		options.AskCode = a.aws.askCode
	}
	if a.verbose {
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

// forgetCredentials has them read again when they are needed next.
func (a *app) forgetCredentials() { a.aws.forget() }

// waiting says what takes long, unless something is repainted.
func (a *app) waiting(what string) { a.aws.waiting(what) }

func (s *awsSource) forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.loaded = nil
	for _, other := range s.others {
		other.forget()
	}
}

// waiting says what takes long.
func (s *person) waiting(what string) {
	if s.quiet.Load() == 0 {
		s.err.Println(s.err.Dim("waiting for " + what))
	}
}

// repainting says that something is repainted on stderr until the end is called.
func (a *app) repainting() (end func()) {
	if !a.err.Live() {
		return func() {}
	}
	return a.quiet()
}

// quiet keeps what is waited for from being said until the end is called.
func (a *app) quiet() (end func()) {
	a.aws.quiet.Add(1)
	return func() { a.aws.quiet.Add(-1) }
}

// silent returns the program as it is, which now prints nothing on stderr and asks nobody for a code.
func (a *app) silent() *app {
	one := *a
	one.err = term.NewPrinter(io.Discard, a.err.Style)
	one.aws = &awsSource{person: &person{err: one.err}}
	return &one
}

func (s *person) askCode(ctx context.Context, device string) (string, error) {
	return s.err.AskLine(ctx, s.in, s.err.Textf("MFA code of %s: ", device))
}

// findRegion returns the region to work in: the one asked for, or the configuration's. It makes no call.
func (a *app) findRegion(ctx context.Context) (string, error) {
	source, err := a.source(ctx)
	if err != nil {
		return "", err
	}
	return source.Region(a.region)
}

// findCredentials finds the credentials that all regions share.
func (a *app) findCredentials(ctx context.Context) error {
	source, err := a.source(ctx)
	if err != nil {
		return err
	}
	return source.Credentials(ctx)
}

// connection is the account and the region that a command works in.
type connection struct {
	*session.Session
	clients deploy.Clients
}

// open connects for a command that needs no more than a prefix.
func (a *app) open(ctx context.Context, prefix string) (*connection, error) {
	return a.connect(ctx, func(region string) error { return settings.CheckNames(region, prefix, "", "") })
}

// connect opens a session in the region of the command, once check, which may be nil, has accepted it.
func (a *app) connect(ctx context.Context, check func(region string) error) (*connection, error) {
	region, err := a.findRegion(ctx)
	if err != nil {
		return nil, err
	}
	if check != nil {
		if err := check(region); err != nil {
			return nil, err
		}
	}
	source, err := a.source(ctx)
	if err != nil {
		return nil, err
	}
	observer := session.Observer{Waiting: a.aws.waiting}
	if a.verbose {
		observer.Calls = a.err.Lines()
	}
	a.found = region
	s, err := source.Open(ctx, region, observer)
	if err != nil {
		return nil, err
	}
	a.aws.warned.Do(func() { a.warn(s.Warnings()...) })
	a.account = s.ID.Account
	return &connection{s, clientsFor(s)}, nil
}

// In returns the connection of the same account to another region.
func (c *connection) In(region string) *connection {
	there := c.Session.In(region)
	return &connection{there, clientsFor(there)}
}

// clusterAPI returns the client that knows which clusters there are.
func (c *connection) clusterAPI() deploy.ClusterAPI { return ecs.NewFromConfig(c.Config) }

// logsAPI returns the client that reads the functions' records.
func (c *connection) logsAPI() history.LogsAPI { return cloudwatchlogs.NewFromConfig(c.Config) }

// tagAPI returns the client that finds resources by their tags.
func (c *connection) tagAPI() deploy.TagAPI {
	return resourcegroupstaggingapi.NewFromConfig(c.Config)
}

func clientsFor(s *session.Session) deploy.Clients {
	return deploy.Clients{
		IAM:    iam.NewFromConfig(s.Config),
		Logs:   cloudwatchlogs.NewFromConfig(s.Config, func(o *cloudwatchlogs.Options) { o.Retryer = session.NoQuotaRetry(o.Retryer) }),
		Lambda: lambda.NewFromConfig(s.Config),
		Events: eventbridge.NewFromConfig(s.Config, func(o *eventbridge.Options) { o.Retryer = session.NoQuotaRetry(o.Retryer) }),
	}
}

// isExpired reports whether credentials have expired, or were replaced by others: what the configuration says of them
// has to be read again.
func isExpired(err error) bool {
	known, ok := errors.AsType[*apperr.Error](err)
	return ok && slices.Contains([]string{"expired_credentials", "sso_session_expired"}, known.Code) ||
		apperr.HasCode(err, "ExpiredToken", "ExpiredTokenException", "InvalidClientTokenId", "UnrecognizedClientException")
}
