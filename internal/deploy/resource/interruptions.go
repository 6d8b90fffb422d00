package resource

import (
	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/deploy/settings"
	"github.com/spothandler/spothandler/internal/handler"
	"github.com/spothandler/spothandler/internal/session"
)

// maxPattern is the maximum length of a pattern in characters (EventBridge API, PutRule, EventPattern), which
// a list of clusters can exceed.
const maxPattern = 4096

// interruptions is the trigger for interruptions of ECS tasks on Fargate Spot.
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

// eventPattern returns the rule's event pattern. It matches interruptions in this account and Region that are
// not replayed from an archive (field replay-name: EventBridge User Guide, archives). It matches both stop
// codes and the stopped reason, since AWS has changed the code before. Tasks that are DEPROVISIONING or
// STOPPED do not match, because it is too late for them; a task without a lastStatus does. In mode always
// every status matches, as in the Terraform module. Simulated interruptions match, too. Sources and detail
// types are two independent lists; the function accepts only the matching pairs.
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
