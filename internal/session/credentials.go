package session

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
)

// Credentials obtains the credentials, once for all sessions. The SDK renews them when they expire.
func (s *Source) Credentials(ctx context.Context) error {
	_, err := s.credentials().Retrieve(ctx)
	return sayUnchanged(err)
}

// credentials returns the provider that all sessions use.
func (s *Source) credentials() aws.CredentialsProvider { return explained{s} }

// explained wraps the SDK's provider and explains its errors, including those of a renewal during a command.
type explained struct{ source *Source }

// Retrieve returns credentials that have not expired.
func (e explained) Retrieve(ctx context.Context) (aws.Credentials, error) {
	s := e.source
	if s.cfg.Credentials == nil {
		return aws.Credentials{}, s.noCredentials(nil)
	}
	if !s.Patient {
		defer Notice(s.reportWaiting)()
	}
	credentials, err := s.cfg.Credentials.Retrieve(ctx)
	if err != nil {
		return credentials, s.explainCredentials("finding AWS credentials", s.cfg.Region, err)
	}
	s.provider.Store(credentials.Source)
	return credentials, nil
}

// reportWaiting reports that credentials are being waited for, unless the watch already reports a call or a
// code is being typed.
func (s *Source) reportWaiting() {
	if s.Waiting == nil || s.asking.Load() || !s.watch.idle() {
		return
	}
	s.Waiting(s.origin())
}

// origin names the source of the credentials, as far as the configuration shows it.
func (s *Source) origin() string {
	for _, source := range s.cfg.ConfigSources {
		if shared, ok := source.(config.SharedConfig); ok && shared.CredentialProcess != "" {
			return "the credential_process of profile " + s.profileName()
		}
	}
	return "the credentials of profile " + s.profileName()
}

// askForCode makes the SDK call AskCode for the code of an MFA device.
func (s *Source) askForCode(ctx context.Context) func(*stscreds.AssumeRoleOptions) {
	return func(o *stscreds.AssumeRoleOptions) {
		if s.AskCode == nil || o.SerialNumber == nil {
			return
		}
		device := *o.SerialNumber
		o.TokenProvider = func() (string, error) {
			s.asking.Store(true)
			defer s.asking.Store(false)
			code, err := s.AskCode(ctx, device)
			if err != nil {
				return "", fmt.Errorf("asking for the code of %s: %w", device, err)
			}
			return code, nil
		}
	}
}
