package handler

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

// replaceInterrupted decides and acts until there is an outcome. After a failed
// call or a long wait, the next step describes the service and decides again.
func (v *invocation) replaceInterrupted(ctx context.Context) error {
	if !v.deadline.IsZero() {
		var cancel context.CancelFunc
		ctx, cancel = context.WithDeadline(ctx, v.deadline)
		defer cancel()
	}
	for {
		done, err := v.step(ctx)
		if err != nil {
			err = v.updating.explain(err)
			v.decision = v.decision.failed(err)
		}
		if done || err != nil {
			return err
		}
	}
}

// step decides once and carries out the decision. It reports whether the
// invocation is finished.
func (v *invocation) step(ctx context.Context) (done bool, err error) {
	v.decide()
	switch {
	case v.decision.Action == ActionLook:
		return false, v.describe(ctx)
	case v.decision.Action == ActionFail:
		return true, fmt.Errorf("describing service %s: %w", v.event.Service, errClusterMissing)
	case v.decision.Action == ActionSkip, v.dryRun:
		return true, nil
	case v.decision.Mode == ModeObserve:
		v.observe(ctx)
		return true, nil
	}
	return v.act(ctx)
}

// decide evaluates the gate.
func (v *invocation) decide() {
	v.decidedAt = time.Now()
	v.decision = Decide(Situation{
		Event:            v.event,
		Service:          v.service,
		Account:          v.config.Account,
		Region:           v.config.Region,
		Mode:             v.config.Mode,
		Cooldown:         v.config.Cooldown,
		Now:              v.decidedAt,
		Remembered:       !v.event.isSimulated() && v.memory.remembers(v.key(v.event.StartedBy), v.decidedAt),
		HandledElsewhere: v.claim.handledElsewhere,
		LostClaim:        v.claim.lost,
	})
	if v.decision.Action == ActionRedeploy && v.unclear != "" && v.service.primary().ID != v.unclear {
		v.decision = verdict(ReasonAlreadyRedeployed, v.decision.Mode) // in mode always, too
	}
	v.rememberReplaced()
}

// describe makes one attempt at DescribeServices. Where ECS throttles the call,
// the invocation first tries to claim the deployment, because CloudWatch Logs
// has a rate limit of its own: an invocation without the claim leaves the
// scarce calls to others.
func (v *invocation) describe(ctx context.Context) error {
	service, err := v.describeOnce(ctx)
	if err == nil {
		v.describing.succeeded()
		v.service, v.before = service, service.primary().ID
		return nil
	}
	delay, failure := v.describing.next(ctx, err)
	if failure != nil {
		return fmt.Errorf("describing service %s: %w", v.event.Service, failure)
	}
	v.logRetry(ctx, "DescribeServices", delay, err)
	switch {
	case !isThrottle(err):
		v.claim.expires = true
	case v.mayClaimBeforeDescribe():
		return v.claimBeforeDescribe(ctx, delay)
	}
	return v.wait(ctx, delay)
}

// describeOnce returns the service as ECS describes it.
func (v *invocation) describeOnce(ctx context.Context) (*Service, error) {
	ctx, cancel := attemptContext(ctx)
	defer cancel()
	out, err := v.describeServices(ctx)
	v.describedAt = time.Now()
	switch {
	case err == nil && len(out.Services)+len(out.Failures) == 0:
		return nil, errIncomplete
	case err == nil:
		return serviceIn(out)
	}
	if service := absent(err); service != nil {
		return service, nil
	}
	return nil, err
}

// act redeploys if the claim and the age of the last description allow it. It
// reports whether the invocation is finished.
func (v *invocation) act(ctx context.Context) (done bool, err error) {
	if v.decision.Mode == ModeAlways {
		return v.update(ctx)
	}
	if v.claim.held != v.before || v.claim.ended() {
		won, err := v.claimNext(ctx)
		if err != nil || !won {
			return false, err
		}
	}
	if time.Since(v.describedAt) > staleAfter {
		v.service = nil
		return false, nil
	}
	return v.update(ctx)
}

// update makes one attempt to force a new deployment. The request contains
// nothing but the force, so nothing else about the service changes.
func (v *invocation) update(ctx context.Context) (done bool, err error) {
	attempt, cancel := attemptContext(ctx)
	defer cancel()
	out, err := v.ecs.UpdateService(attempt, &ecs.UpdateServiceInput{
		Cluster:            aws.String(v.event.ClusterARN),
		Service:            aws.String(v.event.Service),
		ForceNewDeployment: true,
	}, func(o *ecs.Options) { o.Retryer = aws.NopRetryer{} })
	if err == nil && out.Service == nil {
		err = errIncomplete
	}
	if err != nil {
		return v.updateFailed(ctx, err)
	}
	v.updatedAt = time.Now()
	v.after = ServiceFrom(out.Service).primary().ID
	v.serviceDeployment = aws.ToString(out.Service.CurrentServiceDeployment)
	v.memory.remember(v.key(v.before), v.updatedAt)
	return true, nil
}

// updateFailed handles an error of UpdateService and reports whether the
// invocation is finished. Only throttling proves that nothing happened: after
// any other retryable failure the service is described first. Once the claim
// has expired, the service is described and the claim renewed.
func (v *invocation) updateFailed(ctx context.Context, err error) (done bool, _ error) {
	var inactive *types.ServiceNotActiveException
	if errors.As(err, &inactive) {
		v.decision = verdict(ReasonServiceInactive, v.decision.Mode)
		return true, nil
	}
	if service := absent(err); service != nil {
		v.service = service
		return false, nil
	}
	delay, failure := v.updating.next(ctx, err)
	if failure != nil {
		return false, fmt.Errorf("redeploying service %s: %w", v.event.Service, failure)
	}
	v.logRetry(ctx, "UpdateService", delay, err)
	switch {
	case !isThrottle(err):
		v.service, v.unclear, v.claim.expires = nil, v.before, true
	case v.decision.Mode != ModeAlways && time.Now().Add(delay).After(v.claim.ends):
		v.service, v.claim.expires = nil, true
	}
	return false, v.wait(ctx, delay)
}

// observe records a redeployment that mode observe does not carry out: once for
// all events that one redeployment would have covered. The holder of the claim
// records redeploy, all others record claimed, without waiting.
func (v *invocation) observe(ctx context.Context) {
	switch v.tryClaim(ctx, v.observeStream(), claimTimeout) {
	case claimLost, claimThrottled:
		v.decision = verdict(ReasonClaimed, ModeObserve)
	}
}
