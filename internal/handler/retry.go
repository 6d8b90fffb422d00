package handler

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

const (
	// firstBackoff and lastBackoff bound the wait before another attempt.
	firstBackoff = 200 * time.Millisecond
	lastBackoff  = 5 * time.Second
	// urgentBackoff is the longest wait of the holder of a claim, for
	// urgentFor, and claimBackoff that of a claim itself.
	urgentBackoff = 300 * time.Millisecond
	urgentFor     = 10 * time.Second
	claimBackoff  = 1500 * time.Millisecond
	// lowPriorityBackoff is the longest wait where the answer is not urgent.
	lowPriorityBackoff = 20 * time.Second
	// staleAfter is the age from which an answer of DescribeServices is no basis
	// for an UpdateService.
	staleAfter = 2 * time.Second
	// attemptTimeout is the longest time that one attempt of a call may take.
	attemptTimeout = 10 * time.Second
)

// The function makes every attempt of a call itself: the SDK's retryer would
// end after three, or when its quota of retries is used up, and it does not
// retry an answer that was cut midway.

// errOutOfTime says that the time in which the function acts on an event is
// over.
var errOutOfTime = errors.New("out of time")

// errNoAnswer says that an answer lacks what ECS always sends, so that
// something between ECS and the function made it.
var errNoAnswer = errors.New("the answer says nothing about the service")

// retryBudget rules the attempts of one operation within one invocation.
type retryBudget struct {
	until       time.Time     // no attempt starts later, the first one excepted
	lowPriority bool          // where throttled, leave the calls to others
	urgentUntil time.Time     // until then no wait is longer than maxDelay
	maxDelay    time.Duration // the longest wait until urgentUntil
	failures    int           // attempts that failed and were worth another one
	cause       error         // of the last of these; nil after a success
}

// next returns the wait before another attempt of the call that ended with err,
// or the error that the call fails with: err itself where another attempt is
// pointless, else one that wraps errOutOfTime and the cause.
func (b *retryBudget) next(ctx context.Context, err error) (time.Duration, error) {
	switch {
	case errors.Is(ctx.Err(), context.Canceled):
		return 0, err
	case ctx.Err() != nil:
		return 0, b.outOfTime(err)
	case !isRetryable(err):
		return 0, err
	}
	b.failures++
	b.cause = err
	left := time.Until(b.until)
	if left < firstBackoff {
		return 0, b.outOfTime(err)
	}
	delay := b.backoff(err)
	switch {
	case delay <= left:
		return delay, nil
	case b.lowPriority && isThrottle(err): // at once, so that not all of Lambda's retries come together
		return 0, fmt.Errorf("giving up after %d failed attempts: %w", b.failures, err)
	}
	return between(left), nil
}

// backoff returns the wait after err, whatever time is left.
func (b *retryBudget) backoff(err error) time.Duration {
	switch delay := jitter(b.failures); {
	case b.lowPriority && isThrottle(err):
		return between(lowPriorityBackoff)
	case time.Now().Before(b.urgentUntil):
		return min(delay, between(b.maxDelay))
	default:
		return delay
	}
}

// succeeded says that the operation was answered: what failed before is no
// longer the cause of anything.
func (b *retryBudget) succeeded() { b.cause = nil }

// outOfTime returns the error of a call that err ended for lack of time. The
// end of the time itself says little, the cause of the attempts before it more.
func (b *retryBudget) outOfTime(err error) error {
	if b.cause != nil {
		return fmt.Errorf("%w after %d failed attempts: %w", errOutOfTime, b.failures, b.cause)
	}
	return fmt.Errorf("%w: %w", errOutOfTime, err)
}

// explain adds to the end of the time, which another operation met, why this
// one's attempts had failed before.
func (b *retryBudget) explain(err error) error {
	if b.cause == nil || !errors.Is(err, errOutOfTime) || errors.Is(err, b.cause) {
		return err
	}
	return fmt.Errorf("%w, after %d failed attempts: %w", err, b.failures, b.cause)
}

// outOfTime returns the error of a wait that the end of its context ended.
func outOfTime(err error) error {
	if errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("%w: %w", errOutOfTime, err)
	}
	return err
}

// jitter returns a random wait before attempt n+1, out of a time that grows
// exponentially with n, which counts from 1.
func jitter(n int) time.Duration {
	if shift := n - 1; shift < 5 {
		return between(min(firstBackoff<<shift, lastBackoff))
	}
	return between(lastBackoff)
}

// between returns a random time between the half and the whole of d.
func between(d time.Duration) time.Duration { return d/2 + rand.N(d/2) }

// attemptContext returns the context of one attempt. Half of the time that is
// left is kept for another one, unless that leaves less than a second.
func attemptContext(ctx context.Context) (context.Context, context.CancelFunc) {
	timeout := attemptTimeout
	if deadline, found := ctx.Deadline(); found {
		timeout = min(timeout, max(time.Until(deadline)/2, time.Second))
	}
	return context.WithTimeout(ctx, timeout)
}

// sleep waits for d, or returns the context's error when it ends before.
func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func isThrottle(err error) bool {
	return retry.IsErrorThrottles(retry.DefaultThrottles).IsErrorThrottle(err).Bool()
}

// isRetryable reports whether another attempt may have another outcome: after
// throttling, a network error, an answer of class 5xx, one that was cut midway
// and one that AWS did not make.
func isRetryable(err error) bool {
	var (
		api      smithy.APIError
		response *smithyhttp.ResponseError // also where there was no response
	)
	switch {
	case isThrottle(err), errors.Is(err, errNoAnswer), errors.Is(err, context.DeadlineExceeded):
		return true
	case errors.As(err, &api) && api.ErrorCode() != codeUnknown:
		return retry.IsErrorRetryables{
			retry.RetryableError{},
			retry.RetryableHTTPStatusCode{Codes: retry.DefaultRetryableHTTPStatusCodes},
			retry.RetryableErrorCode{Codes: retry.DefaultRetryableErrorCodes},
		}.IsErrorRetryable(err).Bool()
	}
	return errors.As(err, &response) || retry.RetryableError{}.IsErrorRetryable(err).Bool()
}

// codeUnknown is the SDK's error code for an error response that has none. AWS
// always sends one.
const codeUnknown = "UnknownError"
