package handler

import (
	"context"
	"fmt"
	"time"
)

// observe records a redeployment that mode observe leaves out: once for all
// events for which one redeployment would have done. Whoever has the claim
// records redeploy, all others claimed, at once.
func (v *invocation) observe(ctx context.Context) {
	switch v.tryClaim(ctx, v.observeStream(), claimTimeout) {
	case claimLost, claimThrottled:
		v.decision = verdict(ReasonClaimed, ModeObserve)
	}
}

// observeStream returns the name of the log stream that is the claim of mode
// observe. As nothing is redeployed, the deployment stays the same, and only time
// tells one interruption from the next: what the cooldown would have skipped
// belongs to the same one.
func (v *invocation) observeStream() string {
	unit := max(claimUnit, v.config.Cooldown)
	return fmt.Sprintf("observe/%s/%d", claimName(&v.event, v.before), v.interruptedAt().Unix()/int64(unit/time.Second))
}
