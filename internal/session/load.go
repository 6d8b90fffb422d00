package session

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/arn"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials/ec2rolecreds"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go/logging"
	"github.com/aws/smithy-go/middleware"
)

// attempts is the number of attempts of each call: more than the SDK's three, because a partial installation
// is worse than a slow one.
const attempts = 6

// Load reads the configuration. It makes no call. Its context also applies to a prompt for an MFA code.
func Load(ctx context.Context, options Options) (*Source, error) {
	s := &Source{Options: options, calls: &callLog{out: options.Calls}, watch: newWatch(options.Waiting, options.Patient)}
	if err := CheckRole(s.RoleARN, s.ExpectAccount); err != nil {
		return nil, err
	}
	region := ""
	if len(options.Regions) == 1 {
		region = options.Regions[0]
	}
	err := s.load(ctx, region)
	if err == nil && s.cfg.Region == "" && len(options.Regions) > 0 {
		err = s.load(ctx, options.Regions[0]) // AssumeRole needs a Region
	}
	if err != nil {
		return nil, s.explainConfig(err)
	}
	if err := s.checkRolePartition(); err != nil {
		return nil, err
	}
	if err := s.checkEndpoints(); err != nil {
		return nil, err
	}
	s.assumeRole()
	s.cfg.HTTPClient = shared(s.cfg.HTTPClient)
	s.cfg.APIOptions = nil           // each session has its own
	if s.cfg.RetryMaxAttempts == 0 { // neither AWS_MAX_ATTEMPTS nor the profile sets it
		s.cfg.RetryMaxAttempts = attempts
	}
	return s, nil
}

// load reads the configuration for a Region; for "" the environment and the profile decide.
func (s *Source) load(ctx context.Context, region string) error {
	options := []func(*config.LoadOptions) error{
		config.WithAppID("spothandler/" + s.Version),
		config.WithLogger(logging.Nop{}), // the SDK's warnings do not help a user
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
		// Loaded again with our client for instance metadata, which needs the configuration itself.
		cfg, err = config.LoadDefaultConfig(ctx, append(options, config.WithEC2RoleCredentialOptions(func(o *ec2rolecreds.Options) {
			o.Client = s.metadataClient(cfg)
		}))...)
	}
	s.cfg = cfg
	return err
}

// shared returns an HTTP client whose connections all service clients share. The SDK copies its own for each
// service client, and idle connections stay open for 90 seconds: status --watch, which creates clients for
// every refresh, would run out of file descriptors.
func shared(client aws.HTTPClient) aws.HTTPClient {
	if client == nil {
		client = awshttp.NewBuildableClient()
	}
	if own, ok := client.(*awshttp.BuildableClient); ok {
		return own.Freeze()
	}
	return client
}

// checkRolePartition rejects a --role-arn of another partition than a Region's: no credentials of one partition
// are valid in another (IAM User Guide, AWS resources in other partitions).
func (s *Source) checkRolePartition() error {
	role, _ := arn.Parse(s.RoleARN) // "" is in none
	regions := s.Regions
	if len(regions) == 0 {
		regions = []string{s.cfg.Region}
	}
	for _, region := range regions {
		if err := (Identity{Region: region}).CheckPartition("--role-arn "+s.RoleARN, role.Partition); err != nil {
			return err
		}
	}
	return nil
}

// assumeRole makes the sessions assume the requested role with the credentials.
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
