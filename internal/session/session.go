package session

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/arn"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/middleware"

	"github.com/spothandler/spothandler/internal/apperr"
)

// Session is an account and a region, and how to call it.
type Session struct {
	ID     Identity
	Config aws.Config // for clients: region, credentials, retries and the log of calls are set
	calls  *callLog
	source *Source
}

// Open finds credentials, asks whose they are, and refuses another account than the expected one.
// The region is one that [Source.Region] returned.
func (s *Source) Open(ctx context.Context, region string, observer Observer) (*Session, error) {
	opened := &Session{Config: s.cfg.Copy(), calls: &callLog{out: observer.Calls}, source: s}
	opened.Config.Region = region
	opened.Config.Credentials = s.credentials()
	opened.Config.APIOptions = []func(*middleware.Stack) error{opened.calls.register, newWatch(observer.Waiting).register}
	if err := s.Credentials(ctx); err != nil { // before the first call, so that their errors are told from AWS's
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

// identifyAttempts are fewer than those of other calls: that the network is down is said soon.
const identifyAttempts = 3

// identify asks who is calling; it needs no permission (STS API, GetCallerIdentity).
func (s *Session) identify(ctx context.Context) error {
	client := sts.NewFromConfig(s.Config, func(o *sts.Options) { o.RetryMaxAttempts = min(o.RetryMaxAttempts, identifyAttempts) })
	answer, err := client.GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
	if err != nil {
		return err
	}
	caller, err := arn.Parse(aws.ToString(answer.Arn))
	if err != nil {
		return fmt.Errorf("reading the caller's ARN: %w", err)
	}
	s.ID = Identity{
		Partition: caller.Partition, Account: aws.ToString(answer.Account),
		Region: s.Config.Region, Caller: aws.ToString(answer.Arn),
	}
	return nil
}

// Wrote reports whether a call was sent that may have changed something.
func (s *Session) Wrote() bool { return s.calls.wrote() }

// NoQuotaRetry returns the retryer but for LimitExceededException. The SDK takes it for throttling, but
// EventBridge and CloudWatch Logs say so that a quota is used up (PutRule, PutTargets, CreateLogGroup),
// and it would be said only after most of a minute.
func NoQuotaRetry(retryer aws.Retryer) aws.Retryer { return notForQuotas{retryer} }

type notForQuotas struct{ aws.Retryer }

func (r notForQuotas) IsErrorRetryable(err error) bool {
	var answer smithy.APIError
	quota := errors.As(err, &answer) && answer.ErrorCode() == "LimitExceededException"
	return !quota && r.Retryer.IsErrorRetryable(err)
}
