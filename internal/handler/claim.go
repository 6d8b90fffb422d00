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

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"
)

// LogsAPI is what the handler asks of CloudWatch Logs.
type LogsAPI interface {
	CreateLogStream(context.Context, *cloudwatchlogs.CreateLogStreamInput, ...func(*cloudwatchlogs.Options)) (*cloudwatchlogs.CreateLogStreamOutput, error)
}

var _ LogsAPI = (*cloudwatchlogs.Client)(nil)

const (
	// claimRounds is how often an invocation tries to get the claim.
	claimRounds = 3
	// claimPatience is how long a throttled claim is tried.
	claimPatience = 3 * time.Second
	// earlyPatience is how long a claim that comes before the look is tried:
	// more do it at once, and nothing else is known.
	earlyPatience = 8 * time.Second
	// claimUnit divides the events of one deployment's later interruption from
	// those of an earlier one.
	claimUnit = 120 * time.Second
	// lookUnit is the time in which one look does for all later notices. Each of
	// them waited for as long before, so the look comes after its event.
	lookUnit = yieldBackoff / 2
	// claimWaitMin and claimWaitMax bound the waits of who lost a round, two of
	// them: the time that whoever won needs to redeploy, and where ECS throttles
	// to look before. Where there is little time, half of it has to do.
	claimWaitMin = 2 * time.Second
	claimWaitMax = 6 * time.Second
)

// claimResult is what came of a claim.
type claimResult int

const (
	claimWon       claimResult = iota // or it is not possible
	claimLost                         // another invocation has it
	claimThrottled                    // nobody knows
)

// mayClaimFirst tells whether acting is wanted, and the event says on what.
func (v *invocation) mayClaimFirst() bool {
	may := v.config.Mode != ModeAlways && v.config.Mode != ModeObserve && !v.dryRun
	return may && v.round == 0 && v.looking.hurried.IsZero() && v.event.StartedBy != ""
}

// claimFirst claims the deployment that the task belongs to, before a look. It
// is the primary one, unless it is replaced already.
func (v *invocation) claimFirst(ctx context.Context, delay time.Duration) error {
	if v.looking.yielding {
		return v.claimLook(ctx, delay)
	}
	v.round = 1
	if v.claim(ctx, v.stream(v.event.StartedBy, v.round), earlyPatience) != claimWon {
		v.looking.yielding = true
		return v.giveWay(ctx, 2) // the winner has to look first, and the looks are scarce
	}
	v.claimed = v.event.StartedBy
	return v.hurry(ctx)
}

// claimLook is claimFirst of a later notice, which has time and may leave even
// the look to another one. It may not to whoever claimed the deployment: that
// one may have seen no reason to act yet.
func (v *invocation) claimLook(ctx context.Context, delay time.Duration) error {
	if err := v.wait(ctx, delay); err != nil {
		return fmt.Errorf("describing service %s: %w", v.event.Service, err)
	}
	switch v.claim(ctx, v.lookStream(), earlyPatience) {
	case claimLost:
		v.covered = true
		return nil
	case claimThrottled:
		return nil // look again
	}
	return v.hurry(ctx)
}

// hurry is for who has the claim and has still to look: others rely on it.
func (v *invocation) hurry(ctx context.Context) error {
	v.looking.yielding = false
	v.looking.hurried, v.looking.ceiling = time.Now().Add(hurryLasts), hurriedBackoff
	if err := v.wait(ctx, between(hurriedBackoff)); err != nil {
		return fmt.Errorf("describing service %s: %w", v.event.Service, err)
	}
	return nil
}

// claimNext tries the next round of the claim. Who lost one does so only after
// a second wait. Where the last one is throttled, too, the claim is impossible.
func (v *invocation) claimNext(ctx context.Context) (won bool, err error) {
	if v.lostClaim == v.before && !v.waited {
		v.waited = true
		return false, v.giveWay(ctx, 1)
	}
	if v.round == claimRounds {
		return false, fmt.Errorf("redeploying service %s: %w", v.event.Service, errClaimed)
	}
	v.round++
	got := v.claim(ctx, v.stream(v.before, v.round), claimPatience)
	if got == claimWon || got == claimThrottled && v.round == claimRounds {
		v.claimed = v.before
		return true, nil
	}
	v.lostClaim, v.waited, v.looking.yielding = v.before, false, true
	return false, v.giveWay(ctx, 1)
}

// giveWay waits for whoever has the claim to redeploy, for a new look.
func (v *invocation) giveWay(ctx context.Context, waits int) error {
	v.service = nil
	if err := v.wait(ctx, v.claimWait(waits)); err != nil {
		return fmt.Errorf("redeploying service %s: %w (%w)", v.event.Service, errClaimed, err)
	}
	return nil
}

// claim tries to become the one invocation that redeploys, among those that
// handle the sibling tasks' events in the same second. Creating a log stream is
// atomic, free and permitted already. The claim only saves calls: where it is
// impossible the invocation acts without.
func (v *invocation) claim(ctx context.Context, stream string, patient time.Duration) claimResult {
	if v.config.LogGroup == "" {
		return claimWon
	}
	patient = max(0, min(patient, time.Until(v.updating.until)/2)) // the rest is to act
	ctx, cancel := context.WithTimeout(ctx, patient+time.Second)
	defer cancel()
	until := time.Now().Add(patient)
	patience := &patience{until: until, hurried: until, ceiling: claimBackoff}
	_, err := v.logs.CreateLogStream(ctx, &cloudwatchlogs.CreateLogStreamInput{
		LogGroupName:  aws.String(v.config.LogGroup),
		LogStreamName: aws.String(stream),
	}, func(o *cloudwatchlogs.Options) { o.Retryer = patience.retryer() })

	var exists *types.ResourceAlreadyExistsException
	switch {
	case err == nil:
		return claimWon
	case errors.As(err, &exists):
		v.log.DebugContext(ctx, "Another invocation has the claim", slog.String("claim", stream))
		return claimLost
	case isThrottle(err):
		v.log.WarnContext(ctx, "The claim was throttled", slog.Any("error", err))
		return claimThrottled
	}
	v.log.WarnContext(ctx, "The claim is not possible: acting without", slog.Any("error", err))
	return claimWon
}

// claimStream names the log stream that is the claim on a deployment.
func claimStream(in *Interruption, deployment string, interrupted time.Time, round int) string {
	service := sha256.Sum256([]byte(in.ClusterARN + "/" + in.Service))
	id := strings.NewReplacer(":", "_", "*", "_").Replace(deployment) // not allowed in a stream's name
	return fmt.Sprintf("redeploy/%x/%s/%d/%d", service[:8], id, interrupted.Unix()/int64(claimUnit/time.Second), round)
}

// stream names the log stream of one round of our claim.
func (v *invocation) stream(deployment string, round int) string {
	return claimStream(&v.event, deployment, v.interruptedAt(), round)
}

// lookStream names the log stream of the claim on a look: one of round 0, for
// the lookUnit that we are in.
func (v *invocation) lookStream() string {
	return fmt.Sprintf("%s/%d", v.stream(v.event.StartedBy, 0), time.Now().Unix()/int64(lookUnit/time.Second))
}

// claimWait is what who lost a round waits, once or several times.
func (v *invocation) claimWait(waits int) time.Duration {
	var random time.Duration
	for range waits {
		random += claimWaitMin + rand.N(claimWaitMax-claimWaitMin)
	}
	return min(random, time.Until(v.updating.until)/2)
}
