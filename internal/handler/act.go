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

// replaceInterrupted decides and acts until there is an outcome. After a long
// wait the service is forgotten, and the next step describes it and decides
// anew.
func (v *invocation) replaceInterrupted(ctx context.Context) error {
	if !v.deadline.IsZero() {
		var cancel context.CancelFunc
		ctx, cancel = context.WithDeadline(ctx, v.deadline)
		defer cancel()
	}
	for {
		done, err := v.step(ctx)
		if err != nil {
			err = v.updating.explain(v.describing.explain(err))
			v.decision = v.decision.failed(err)
		}
		if done || err != nil {
			return err
		}
	}
}

// step decides once and does what was decided. It reports whether that was the
// end.
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

// decide asks the gate.
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
	v.rememberReplaced()
}

// describe asks ECS for the service. Where ECS throttles that, the claim comes
// first, which has a rate limit of its own: without it the invocation leaves the
// calls that DescribeServices allows to others.
func (v *invocation) describe(ctx context.Context) error {
	v.describing.once = v.mayClaimBeforeDescribe()
	out, err := v.describeServices(ctx, func(o *ecs.Options) { o.Retryer = v.describing.retryer() })
	v.describedAt = time.Now()
	if delay, again := asDescribeAgain(err); again {
		return v.claimBeforeDescribe(ctx, delay)
	}
	if err == nil {
		v.service, err = serviceIn(out)
	} else if v.service = absent(err); v.service != nil {
		err = nil
	}
	if err != nil {
		return fmt.Errorf("describing service %s: %w", v.event.Service, err)
	}
	v.before = v.service.primary().ID
	return nil
}

// act redeploys, if the claim and the age of what is known allow it. It reports
// whether that was the end.
func (v *invocation) act(ctx context.Context) (done bool, err error) {
	if v.decision.Mode == ModeAlways {
		return v.update(ctx)
	}
	if v.claim.held != v.before {
		won, err := v.claimNext(ctx)
		if err != nil || !won {
			return false, err
		}
	}
	if time.Since(v.describedAt) > staleAfter {
		v.service = nil
		return false, nil
	}
	v.updating.freshUntil = v.describedAt.Add(staleAfter)
	return v.update(ctx)
}

// update forces a new deployment. Nothing but the force is sent, so nothing
// else about the service changes.
func (v *invocation) update(ctx context.Context) (done bool, err error) {
	out, err := v.ecs.UpdateService(ctx, &ecs.UpdateServiceInput{
		Cluster:            aws.String(v.event.ClusterARN),
		Service:            aws.String(v.event.Service),
		ForceNewDeployment: true,
	}, func(o *ecs.Options) { o.Retryer = v.updating.retryer() })
	if err != nil {
		return v.refused(ctx, err)
	}
	v.updatedAt = time.Now()
	if out.Service != nil {
		v.after = ServiceFrom(out.Service).primary().ID
	}
	v.memory.remember(v.key(v.before), v.updatedAt)
	return true, nil
}

// refused handles an error of UpdateService. It reports whether that was the end.
func (v *invocation) refused(ctx context.Context, err error) (done bool, _ error) {
	var inactive *types.ServiceNotActiveException
	if delay, again := asDescribeAgain(err); again {
		v.service = nil
		return false, v.wait(ctx, delay)
	}
	if errors.As(err, &inactive) {
		v.decision = verdict(ReasonServiceInactive, v.decision.Mode)
		return true, nil
	}
	if v.service = absent(err); v.service != nil {
		return false, nil
	}
	return false, fmt.Errorf("redeploying service %s: %w", v.event.Service, err)
}

// wait sleeps for d. It returns an error at once where that would outlast the
// time there is to act, and when the context ends.
func (v *invocation) wait(ctx context.Context, d time.Duration) error {
	if time.Now().Add(d).After(v.updating.until) {
		return context.DeadlineExceeded
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
