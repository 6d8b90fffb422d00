package cli

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/arn"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials/ec2rolecreds"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	"github.com/aws/aws-sdk-go-v2/feature/ec2/imds"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/logging"

	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/deploy"
	"github.com/spothandler/spothandler/internal/session"
)

// This file is the one place that loads the AWS configuration and builds clients.

// The first call is given up early, so that a network that is down is said soon.
const (
	identifyTimeout  = 10 * time.Second
	identifyAttempts = 3
)

// attempts of each call: more than the SDK's three, since a half-done install is worse than a late one.
const attempts = 6

// connection is the account that a command works in.
type connection struct {
	cfg     aws.Config
	id      session.Identity
	clients deploy.Clients
	calls   *callLog
	// endpoints stand in for AWS's own; most often there are none
	endpoints []string
}

// loadConfig finds the region and where credentials come from. It makes no call.
func (a *app) loadConfig(ctx context.Context) (aws.Config, error) {
	options := []func(*config.LoadOptions) error{
		config.WithAppID("spothandler/" + binaryVersion()),
		config.WithLogger(logging.Nop{}), // the SDK's own warnings mean nothing to a user
	}
	if a.region != "" {
		options = append(options, config.WithRegion(a.region))
	}
	if a.profile != "" {
		options = append(options, config.WithSharedConfigProfile(a.profile))
	}
	if a.inTTY {
		options = append(options, config.WithAssumeRoleCredentialOptions(func(o *stscreds.AssumeRoleOptions) {
			o.TokenProvider = stscreds.StdinTokenProvider
		}))
	}
	cfg, err := config.LoadDefaultConfig(ctx, options...)
	if err == nil {
		// Loaded again with an impatient client for the instance's metadata, which needs the configuration
		// itself: off EC2 the SDK's own would look for twelve seconds.
		cfg, err = config.LoadDefaultConfig(ctx, append(options, config.WithEC2RoleCredentialOptions(func(o *ec2rolecreds.Options) {
			o.Client = impatientMetadata(cfg)
		}))...)
	}
	if err != nil {
		return aws.Config{}, a.explainConfig(err)
	}
	if cfg.RetryMaxAttempts == 0 { // neither AWS_MAX_ATTEMPTS nor the profile says otherwise
		cfg.RetryMaxAttempts = attempts
	}
	if a.roleARN != "" {
		if cfg.Credentials, err = a.assumeRole(cfg); err != nil {
			return aws.Config{}, err
		}
	}
	if cfg.Region == "" {
		return aws.Config{}, &apperr.Error{
			Code:    "no_region",
			Message: "no AWS region found",
			Detail:  []string{"Looked at --region, AWS_REGION and the profile. Nothing was changed."},
			Hints:   []string{a.retype() + " --region NAME", "aws configure set region NAME"},
		}
	}
	return cfg, nil
}

// metadataTimeout is that of the AWS CLI, which also tries once: the service is on the same host.
const metadataTimeout = time.Second

// assumeRole gives credentials of another role, which the found ones ask STS for.
func (a *app) assumeRole(cfg aws.Config) (aws.CredentialsProvider, error) {
	role, err := arn.Parse(a.roleARN)
	if err != nil || role.Service != "iam" || !strings.HasPrefix(role.Resource, "role/") {
		return nil, &apperr.Error{
			Code:    apperr.CodeInvalid,
			Message: fmt.Sprintf("--role-arn %q is no ARN of a role", a.roleARN),
			Hints:   []string{"--role-arn arn:PARTITION:iam::ACCOUNT:role/NAME"},
		}
	}
	return aws.NewCredentialsCache(stscreds.NewAssumeRoleProvider(sts.NewFromConfig(cfg), a.roleARN, func(o *stscreds.AssumeRoleOptions) {
		o.RoleSessionName = "spothandler"
	})), nil
}

func impatientMetadata(cfg aws.Config) *imds.Client {
	return imds.NewFromConfig(cfg, func(o *imds.Options) {
		o.Retryer = aws.NopRetryer{}
		o.HTTPClient = &http.Client{Timeout: metadataTimeout}
	})
}

func (a *app) explainConfig(err error) error {
	var missing config.SharedConfigProfileNotExistError
	if errors.As(err, &missing) {
		return &apperr.Error{
			Code:    "no_profile",
			Message: fmt.Sprintf("the AWS profile %s is not in ~/.aws", missing.Profile),
			Detail:  []string{"Nothing was changed."},
			Hints:   []string{"aws configure list-profiles", "aws configure --profile " + missing.Profile},
			Err:     err,
		}
	}
	return fmt.Errorf("loading the AWS configuration: %w", err)
}

// open is all of this file for a command that needs no more than a prefix.
func (a *app) open(ctx context.Context, prefix string) (*connection, error) {
	cfg, err := a.loadConfig(ctx)
	if err != nil {
		return nil, err
	}
	if err := deploy.CheckNames(cfg.Region, prefix, "", ""); err != nil {
		return nil, err
	}
	return a.connect(ctx, cfg)
}

// connect finds credentials, asks whose they are, and refuses another account than the expected one.
func (a *app) connect(ctx context.Context, cfg aws.Config) (*connection, error) {
	calls := &callLog{}
	if a.verbose {
		calls.out = a.err
	}
	cfg.APIOptions = append(cfg.APIOptions, calls.register)
	if err := a.checkCredentials(ctx, cfg); err != nil {
		return nil, err
	}
	s := &connection{cfg: cfg, calls: calls}
	s.connectTo(cfg)
	if err := s.identify(ctx); err != nil {
		return nil, sayUnchanged(s, a.explainCredentials(err))
	}
	if a.expectAccount != "" && a.expectAccount != s.id.Account {
		return nil, &apperr.Error{
			Code:    "other_account",
			Message: fmt.Sprintf("these credentials are of account %s, --expect-account says %s", s.id.Account, a.expectAccount),
			Detail:  []string{"They belong to " + s.id.Caller + ". Nothing was changed."},
			Hints:   []string{"--profile NAME   the credentials of the other account"},
		}
	}
	return s, nil
}

// checkCredentials fetches them before the first call, so that their errors are told from AWS's.
func (a *app) checkCredentials(ctx context.Context, cfg aws.Config) error {
	if cfg.Credentials == nil {
		return a.noCredentials(nil)
	}
	if _, err := cfg.Credentials.Retrieve(ctx); err != nil {
		return a.explainCredentials(err)
	}
	return nil
}

// identify asks who is calling; it needs no permission (STS API, GetCallerIdentity).
func (s *connection) identify(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, identifyTimeout)
	defer cancel()
	client := sts.NewFromConfig(s.cfg, func(o *sts.Options) { o.RetryMaxAttempts = min(o.RetryMaxAttempts, identifyAttempts) })
	answer, err := client.GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return &apperr.Error{
			Code:    apperr.CodeFailed,
			Message: fmt.Sprintf("asking AWS who is calling: no answer within %s", identifyTimeout),
			Hints:   []string{"is the network there, and the way to AWS open (proxy, VPN, AWS_ENDPOINT_URL)?"},
			Err:     err,
		}
	}
	if err != nil {
		return apperr.Explain("asking AWS who is calling", "", err)
	}
	caller, err := arn.Parse(aws.ToString(answer.Arn))
	if err != nil {
		return fmt.Errorf("reading the caller's ARN: %w", err)
	}
	s.id = session.Identity{
		Partition: caller.Partition, Account: aws.ToString(answer.Account),
		Region: s.cfg.Region, Caller: aws.ToString(answer.Arn),
	}
	return nil
}

// connectTo builds the clients, and notes which of them are sent elsewhere than to AWS: the SDK takes that
// from the environment and from the profile, for all services or for one.
func (s *connection) connectTo(cfg aws.Config) {
	roles, functions := iam.NewFromConfig(cfg), lambda.NewFromConfig(cfg)
	groups := cloudwatchlogs.NewFromConfig(cfg, func(o *cloudwatchlogs.Options) { o.Retryer = notForQuotas{o.Retryer} })
	rules := eventbridge.NewFromConfig(cfg, func(o *eventbridge.Options) { o.Retryer = notForQuotas{o.Retryer} })
	s.clients = deploy.Clients{IAM: roles, Logs: groups, Lambda: functions, Events: rules}
	for _, endpoint := range []*string{
		sts.NewFromConfig(cfg).Options().BaseEndpoint, roles.Options().BaseEndpoint, groups.Options().BaseEndpoint,
		functions.Options().BaseEndpoint, rules.Options().BaseEndpoint,
	} {
		if url := aws.ToString(endpoint); url != "" && !slices.Contains(s.endpoints, url) {
			s.endpoints = append(s.endpoints, url)
		}
	}
}

// notForQuotas is the SDK's retryer but for LimitExceededException. The SDK takes it for throttling, but
// EventBridge and CloudWatch Logs say so that a quota is used up (PutRule, PutTargets, CreateLogGroup),
// and it would be said only after most of a minute.
type notForQuotas struct{ aws.Retryer }

func (r notForQuotas) IsErrorRetryable(err error) bool {
	var answer smithy.APIError
	quota := errors.As(err, &answer) && answer.ErrorCode() == "LimitExceededException"
	return !quota && r.Retryer.IsErrorRetryable(err)
}
