package deploy

import (
	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/deploy/settings"
	"github.com/spothandler/spothandler/internal/handler"
	"github.com/spothandler/spothandler/internal/session"
)

// maxPattern is how long a pattern may be (EventBridge API, PutRule, EventPattern), in characters, which a list of
// clusters can exceed.
const maxPattern = 4096

// interruptions is the trigger of the function's own purpose: ECS tasks that AWS takes the capacity from.
func interruptions() triggerType {
	return triggerType{
		id:       StatementID,
		ruleName: func(n Names) string { return n.Rule },
		rule: func(n Names, spec settings.Spec) (*Rule, error) {
			pattern, err := eventPattern(n.Identity, spec)
			return &Rule{Pattern: pattern, State: spec.RuleState, Description: "Interruptions of ECS tasks on Fargate Spot"}, err
		},
	}
}

// eventPattern returns the rule's event pattern: interruptions of this account and Region, and none that
// an archive replays (the field replay-name: EventBridge User Guide, archives). Both stop codes and the
// stopped reason match, since AWS has changed the code once. Tasks that are DEPROVISIONING or STOPPED do not,
// for it is too late for them; a task without a lastStatus does. In mode always every status matches, as in
// the Terraform module. Beside ECS's events match those of a rehearsal; sources and detail types are two
// lists, and the function takes them in pairs only.
func eventPattern(id session.Identity, spec settings.Spec) (string, error) {
	absent := map[string]any{"exists": false}
	detail := map[string]any{
		"$or": []any{
			map[string]any{"stopCode": []any{handler.StopCodeSpotInterruption, handler.StopCodeTerminationNotice}},
			map[string]any{"stoppedReason": []any{map[string]any{"prefix": handler.StoppedReasonPrefix}}},
		},
	}
	if spec.Redeploy != handler.ModeAlways {
		detail["lastStatus"] = []any{map[string]any{"anything-but": []any{"DEPROVISIONING", "STOPPED"}}, absent}
	}
	if len(spec.Clusters) > 0 {
		detail["clusterArn"] = clusterARNs(id, spec.Clusters)
	}
	pattern := encodeJSON(map[string]any{
		"source":      []string{handler.EventSource, handler.SimulateSource},
		"detail-type": []string{handler.EventDetailType, handler.SimulateSource},
		"account":     []string{id.Account},
		"region":      []string{id.Region},
		"replay-name": []any{absent},
		"detail":      detail,
	})
	if len(pattern) > maxPattern {
		return "", apperr.Invalid("--cluster all, or fewer clusters", "the rule's pattern for %d clusters has %d characters, EventBridge allows %d", len(spec.Clusters), len(pattern), maxPattern)
	}
	return pattern, nil
}
