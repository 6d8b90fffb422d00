package handler

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"strings"
	"time"

	smithytime "github.com/aws/smithy-go/time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"
)

const (
	// claimRounds is the number of consecutive lost rounds after which an
	// invocation gives up.
	claimRounds = 3
	// claimLasts is how long only the holder of a claim may act: a losing
	// invocation waits at least as long before the next round.
	claimLasts = 2*claimWaitMin - time.Second
	// retryAge is the age from which an event may come from Lambda's retry,
	// which runs a minute after the failure. retryRounds is the number of
	// rounds reserved before those of a retry.
	retryAge    = time.Minute
	retryRounds = 100
	// claimTimeout is how long a throttled claim is retried.
	claimTimeout = 3 * time.Second
	// earlyClaimTimeout is how long a claim before DescribeServices is retried:
	// many invocations try at once, and nothing is known about the service yet.
	earlyClaimTimeout = 8 * time.Second
	// claimUnit separates the interruptions of one deployment: events in the
	// same unit share a claim.
	claimUnit = 120 * time.Second
	// describeUnit is the period for which one DescribeServices call serves all
	// later notices of a deployment. Each of them waits as long before it
	// claims, so that the call comes after its event.
	describeUnit = lowPriorityBackoff / 2
	// claimWaitMin and claimWaitMax bound the wait after a lost round, which
	// gives the holder time to redeploy. Where ECS throttles, the holder must
	// describe the service first, and the wait is doubled.
	claimWaitMin = 2 * time.Second
	claimWaitMax = 6 * time.Second
)

// messageNoClaim is the log message of an invocation that acts without a claim,
// possibly at the same time as another one.
const messageNoClaim = "The claim is not possible: continuing without it"

// claimState is what an invocation knows about the claim on the interrupted
// deployment.
type claimState struct {
	rounds           int       // the last round tried
	losses           int       // consecutive rounds lost
	held             string    // the deployment that this invocation has claimed
	ends             time.Time // when another invocation may claim it, too
	expires          bool      // ECS delayed this invocation, so ends counts
	lost             string    // the deployment that another invocation has claimed
	waited           bool      // waited long enough for that invocation to redeploy
	handledElsewhere bool      // a later notice: another invocation describes the service
}

// claimResult is the outcome of one attempt to claim.
type claimResult int

const (
	claimWon        claimResult = iota
	claimLost                   // another invocation has it
	claimUnclear                // made by this invocation's attempt that got no response, or by another invocation
	claimThrottled              // this invocation does not have it
	claimImpossible             // the invocation acts without a claim
)

// mayClaimBeforeDescribe reports whether the invocation may redeploy and the
// event names the deployment to claim.
func (v *invocation) mayClaimBeforeDescribe() bool {
	may := v.config.Mode != ModeAlways && v.config.Mode != ModeObserve && !v.dryRun
	return may && v.claim.rounds+v.claim.losses == 0 && v.describing.urgentUntil.IsZero() && v.event.StartedBy != ""
}

// claimBeforeDescribe claims the task's deployment while DescribeServices is
// throttled. That is the primary deployment, unless it has been replaced.
func (v *invocation) claimBeforeDescribe(ctx context.Context, delay time.Duration) error {
	if v.describing.lowPriority {
		return v.claimDescribe(ctx, delay)
	}
	if got := v.claimRound(ctx, v.event.StartedBy, earlyClaimTimeout); got != claimWon && got != claimImpossible {
		v.claim.losses++
		v.describing.lowPriority = true
		return v.waitForHolder(ctx, 2) // the holder must describe the service first, and those calls are scarce
	}
	v.claim.held = v.event.StartedBy
	return v.refreshAsHolder(ctx)
}

// claimDescribe claims the DescribeServices call for all later notices of the
// same period. Such a notice can wait, and can leave the call to another later
// notice. It cannot leave it to the holder of the claim on the deployment,
// which may have found no reason to act yet.
func (v *invocation) claimDescribe(ctx context.Context, delay time.Duration) error {
	if err := v.wait(ctx, delay); err != nil {
		return err
	}
	switch v.tryClaim(ctx, v.describeStream(), earlyClaimTimeout) {
	case claimLost:
		v.claim.handledElsewhere = true
		return nil
	case claimUnclear, claimThrottled:
		return nil // describe again
	}
	return v.refreshAsHolder(ctx)
}

// refreshAsHolder prepares a DescribeServices call with short waits, because
// other invocations rely on the holder of the claim.
func (v *invocation) refreshAsHolder(ctx context.Context) error {
	v.describing.lowPriority = false
	v.describing.urgentUntil, v.describing.maxDelay = time.Now().Add(urgentFor), urgentBackoff
	return v.wait(ctx, between(urgentBackoff))
}

// claimNext tries the next round of the claim; after a lost round, only if the
// service was unchanged after two waits. If even the last round leaves open who
// holds the claim, the invocation acts without one.
func (v *invocation) claimNext(ctx context.Context) (won bool, err error) {
	c := &v.claim
	if c.lost == v.before && !c.waited {
		c.waited = true
		return false, v.waitForHolder(ctx, 1)
	}
	if c.lost != "" && c.lost != v.before {
		c.losses = 0 // those concerned another deployment
	}
	if c.losses == claimRounds {
		return false, fmt.Errorf("redeploying service %s: %w", v.event.Service, errClaimed)
	}
	got := v.claimRound(ctx, v.before, claimTimeout)
	if c.losses == claimRounds-1 && (got == claimUnclear || got == claimThrottled) {
		v.log.WarnContext(ctx, messageNoClaim)
		got = claimImpossible
	}
	if got == claimWon || got == claimImpossible {
		c.held, c.losses, c.expires = v.before, 0, false
		return true, nil
	}
	c.losses++
	c.held, c.lost, c.waited, v.describing.lowPriority = "", v.before, false, true
	return false, v.waitForHolder(ctx, 1)
}

// claimRound tries the next round of the claim on a deployment. An event that
// is a minute old comes from Lambda's retry or from a long queue. It has
// separate rounds, since the first ones may have gone to invocations that
// failed.
func (v *invocation) claimRound(ctx context.Context, deployment string, timeout time.Duration) claimResult {
	c := &v.claim
	if c.rounds == 0 && v.received.Sub(v.interruptedAt()) >= retryAge {
		c.rounds = retryRounds
	}
	c.ends = time.Now().Add(claimLasts)
	got := v.tryClaim(ctx, claimStream(&v.event, deployment, v.interruptedAt(), c.rounds+1), timeout)
	if got != claimThrottled && got != claimImpossible { // otherwise the round is still open
		c.rounds++
	}
	return got
}

// ended reports whether the claim must be renewed because another invocation
// may have taken the next round meanwhile. Where ECS only throttles
// DescribeServices, that risk is accepted: renewing hundreds of claims would
// make CloudWatch Logs throttle, too.
func (c *claimState) ended() bool { return c.expires && time.Now().After(c.ends) }

// waitForHolder waits for the holder of the claim to redeploy, then has the
// service described again.
func (v *invocation) waitForHolder(ctx context.Context, waits int) error {
	v.service = nil
	if err := v.wait(ctx, v.claimWait(waits)); err != nil {
		return fmt.Errorf("%w (%w)", errClaimed, err)
	}
	return nil
}

// tryClaim tries to become the one invocation that redeploys among those that handle events of the same deployment's
// tasks in the same second. Creating a log stream is atomic, free and already permitted. The claim only saves calls:
// it takes at most half of the remaining time, and if it is impossible the invocation acts without it.
func (v *invocation) tryClaim(ctx context.Context, stream string, timeout time.Duration) claimResult {
	if v.config.LogGroup == "" {
		return claimImpossible
	}
	end := time.Now().Add(timeout + time.Second)
	if deadline, found := ctx.Deadline(); found {
		half := time.Until(deadline) / 2
		timeout = min(timeout, half)
		end = minTime(end, time.Now().Add(half))
	}
	ctx, cancel := context.WithDeadline(ctx, end)
	defer cancel()
	unclear, err := v.createLogStream(ctx, stream, timeout)

	var exists *types.ResourceAlreadyExistsException
	switch {
	case err == nil:
		return claimWon
	case errors.As(err, &exists) && unclear:
		v.log.DebugContext(ctx, "The claim belongs to this invocation or to another one", slog.String("claim", stream))
		return claimUnclear
	case errors.As(err, &exists):
		v.log.DebugContext(ctx, "Another invocation has the claim", slog.String("claim", stream))
		return claimLost
	case isThrottle(err):
		v.log.WarnContext(ctx, "The claim was throttled", slog.Any("error", err))
		return claimThrottled
	}
	v.log.WarnContext(ctx, messageNoClaim, slog.Any("error", err))
	return claimImpossible
}

// createLogStream tries to create a log stream until timeout. It reports
// whether one of the attempts may have created it without receiving a response.
func (v *invocation) createLogStream(ctx context.Context, stream string, timeout time.Duration) (unclear bool, err error) {
	until := time.Now().Add(timeout)
	budget := retryBudget{until: until, urgentUntil: until, maxDelay: claimBackoff}
	for {
		_, err := v.logs.CreateLogStream(ctx, &cloudwatchlogs.CreateLogStreamInput{
			LogGroupName:  aws.String(v.config.LogGroup),
			LogStreamName: aws.String(stream),
		}, func(o *cloudwatchlogs.Options) { o.Retryer = aws.NopRetryer{} })
		if err == nil {
			return false, nil
		}
		delay, failure := budget.next(ctx, err)
		if failure != nil {
			return unclear, failure
		}
		unclear = unclear || !isThrottle(err)
		v.logRetry(ctx, "CreateLogStream", delay, err)
		if err := smithytime.SleepWithContext(ctx, delay); err != nil {
			return unclear, budget.outOfTime(err)
		}
	}
}

// claimStream returns the name of the log stream that represents a round of the
// claim on a deployment.
func claimStream(in *Interruption, deployment string, interrupted time.Time, round int) string {
	return fmt.Sprintf("redeploy/%s/%d/%d", claimName(in, deployment), interrupted.Unix()/int64(claimUnit/time.Second), round)
}

// claimName returns the part of a claim's name that identifies the service and
// its deployment.
func claimName(in *Interruption, deployment string) string {
	service := sha256.Sum256([]byte(in.ClusterARN + "/" + in.Service))
	id := strings.NewReplacer(":", "_", "*", "_").Replace(deployment) // not allowed in the name of a stream
	return fmt.Sprintf("%x/%s", service[:8], id)
}

// describeStream returns the name of the log stream for the claim on a
// DescribeServices call: round 0, and the current describeUnit.
func (v *invocation) describeStream() string {
	claim := claimStream(&v.event, v.event.StartedBy, v.interruptedAt(), 0)
	return fmt.Sprintf("%s/%d", claim, time.Now().Unix()/int64(describeUnit/time.Second))
}

// observeStream returns the name of the log stream that represents the claim in
// mode observe. Since nothing is redeployed, the deployment stays the same, and
// only time separates interruptions: events that the cooldown would have
// skipped count as the same one.
func (v *invocation) observeStream() string {
	unit := max(claimUnit, v.config.Cooldown)
	return fmt.Sprintf("observe/%s/%d", claimName(&v.event, v.before), v.interruptedAt().Unix()/int64(unit/time.Second))
}

// claimWait returns a random wait after a lost round, multiplied by waits, and
// at most half of the remaining time.
func (v *invocation) claimWait(waits int) time.Duration {
	var random time.Duration
	for range waits {
		random += claimWaitMin + rand.N(claimWaitMax-claimWaitMin)
	}
	return min(random, time.Until(v.updating.until)/2)
}
