package command

import (
	"context"
	"errors"
	"slices"
	"sync"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/resourcegroupstaggingapi"
	"golang.org/x/time/rate"

	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/deploy"
	"github.com/spothandler/spothandler/internal/deploy/settings"
	"github.com/spothandler/spothandler/internal/history"
	"github.com/spothandler/spothandler/internal/session"
)

// limits are what all installations of a command share of what AWS allows an account in a region.
type limits struct {
	mu   sync.Mutex
	logs map[[2]string]*rate.Limiter // by account and region
}

// LogsRate returns the pace of reading records, for all readers of an account's region.
func (a *App) LogsRate(id session.Identity) *rate.Limiter {
	l := a.limits
	l.mu.Lock()
	defer l.mu.Unlock()
	place := [2]string{id.Account, id.Region}
	if l.logs[place] == nil {
		l.logs[place] = history.Rate()
	}
	return l.logs[place]
}

// Connection is the account and the region that a command works in.
type Connection struct {
	*session.Session
	Clients deploy.Clients
}

// Open connects for a command that needs no more than a prefix.
func (a *App) Open(ctx context.Context, prefix string) (*Connection, error) {
	return a.Connect(ctx, func(region string) error { return settings.CheckNames(region, prefix, "", "") })
}

// Connect opens a session in the region of the command, once check, which may be nil, has accepted it.
func (a *App) Connect(ctx context.Context, check func(region string) error) (*Connection, error) {
	region, err := a.FindRegion(ctx)
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
	if a.Verbose {
		observer.Calls = a.Err.Lines()
	}
	a.RegionInUse = region
	s, err := source.Open(ctx, region, observer)
	if err != nil {
		return nil, err
	}
	a.aws.warned.Do(func() { a.Warn(s.Warnings()...) })
	a.Account = s.ID.Account
	return &Connection{s, clientsFor(s)}, nil
}

// In returns the connection of the same account to another region.
func (c *Connection) In(region string) *Connection {
	there := c.Session.In(region)
	return &Connection{there, clientsFor(there)}
}

// ClusterAPI returns the client that knows which clusters there are.
func (c *Connection) ClusterAPI() deploy.ClusterAPI { return ecs.NewFromConfig(c.Config) }

// LogsAPI returns the client that reads the functions' records.
func (c *Connection) LogsAPI() history.LogsAPI { return cloudwatchlogs.NewFromConfig(c.Config) }

// TagAPI returns the client that finds resources by their tags.
func (c *Connection) TagAPI() deploy.TagAPI {
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

// IsExpired reports whether credentials have expired, or were replaced by others: what the configuration says of them
// has to be read again.
func IsExpired(err error) bool {
	known, ok := errors.AsType[*apperr.Error](err)
	return ok && slices.Contains([]string{"expired_credentials", "sso_session_expired"}, known.Code) ||
		apperr.HasCode(err, "ExpiredToken", "ExpiredTokenException", "InvalidClientTokenId", "UnrecognizedClientException")
}
