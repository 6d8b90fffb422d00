package session

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
)

// Credentials finds the credentials, once for all sessions. They are renewed by the SDK when they expire.
func (s *Source) Credentials(ctx context.Context) error {
	_, err := s.credentials().Retrieve(ctx)
	return s.sayUnchanged(err)
}

// credentials is what sessions get their credentials from.
func (s *Source) credentials() aws.CredentialsProvider { return explained{s} }

// explained is the SDK's provider with errors that can be acted on, also where credentials are renewed in the middle
// of a command.
type explained struct{ source *Source }

// Retrieve returns credentials that have not expired.
func (e explained) Retrieve(ctx context.Context) (aws.Credentials, error) {
	s := e.source
	if s.cfg.Credentials == nil {
		return aws.Credentials{}, s.noCredentials(nil)
	}
	notice := time.AfterFunc(NoticeAfter, s.tellWaiting)
	defer notice.Stop()
	credentials, err := s.cfg.Credentials.Retrieve(ctx)
	if err != nil {
		return credentials, s.explainCredentials("finding AWS credentials", s.cfg.Region, err)
	}
	return credentials, nil
}

// tellWaiting says that credentials are waited for, unless a call of the watch's or a person is.
func (s *Source) tellWaiting() {
	if s.Waiting == nil || s.asking.Load() || !s.watch.idle() {
		return
	}
	s.Waiting(s.origin())
}

// origin names where credentials come from, as far as the configuration tells.
func (s *Source) origin() string {
	for _, source := range s.cfg.ConfigSources {
		if shared, ok := source.(config.SharedConfig); ok && shared.CredentialProcess != "" {
			return "the credential_process of profile " + s.profileName()
		}
	}
	return "the credentials of profile " + s.profileName()
}

// askForCode lets the SDK ask for the code of an MFA device.
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

func (s *Source) profileName() string {
	for _, name := range []string{s.Profile, s.Getenv("AWS_PROFILE")} {
		if name != "" {
			return name
		}
	}
	return "default"
}
