package handler

import (
	"context"
	"log/slog"
	"time"

	"github.com/aws/aws-lambda-go/lambdacontext"
)

const (
	// actingEnds is the age of an event after which nothing is retried.
	actingEnds = 115 * time.Second
	// reserve is the time kept, of a timeout of 20 s and more, to tell what
	// happened.
	reserve = 5 * time.Second
)

// invocation is the handling of one event.
type invocation struct {
	*Handler
	log       *slog.Logger
	requestID string
	event     Interruption
	dryRun    bool
	received  time.Time
	deadline  time.Time // of calls; zero: none

	service     *Service // nil: to be described
	describedAt time.Time
	describing  retryBudget // of DescribeServices
	updating    retryBudget // of UpdateService
	claim       claimState

	decision  Decision
	decidedAt time.Time
	updatedAt time.Time // when ECS accepted the redeployment; zero: it did not
	before    string    // the primary deployment as last seen
	after     string    // the deployment that was forced

	notChecked string // what the decision does without
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

	until := v.interruptedAt().Add(actingEnds)
	if deadline, found := ctx.Deadline(); found {
		v.deadline = deadline.Add(-min(reserve, deadline.Sub(v.received)/4))
		if v.deadline.Before(until) {
			until = v.deadline
		}
	}
	v.describing.until, v.updating.until = until, until
	v.describing.lowPriority = !v.event.isFirstNotice()
	return v
}

// interruptedAt returns the event's time; an event without one has just happened.
func (v *invocation) interruptedAt() time.Time {
	if v.event.EventTime.IsZero() {
		return v.received
	}
	return v.event.EventTime
}

// answer returns the outcome so far.
func (v *invocation) answer() Answer {
	return Answer{
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

// rememberReplaced remembers a deployment that ECS shows to have been replaced.
// In mode observe every event is recorded by what ECS says, and in a dry run
// nothing may remain.
func (v *invocation) rememberReplaced() {
	if v.dryRun || v.service == nil || v.decision.Mode == ModeObserve || v.decision.Reason != ReasonAlreadyRedeployed {
		return
	}
	v.memory.remember(v.key(v.event.StartedBy), v.decidedAt)
}

func (v *invocation) key(deployment string) deploymentKey {
	return deploymentKey{v.event.ClusterARN, v.event.Service, deployment}
}
