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
	// urgentFor. claimBackoff is that of a claim itself.
	urgentBackoff = 300 * time.Millisecond
	urgentFor     = 10 * time.Second
	claimBackoff  = 1500 * time.Millisecond
	// lowPriorityBackoff is the longest wait if the result is not urgent.
	lowPriorityBackoff = 20 * time.Second
	// staleAfter is the age from which a description is too old to act on with
	// UpdateService.
	staleAfter = 2 * time.Second
	// attemptTimeout is the longest time that one attempt may take.
	attemptTimeout = 10 * time.Second
)

// The function makes every attempt of a call itself: the SDK's retryer stops
// after three, or when its retry quota is used up, and it does not retry an
// response that was cut off.

// errOutOfTime reports that the time to act on an event is over.
var errOutOfTime = errors.New("out of time")

// errIncomplete reports that a response lacks what ECS always sends, so it did not
// come from ECS.
var errIncomplete = errors.New("the response lacks the service")

// retryBudget limits the attempts of one operation within one invocation.
type retryBudget struct {
	until       time.Time     // no attempt starts later, except the first one
	lowPriority bool          // if throttled, leave the calls to other invocations
	urgentUntil time.Time     // until then no wait is longer than maxDelay
	maxDelay    time.Duration // the longest wait before urgentUntil
	failures    int           // retryable failures so far
	cause       error         // the last of these failures; nil after a success
}

// next returns the wait before another attempt of the call that failed with
// err, or the final error: err itself if another attempt is pointless, else an
// error that wraps errOutOfTime and the cause.
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
	case b.lowPriority && isThrottle(err): // immediately, so that Lambda's retries do not all come at once
		return 0, fmt.Errorf("giving up after %d failed attempts: %w", b.failures, err)
	}
	return between(left), nil
}

// backoff returns the wait after err, regardless of the remaining time.
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

// succeeded records that the operation got a response, so earlier failures no
// longer explain a later timeout.
func (b *retryBudget) succeeded() { b.cause = nil }

// outOfTime returns the error of a call that failed with err for lack of time.
// The timeout itself says little; the cause of the earlier attempts says more.
func (b *retryBudget) outOfTime(err error) error {
	if b.cause != nil {
		return fmt.Errorf("%w after %d failed attempts: %w", errOutOfTime, b.failures, b.cause)
	}
	return fmt.Errorf("%w: %w", errOutOfTime, err)
}

// explain adds to err, a timeout of another operation, why the earlier attempts
// of this one failed.
func (b *retryBudget) explain(err error) error {
	if b.cause == nil || !errors.Is(err, errOutOfTime) || errors.Is(err, b.cause) {
		return err
	}
	return fmt.Errorf("%w, after %d failed attempts: %w", err, b.failures, b.cause)
}

// outOfTime returns the error of a wait that ended with its context.
func outOfTime(err error) error {
	if errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("%w: %w", errOutOfTime, err)
	}
	return err
}

// jitter returns a random wait before attempt n+1 from a range that grows
// exponentially with n, which counts from 1.
func jitter(n int) time.Duration {
	if shift := n - 1; shift < 5 {
		return between(min(firstBackoff<<shift, lastBackoff))
	}
	return between(lastBackoff)
}

// between returns a random duration between d/2 and d.
func between(d time.Duration) time.Duration { return d/2 + rand.N(d/2) }

// attemptContext returns the context of one attempt. Half of the remaining time
// is reserved for another attempt, unless that leaves less than a second.
func attemptContext(ctx context.Context) (context.Context, context.CancelFunc) {
	timeout := attemptTimeout
	if deadline, found := ctx.Deadline(); found {
		timeout = min(timeout, max(time.Until(deadline)/2, time.Second))
	}
	return context.WithTimeout(ctx, timeout)
}

func isThrottle(err error) bool {
	return retry.IsErrorThrottles(retry.DefaultThrottles).IsErrorThrottle(err).Bool()
}

// isRetryable reports whether another attempt may succeed: after throttling, a
// network error, a 5xx response, a response that was cut off, and one that AWS
// did not send.
func isRetryable(err error) bool {
	var (
		api      smithy.APIError
		response *smithyhttp.ResponseError // also if there was no response
	)
	switch {
	case isThrottle(err), errors.Is(err, errIncomplete), errors.Is(err, context.DeadlineExceeded):
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

// codeUnknown is the SDK's code for an error response without one. AWS always
// sends one.
const codeUnknown = "UnknownError"
