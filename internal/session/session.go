package session

import (
	"context"
	"errors"
	"fmt"
	"net/url"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/arn"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/middleware"

	"github.com/spothandler/spothandler/internal/apperr"
)

// Session is an account and a Region, and the configuration to call it.
type Session struct {
	ID     Identity
	Config aws.Config // for clients: Region, credentials, retries and call log are set
	calls  *callLog
	source *Source
}

// Open obtains credentials, identifies the caller, and rejects an account other than the expected one. The
// region is one that [Source.Region] returned.
func (s *Source) Open(ctx context.Context, region string, observer Observer) (*Session, error) {
	opened := &Session{Config: s.cfg.Copy(), calls: &callLog{out: observer.Calls}, source: s}
	opened.Config.Region = region
	opened.Config.Credentials = s.credentials()
	opened.Config.APIOptions = []func(*middleware.Stack) error{opened.calls.register, newWatch(observer.Waiting, s.Patient).register}
	if err := s.Credentials(ctx); err != nil { // before the first call, to distinguish their errors from AWS's
		return nil, err
	}
	if err := opened.identify(ctx); err != nil {
		return nil, opened.SayUnchanged(s.explainCredentials("identifying the caller", region, err))
	}
	if s.ExpectAccount != "" && s.ExpectAccount != opened.ID.Account {
		return nil, &apperr.Error{
			Code:    "other_account",
			Message: fmt.Sprintf("these credentials are for account %s, but --expect-account is %s", opened.ID.Account, s.ExpectAccount),
			Detail:  []string{"They belong to " + opened.ID.Caller + ".", unchanged},
			Hints:   []string{"--profile NAME   the credentials of the other account"},
		}
	}
	return opened, nil
}

// identifyAttempts is lower than for other calls, so that a network failure is reported soon.
const identifyAttempts = 3

// identify calls GetCallerIdentity, which needs no permission (STS API).
func (s *Session) identify(ctx context.Context) error {
	client := sts.NewFromConfig(s.Config, func(o *sts.Options) { o.RetryMaxAttempts = min(o.RetryMaxAttempts, identifyAttempts) })
	response, err := client.GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
	if err != nil {
		return err
	}
	caller, err := arn.Parse(aws.ToString(response.Arn))
	if err != nil {
		return fmt.Errorf("reading the caller's ARN: %w", err)
	}
	s.ID = Identity{
		Partition: caller.Partition, Account: aws.ToString(response.Account),
		Region: s.Config.Region, Caller: aws.ToString(response.Arn),
	}
	return nil
}

// Wrote reports whether a call was sent that may have changed something.
func (s *Session) Wrote() bool { return s.calls.wrote() }

// NoQuotaRetry returns a retryer that does not retry LimitExceededException. The SDK takes it for throttling,
// but EventBridge and CloudWatch Logs report an exhausted quota with it (PutRule, PutTargets,
// CreateLogGroup), and retries would delay the error by most of a minute.
func NoQuotaRetry(retryer aws.Retryer) aws.Retryer { return notForQuotas{retryer} }

type notForQuotas struct{ aws.Retryer }

func (r notForQuotas) IsErrorRetryable(err error) bool {
	var apiErr smithy.APIError
	quota := errors.As(err, &apiErr) && apiErr.ErrorCode() == "LimitExceededException"
	return !quota && r.Retryer.IsErrorRetryable(err)
}

// SayUnchanged adds to an error that occurred before the first write that nothing was changed.
func (s *Session) SayUnchanged(err error) error {
	if s.Wrote() {
		return err
	}
	return sayUnchanged(err)
}

// Endpoints returns the configured endpoints other than AWS's own, without secrets. The SDK takes them from
// the environment and the profile, for all services or for one.
func (s *Session) Endpoints() []string { return s.source.Endpoints() }

// Warnings returns the security risks of the connection to AWS, one sentence each.
func (s *Session) Warnings() []string {
	var warnings []string
	for _, endpoint := range s.source.endpoints() {
		if parsed, err := url.Parse(endpoint); err == nil && parsed.Scheme == "http" && !isLoopback(parsed.Hostname()) {
			warnings = append(warnings, fmt.Sprintf("calls to %s are not encrypted: anyone on the network path can read and change them, including session tokens", MaskURL(endpoint)))
		}
	}
	return warnings
}
