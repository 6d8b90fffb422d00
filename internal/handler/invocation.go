package handler

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/aws/aws-lambda-go/lambdacontext"
	smithytime "github.com/aws/smithy-go/time"
)

const (
	// firstActingEnds is the age of an event after which an invocation that
	// received it promptly makes no further attempt. It then fails early enough
	// for Lambda's one retry, a minute later, to act before actingEnds.
	promptly        = 30 * time.Second
	firstActingEnds = 45 * time.Second
	// actingEnds is the age of an event after which no further attempt is made.
	actingEnds = 115 * time.Second
	// reserve is the part of a timeout of 20 s or more that is kept for
	// reporting the outcome.
	reserve = 5 * time.Second
)

// invocation handles one event.
type invocation struct {
	*Handler
	log       *slog.Logger
	requestID string
	event     Interruption
	dryRun    bool
	received  time.Time
	deadline  time.Time // for calls; zero: none

	service     *Service // nil: to be described
	describedAt time.Time
	describing  retryBudget // of DescribeServices
	updating    retryBudget // of UpdateService
	claim       claimState

	decision  Decision
	decidedAt time.Time
	updatedAt time.Time // when ECS accepted the redeployment; zero: it did not
	before    string    // the primary deployment as last described
	unclear   string    // the primary deployment at an UpdateService call whose outcome is unknown
	after     string    // the deployment that was forced

	notChecked        string // the information that the decision was made without
	serviceDeployment string // the ARN of the service deployment that the redeployment started
}

// begin reads the event and the context of an invocation.
func (h *Handler) begin(ctx context.Context, event []byte) *invocation {
	v := &invocation{Handler: h, event: Parse(event), received: time.Now()}
	v.dryRun = v.event.isSimulated()
	if lc, found := lambdacontext.FromContext(ctx); found {
		v.requestID = lc.AwsRequestID
		v.dryRun = v.dryRun || lc.ClientContext.Custom[ClientContextKey] == DryRun
	}
	v.log = h.logger.With(eventAttrs(&v.event, v.requestID)...)
	if v.event.Oversize == 0 && v.log.Enabled(ctx, slog.LevelDebug) {
		v.log.DebugContext(ctx, "Event received", slog.String("event", string(event)))
	}

	v.limit(ctx)
	v.describing.lowPriority = !v.event.isFirstNotice()
	return v
}

// limit sets the times by which calls must be attempted and completed.
func (v *invocation) limit(ctx context.Context) {
	until := v.interruptedAt().Add(actingEnds)
	if v.received.Sub(v.interruptedAt()) < promptly {
		until = minTime(v.interruptedAt(), v.received).Add(firstActingEnds)
		v.deadline = until.Add(reserve)
	}
	if deadline, found := ctx.Deadline(); found {
		deadline = deadline.Add(-min(reserve, deadline.Sub(v.received)/4))
		until = minTime(until, deadline)
		if v.deadline.IsZero() || deadline.Before(v.deadline) {
			v.deadline = deadline
		}
	}
	v.describing.until, v.updating.until = until, until
}

// interruptedAt returns the event's time; an event without one counts as new.
func (v *invocation) interruptedAt() time.Time {
	if v.event.EventTime.IsZero() {
		return v.received
	}
	return v.event.EventTime
}

// sinceEvent returns the milliseconds from the event's time to t, or nil if
// either is unknown.
func (v *invocation) sinceEvent(t time.Time) *int64 {
	if v.event.EventTime.IsZero() || t.IsZero() {
		return nil
	}
	return new(t.Sub(v.event.EventTime).Milliseconds())
}

// response returns the outcome so far.
func (v *invocation) response() Response {
	return Response{
		Action:           v.decision.Action,
		Reason:           v.decision.Reason,
		Message:          v.decision.Message,
		Mode:             v.decision.Mode,
		Applied:          !v.updatedAt.IsZero(),
		DryRun:           v.dryRun,
		Cluster:          v.event.ClusterARN,
		Service:          v.event.Service,
		TaskARN:          v.event.TaskARN,
		DeploymentBefore: v.before,
		DeploymentAfter:  v.after,
	}
}

// rememberReplaced remembers a deployment that ECS shows as replaced. Mode
// observe remembers nothing, so that every event is recorded with its reason,
// and a dry run must leave no state.
func (v *invocation) rememberReplaced() {
	if v.dryRun || v.service == nil || v.decision.Mode == ModeObserve || v.decision.Reason != ReasonAlreadyRedeployed {
		return
	}
	v.memory.remember(v.key(v.event.StartedBy), v.decidedAt)
}

func (v *invocation) key(deployment string) deploymentKey {
	return deploymentKey{v.event.ClusterARN, v.event.Service, deployment}
}

// wait sleeps for d. It returns an error if the time to act is over or the
// context ends.
func (v *invocation) wait(ctx context.Context, d time.Duration) error {
	if !time.Now().Before(v.updating.until) {
		return fmt.Errorf("waiting to act on service %s: %w", v.event.Service, errOutOfTime)
	}
	if err := smithytime.SleepWithContext(ctx, d); err != nil {
		return fmt.Errorf("waiting to act on service %s: %w", v.event.Service, outOfTime(err))
	}
	return nil
}

// logRetry records that a call failed and will be retried.
func (v *invocation) logRetry(ctx context.Context, operation string, delay time.Duration, err error) {
	v.log.DebugContext(ctx, "A call failed and will be retried",
		slog.String("operation", operation), slog.Int64("delay_ms", delay.Milliseconds()), slog.Any("error", err))
}

func minTime(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}
