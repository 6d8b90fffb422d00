package handler

import (
	"context"
	"fmt"
	"time"
)

// observe records a redeployment that mode observe does not carry out: once for
// all events that one redeployment would have covered. The holder of the claim
// records redeploy, all others record claimed, without waiting.
func (v *invocation) observe(ctx context.Context) {
	switch v.tryClaim(ctx, v.observeStream(), claimTimeout) {
	case claimLost, claimThrottled:
		v.decision = verdict(ReasonClaimed, ModeObserve)
	}
}

// observeStream returns the name of the log stream that represents the claim in
// mode observe. Since nothing is redeployed, the deployment stays the same, and
// only time separates interruptions: events that the cooldown would have
// skipped count as the same one.
func (v *invocation) observeStream() string {
	unit := max(claimUnit, v.config.Cooldown)
	return fmt.Sprintf("observe/%s/%d", claimName(&v.event, v.before), v.interruptedAt().Unix()/int64(unit/time.Second))
}
