package session

import (
	"context"
	"io"
	"strings"
	"sync/atomic"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/arn"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials/ec2rolecreds"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go/logging"
	"github.com/aws/smithy-go/middleware"

	"github.com/spothandler/spothandler/internal/apperr"
)

// Options are what the SDK's own environment and files do not say.
type Options struct {
	Regions       []string // to be opened; may be empty
	Profile       string   // of ~/.aws; "" is AWS_PROFILE or the default one
	RoleARN       string   // role to assume with the credentials found; "" is none
	ExpectAccount string   // [Source.Open] refuses any other account; "" accepts all
	Version       string   // of this program, for the User-Agent header
	Command       string   // as it was typed, for hints
	Getenv        func(string) string
	HTTPClient    aws.HTTPClient // nil is the SDK's own

	// AskCode asks a person for the code of an MFA device, given by its serial number or ARN. Nil: nobody can be asked.
	AskCode func(ctx context.Context, device string) (string, error)

	Observer // of the calls by which credentials are found
}

// Observer is told what a session does.
type Observer struct {
	Calls   io.Writer         // gets a line for each AWS call; nil is silent
	Waiting func(what string) // is called, from any goroutine, with what takes long; may be nil
}

// Source is the AWS configuration of a process, as the SDK finds it: where credentials come from, and the region.
// All its sessions share the credentials, which are found once and renewed when they expire.
type Source struct {
	Options
	cfg    aws.Config
	calls  *callLog
	watch  *watch
	asking atomic.Bool // a person is asked for a code
}

// attempts of each call: more than the SDK's three, since a half-done install is worse than a late one.
const attempts = 6

// Load reads the configuration. It makes no call. Its context is also that of a question for a code.
func Load(ctx context.Context, options Options) (*Source, error) {
	s := &Source{Options: options, calls: &callLog{out: options.Calls}, watch: newWatch(options.Waiting)}
	if err := s.checkRole(); err != nil {
		return nil, err
	}
	region := ""
	if len(options.Regions) == 1 {
		region = options.Regions[0]
	}
	err := s.load(ctx, region)
	if err == nil && s.cfg.Region == "" && len(options.Regions) > 0 {
		err = s.load(ctx, options.Regions[0]) // assuming a role needs one
	}
	if err != nil {
		return nil, s.explainConfig(err)
	}
	if err := s.checkEndpoints(); err != nil {
		return nil, err
	}
	s.assumeRole()
	s.cfg.HTTPClient = shared(s.cfg.HTTPClient)
	s.cfg.APIOptions = nil           // a session has its own
	if s.cfg.RetryMaxAttempts == 0 { // neither AWS_MAX_ATTEMPTS nor the profile says otherwise
		s.cfg.RetryMaxAttempts = attempts
	}
	return s, nil
}

// shared returns an HTTP client whose connections all service clients share. The SDK's own is copied for each of them,
// with connections that stay open for 90 seconds: status --watch, which makes new ones for every look, would run out of
// files.
func shared(client aws.HTTPClient) aws.HTTPClient {
	if client == nil {
		client = awshttp.NewBuildableClient()
	}
	if own, ok := client.(*awshttp.BuildableClient); ok {
		return own.Freeze()
	}
	return client
}

// load reads the configuration for a region; "" leaves it to the environment and the profile.
func (s *Source) load(ctx context.Context, region string) error {
	options := []func(*config.LoadOptions) error{
		config.WithAppID("spothandler/" + s.Version),
		config.WithLogger(logging.Nop{}), // the SDK's own warnings mean nothing to a user
		config.WithAPIOptions([]func(*middleware.Stack) error{s.calls.register, s.watch.register, s.useEndpoint}),
		config.WithAssumeRoleCredentialOptions(s.askForCode(ctx)),
	}
	if region != "" {
		options = append(options, config.WithRegion(region))
	}
	if s.Profile != "" {
		options = append(options, config.WithSharedConfigProfile(s.Profile))
	}
	if s.HTTPClient != nil {
		options = append(options, config.WithHTTPClient(s.HTTPClient))
	}
	cfg, err := config.LoadDefaultConfig(ctx, options...)
	if err == nil {
		// Loaded again with a client of our own for the instance's metadata, which needs the configuration itself.
		cfg, err = config.LoadDefaultConfig(ctx, append(options, config.WithEC2RoleCredentialOptions(func(o *ec2rolecreds.Options) {
			o.Client = s.metadataClient(cfg)
		}))...)
	}
	s.cfg = cfg
	return err
}

// checkRole refuses a role to assume that is none.
func (s *Source) checkRole() error {
	if s.RoleARN == "" {
		return nil
	}
	role, err := arn.Parse(s.RoleARN)
	if err != nil || role.Service != "iam" || !strings.HasPrefix(role.Resource, "role/") {
		return apperr.Invalid("--role-arn arn:PARTITION:iam::ACCOUNT:role/NAME", "--role-arn %q is not the ARN of a role", s.RoleARN)
	}
	return nil
}

// assumeRole puts the role that was asked for behind the credentials found.
func (s *Source) assumeRole() {
	if s.RoleARN == "" {
		return
	}
	cfg := s.cfg.Copy()
	cfg.APIOptions = []func(*middleware.Stack) error{s.calls.register, s.watch.register}
	s.cfg.Credentials = aws.NewCredentialsCache(stscreds.NewAssumeRoleProvider(sts.NewFromConfig(cfg), s.RoleARN, func(o *stscreds.AssumeRoleOptions) {
		o.RoleSessionName = "spothandler"
	}))
}

// Region returns the region that was asked for, or else the configuration's; an error where there is neither.
func (s *Source) Region(asked string) (string, error) {
	if asked != "" {
		return asked, nil
	}
	if s.cfg.Region == "" {
		return "", &apperr.Error{
			Code:    "no_region",
			Message: "no AWS region found",
			Detail:  []string{"Looked at --region, AWS_REGION and the profile.", unchanged},
			Hints:   []string{s.Command + " --region NAME", "aws configure set region NAME"},
		}
	}
	return s.cfg.Region, nil
}
