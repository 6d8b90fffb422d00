package session

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/arn"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials/ec2rolecreds"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	"github.com/aws/aws-sdk-go-v2/feature/ec2/imds"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go/logging"

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
	CanAsk        bool // a person can be asked for an MFA code
}

// Source is the AWS configuration of a process, as the SDK finds it: where credentials come from, and the region.
// Credentials are shared by all its sessions.
type Source struct {
	Options
	cfg aws.Config
}

// attempts of each call: more than the SDK's three, since a half-done install is worse than a late one.
const attempts = 6

// Load reads the configuration. It makes no call.
func Load(ctx context.Context, options Options) (*Source, error) {
	s := &Source{Options: options}
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
	if s.RoleARN != "" {
		s.cfg.Credentials = aws.NewCredentialsCache(stscreds.NewAssumeRoleProvider(sts.NewFromConfig(s.cfg), s.RoleARN, func(o *stscreds.AssumeRoleOptions) {
			o.RoleSessionName = "spothandler"
		}))
	}
	return s, nil
}

func (s *Source) load(ctx context.Context, region string) error {
	options := []func(*config.LoadOptions) error{
		config.WithAppID("spothandler/" + s.Version),
		config.WithLogger(logging.Nop{}), // the SDK's own warnings mean nothing to a user
	}
	if region != "" {
		options = append(options, config.WithRegion(region))
	}
	if s.Profile != "" {
		options = append(options, config.WithSharedConfigProfile(s.Profile))
	}
	if s.CanAsk {
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
		return err
	}
	if cfg.RetryMaxAttempts == 0 { // neither AWS_MAX_ATTEMPTS nor the profile says otherwise
		cfg.RetryMaxAttempts = attempts
	}
	s.cfg = cfg
	return nil
}

// metadataTimeout is that of the AWS CLI, which also tries once: the service is on the same host.
const metadataTimeout = time.Second

func impatientMetadata(cfg aws.Config) *imds.Client {
	return imds.NewFromConfig(cfg, func(o *imds.Options) {
		o.Retryer = aws.NopRetryer{}
		o.HTTPClient = &http.Client{Timeout: metadataTimeout}
	})
}

func (s *Source) checkRole() error {
	if s.RoleARN == "" {
		return nil
	}
	role, err := arn.Parse(s.RoleARN)
	if err != nil || role.Service != "iam" || !strings.HasPrefix(role.Resource, "role/") {
		return apperr.Invalid("--role-arn arn:PARTITION:iam::ACCOUNT:role/NAME", "--role-arn %q is no ARN of a role", s.RoleARN)
	}
	return nil
}

func (s *Source) explainConfig(err error) error {
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

// Region returns the region that was asked for, or else the configuration's; an error where there is neither.
func (s *Source) Region(asked string) (string, error) {
	if asked != "" {
		return asked, nil
	}
	if s.cfg.Region == "" {
		return "", &apperr.Error{
			Code:    "no_region",
			Message: "no AWS region found",
			Detail:  []string{"Looked at --region, AWS_REGION and the profile. Nothing was changed."},
			Hints:   []string{s.Command + " --region NAME", "aws configure set region NAME"},
		}
	}
	return s.cfg.Region, nil
}

// Observer is told what a session does.
type Observer struct {
	Calls io.Writer // gets a line for each AWS call; nil is silent
}
