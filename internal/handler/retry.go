package handler

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
)

const (
	// transientRetries is how often one call is retried after network errors
	// and answers of class 5xx.
	transientRetries = 3
	// firstBackoff and lastBackoff bound the wait before a retry.
	firstBackoff = 200 * time.Millisecond
	lastBackoff  = 5 * time.Second
	// urgentBackoff is the longest wait of who looks for others, too, for
	// urgentFor, and claimBackoff that of who claims.
	urgentBackoff = 300 * time.Millisecond
	urgentFor     = 10 * time.Second
	claimBackoff  = 1500 * time.Millisecond
	// lowPriorityBackoff is the longest wait before a retry of who can wait.
	lowPriorityBackoff = 20 * time.Second
	// staleAfter is the age from which what DescribeServices showed is no
	// ground for an UpdateService.
	staleAfter = 2 * time.Second
)

// retryBudget rules the retries of one kind of call within one invocation:
// throttling as long as there is time, network errors and 5xx a few times,
// anything else never.
type retryBudget struct {
	until       time.Time     // no retry starts later
	freshUntil  time.Time     // a later retry, or one after an unclear outcome, asks for a new look; zero: none does
	lowPriority bool          // others need the answers more: when throttled, retry seldom
	once        bool          // the first throttling asks for something else before a retry
	urgentUntil time.Time     // until then wait for short times only
	maxDelay    time.Duration // what a short time is
	throttled   int
	transient   int
	last        error // that was retried
}

// describeAgain says that a call may be repeated, but only after delay and on new
// grounds.
type describeAgain struct {
	delay time.Duration
	cause error
}

func (e *describeAgain) Error() string { return e.cause.Error() }
func (e *describeAgain) Unwrap() error { return e.cause }

// retryer returns the SDK's standard retryer these rules, without its limit of
// attempts. It serves one call: its bucket of tokens is never empty before the
// deadline.
func (p *retryBudget) retryer() aws.Retryer {
	standard := retry.NewStandard(func(o *retry.StandardOptions) {
		o.Retryables = []retry.IsErrorRetryable{retry.IsErrorRetryableFunc(p.retryable)}
		o.Backoff = retry.BackoffDelayerFunc(p.backoff)
	})
	return retry.AddWithMaxAttempts(standard, 0)
}

// retryable tells the SDK whether err is worth another attempt, and counts.
func (p *retryBudget) retryable(err error) aws.Ternary {
	switch {
	case isThrottle(err):
		p.throttled++
		p.last = err
		return aws.TrueTernary
	case isTransient(err):
		p.transient++
		p.last = err
		return aws.BoolTernary(p.transient <= transientRetries)
	}
	return aws.FalseTernary
}

// backoff is the wait before the next attempt. Where there is no time for one
// it returns the error that the call ends with, so that the cause is not lost.
func (p *retryBudget) backoff(_ int, err error) (time.Duration, error) {
	delay := jitter(p.throttled + p.transient)
	if time.Now().Before(p.urgentUntil) {
		delay = min(delay, between(p.maxDelay))
	}
	if p.lowPriority && isThrottle(err) {
		delay = between(lowPriorityBackoff)
	}
	next := time.Now().Add(delay)
	switch {
	case next.After(p.until):
		return 0, fmt.Errorf("out of time after %d attempts: %w", p.throttled+p.transient, err)
	case p.once && isThrottle(err):
		return 0, &describeAgain{delay, err}
	case !p.freshUntil.IsZero() && (next.After(p.freshUntil) || !isThrottle(err)):
		return 0, &describeAgain{delay, err}
	}
	return delay, nil
}

// explain adds to an error of the context what had been retried until then.
func (p *retryBudget) explain(err error) error {
	if p.last == nil || !errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return fmt.Errorf("%w, after %d attempts: %w", err, p.throttled+p.transient, p.last)
}

// jitter is a random wait before retry n, which counts from 1, out of an
// exponentially growing time.
func jitter(n int) time.Duration {
	if shift := n - 1; shift < 5 {
		return between(min(firstBackoff<<shift, lastBackoff))
	}
	return between(lastBackoff)
}

// between is a random time between the half and the whole of d.
func between(d time.Duration) time.Duration { return d/2 + rand.N(d/2) }

func isThrottle(err error) bool {
	return retry.IsErrorThrottles(retry.DefaultThrottles).IsErrorThrottle(err).Bool()
}

// isTransient reports whether err is a network error or an answer of class 5xx.
func isTransient(err error) bool {
	return retry.IsErrorRetryables{
		retry.NoRetryCanceledError{},
		retry.RetryableError{},
		retry.RetryableConnectionError{},
		retry.RetryableHTTPStatusCode{Codes: retry.DefaultRetryableHTTPStatusCodes},
		retry.RetryableErrorCode{Codes: retry.DefaultRetryableErrorCodes},
	}.IsErrorRetryable(err).Bool()
}

// asDescribeAgain returns the wait that err asks for before a new look, if it does.
func asDescribeAgain(err error) (time.Duration, bool) {
	var again *describeAgain
	if !errors.As(err, &again) {
		return 0, false
	}
	return again.delay, true
}
