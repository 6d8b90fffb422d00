package session

import (
	"context"
	"io"
	"strings"
	"sync/atomic"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials/processcreds"
	"github.com/aws/aws-sdk-go-v2/credentials/ssocreds"

	"github.com/spothandler/spothandler/internal/apperr"
)

// Options configure a Source beyond the SDK's environment variables and files.
type Options struct {
	Regions       []string // to open; may be empty
	Profile       string   // of ~/.aws; "" uses AWS_PROFILE or the default profile
	RoleARN       string   // role to assume with these credentials; "" assumes none
	ExpectAccount string   // [Source.Open] refuses any other account; "" accepts all
	Version       string   // of this program, for the User-Agent header
	Command       string   // the command line, for hints
	Getenv        func(string) string
	HTTPClient    aws.HTTPClient // nil uses the SDK's own
	Patient       bool           // calls may take any time, and are not reported as slow

	// AskCode prompts for the code of an MFA device, given its serial number or ARN. Nil: there is no prompt.
	AskCode func(ctx context.Context, device string) (string, error)

	Observer // of the calls that obtain credentials
}

// Observer is notified about a session's calls.
type Observer struct {
	Calls   io.Writer         // receives a line for each AWS call; nil discards them
	Waiting func(what string) // called from any goroutine with the name of something slow; may be nil
}

// Source is the AWS configuration of a process as the SDK finds it: the source of credentials, and the
// region. All its sessions share the credentials, which are obtained once and renewed when they expire.
type Source struct {
	Options
	cfg    aws.Config
	calls  *callLog
	watch  *watch
	asking atomic.Bool // an MFA code is being typed

	provider atomic.Value // the SDK's name of the provider of the credentials, a string
}

// Region returns the requested Region, or else the configured one. It returns an error if there is neither.
func (s *Source) Region(asked string) (string, error) {
	if asked != "" {
		return asked, nil
	}
	if s.cfg.Region == "" {
		return "", &apperr.Error{
			Code:    "no_region",
			Message: "no AWS Region found",
			Detail:  []string{"Searched --region, AWS_REGION and the profile.", unchanged},
			Hints:   []string{s.Command + " --region NAME", "aws configure set region NAME"},
		}
	}
	return s.cfg.Region, nil
}

func (s *Source) profileName() string {
	for _, name := range []string{s.Profile, s.Getenv("AWS_PROFILE")} {
		if name != "" {
			return name
		}
	}
	return "default"
}

// whose returns a sentence about where the credentials in use come from, as far as the SDK reports it, or nothing.
func (s *Source) whose() []string {
	provider, _ := s.provider.Load().(string)
	switch {
	case provider == config.CredentialsSourceName:
		return []string{"They come from the environment (AWS_ACCESS_KEY_ID)."}
	case strings.HasPrefix(provider, "SharedConfigCredentials"), provider == processcreds.ProviderName, provider == ssocreds.ProviderName:
		return []string{"They come from profile " + s.profileName() + "."}
	}
	return nil
}
