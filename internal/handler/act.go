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

// run decides and acts until there is an outcome. Whoever waited too long
// forgets what the service looked like, and the next turn looks and decides
// anew.
func (v *invocation) run(ctx context.Context) error {
	if !v.deadline.IsZero() {
		var cancel context.CancelFunc
		ctx, cancel = context.WithDeadline(ctx, v.deadline)
		defer cancel()
	}
	for {
		done, err := v.turn(ctx)
		if err != nil {
			err = v.updating.explain(v.looking.explain(err))
			v.decision = v.decision.failed(err)
		}
		if done || err != nil {
			return err
		}
	}
}

// turn decides once and does what was decided.
func (v *invocation) turn(ctx context.Context) (done bool, err error) {
	v.decide()
	switch {
	case v.decision.Action == ActionLook:
		return false, v.look(ctx)
	case v.decision.Action == ActionFail:
		return true, fmt.Errorf("describing service %s: %w", v.event.Service, errClusterMissing)
	case v.decision.Action == ActionSkip, v.decision.Mode == ModeObserve, v.dryRun:
		return true, nil
	}
	return v.act(ctx)
}

// decide asks the gate.
func (v *invocation) decide() {
	v.decidedAt = time.Now()
	v.decision = Decide(Situation{
		Event:      v.event,
		Service:    v.service,
		Mode:       v.config.Mode,
		Cooldown:   v.config.Cooldown,
		Now:        v.decidedAt,
		Remembered: v.memory.remembers(v.key(v.event.StartedBy), v.decidedAt),
		Covered:    v.covered,
		LostClaim:  v.lostClaim,
	})
	v.learn()
}

// look asks ECS for the service. Where ECS throttles that, the claim comes
// first, which has a rate of its own: who does not have it leaves to others
// what DescribeServices allows.
func (v *invocation) look(ctx context.Context) error {
	v.looking.once = v.mayClaimFirst()
	out, err := v.ecs.DescribeServices(ctx, &ecs.DescribeServicesInput{
		Cluster:  aws.String(v.event.ClusterARN),
		Services: []string{v.event.Service},
		Include:  []types.ServiceField{types.ServiceFieldTags},
	}, func(o *ecs.Options) { o.Retryer = v.looking.retryer() })
	v.lookedAt = time.Now()
	if delay, again := asLookAgain(err); again {
		return v.claimFirst(ctx, delay)
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

// act redeploys, if the claim and the age of what we know allow it.
func (v *invocation) act(ctx context.Context) (done bool, err error) {
	if v.decision.Mode == ModeAlways {
		return v.update(ctx)
	}
	if v.claimed != v.before {
		won, err := v.claimNext(ctx)
		if err != nil || !won {
			return false, err
		}
	}
	if time.Since(v.lookedAt) > staleAfter {
		v.service = nil
		return false, nil
	}
	v.updating.freshUntil = v.lookedAt.Add(staleAfter)
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
		v.after = serviceFrom(out.Service).primary().ID
	}
	v.memory.remember(v.key(v.before), v.updatedAt)
	return true, nil
}

// refused says what an error of UpdateService means.
func (v *invocation) refused(ctx context.Context, err error) (done bool, _ error) {
	var inactive *types.ServiceNotActiveException
	if delay, again := asLookAgain(err); again {
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

// wait sleeps, unless the context ends first or the wait would outlast the
// time there is to act.
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
