package command

import (
	"context"
	"errors"
	"slices"

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

// LogsRate returns the pace of reading records, for all readers of an account's region.
func (a *App) LogsRate(id session.Identity) *rate.Limiter { return a.limits.logsRate(id) }

// Connection is a session in the account and the Region that a command works in.
type Connection struct {
	*session.Session
	Clients deploy.Clients
}

// Open is Connect for a command whose names follow from a prefix.
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

// ForgetCredentials has the credentials read again when they are needed next.
func (a *App) ForgetCredentials() { a.aws.forget() }

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
