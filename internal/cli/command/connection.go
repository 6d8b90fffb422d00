package command

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws/arn"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/resourcegroupstaggingapi"
	"golang.org/x/time/rate"

	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/deploy"
	"github.com/spothandler/spothandler/internal/deploy/resource"
	"github.com/spothandler/spothandler/internal/deploy/settings"
	"github.com/spothandler/spothandler/internal/history"
	"github.com/spothandler/spothandler/internal/session"
)

// Connection is a session in one account and Region, with the clients of the AWS services.
type Connection struct {
	*session.Session
	Clients resource.Clients
	limits  *limits
}

// Open is like Connect, and checks the names that are derived from the prefix.
func (a *App) Open(ctx context.Context, prefix string) (*Connection, error) {
	return a.Connect(ctx, func(region string) error { return settings.CheckNames(region, prefix, "", "") })
}

// Connect opens a session in the command's Region. If check is not nil, Connect calls it with the Region before the first
// API call and returns its error.
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
	return &Connection{s, clientsFor(s), a.limits}, nil
}

// In returns a connection to another Region with the same credentials.
func (c *Connection) In(region string) *Connection {
	there := c.Session.In(region)
	return &Connection{there, clientsFor(there), c.limits}
}

// ClusterAPI returns the client that describes clusters.
func (c *Connection) ClusterAPI() deploy.ClusterAPI { return ecs.NewFromConfig(c.Config) }

// LogsRate returns the rate limiter for reading records in the account and Region.
func (c *Connection) LogsRate() *rate.Limiter { return c.limits.logsRate(c.ID) }

// LogsAPI returns the client that reads records from log groups.
func (c *Connection) LogsAPI() history.LogsAPI { return cloudwatchlogs.NewFromConfig(c.Config) }

// TagAPI returns the client that finds resources by their tags.
func (c *Connection) TagAPI() deploy.TagAPI {
	return resourcegroupstaggingapi.NewFromConfig(c.Config)
}

func clientsFor(s *session.Session) resource.Clients {
	return resource.Clients{
		IAM:    iam.NewFromConfig(s.Config),
		Logs:   cloudwatchlogs.NewFromConfig(s.Config, func(o *cloudwatchlogs.Options) { o.Retryer = session.NoQuotaRetry(o.Retryer) }),
		Lambda: lambda.NewFromConfig(s.Config),
		Events: eventbridge.NewFromConfig(s.Config, func(o *eventbridge.Options) { o.Retryer = session.NoQuotaRetry(o.Retryer) }),
	}
}

// IsExpired reports whether err means that the credentials have expired or are no longer valid, so that they have to be
// loaded again.
func IsExpired(err error) bool {
	known, ok := errors.AsType[*apperr.Error](err)
	return ok && slices.Contains([]string{"expired_credentials", "sso_session_expired"}, known.Code) ||
		apperr.HasCode(err, "ExpiredToken", "ExpiredTokenException", "InvalidClientTokenId", "UnrecognizedClientException")
}

// KnownIdentity returns what is known without a call about the identity that the command will have in a Region: its account,
// if --expect-account or --role-arn gives it. Unknown fields are empty.
func (a *App) KnownIdentity(region string) session.Identity {
	role, _ := arn.Parse(a.RoleARN) // "" has an empty account; session.Load rejects what is no ARN
	return session.Identity{Account: cmp.Or(a.ExpectAccount, role.AccountID), Region: region}
}

// source returns the shared configuration. It makes no API call.
func (a *App) source(ctx context.Context) (*session.Source, error) {
	a.aws.mu.Lock()
	defer a.aws.mu.Unlock()
	if a.aws.loaded != nil {
		return a.aws.loaded, nil
	}
	options := session.Options{
		Regions: slices.Concat(a.Regions, a.aws.regions), Profile: a.Profile, RoleARN: a.RoleARN, ExpectAccount: a.ExpectAccount,
		Version: a.Version, Command: a.Hints().CommandLine(), Getenv: a.Getenv, Patient: a.Patient,
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

// ForgetCredentials discards the loaded credentials, so that the next use loads them again.
func (a *App) ForgetCredentials() { a.aws.forget() }

// FindRegion returns the Region to work in: the one given, or else the one of the AWS configuration. It makes no API call.
func (a *App) FindRegion(ctx context.Context) (string, error) {
	source, err := a.source(ctx)
	if err != nil {
		return "", err
	}
	return source.Region(a.Region)
}

// FindCredentials resolves the credentials that all Regions share.
func (a *App) FindCredentials(ctx context.Context) error {
	source, err := a.source(ctx)
	if err != nil {
		return err
	}
	return source.Credentials(ctx)
}
