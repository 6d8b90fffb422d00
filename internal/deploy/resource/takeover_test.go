package resource

import (
	"testing"

	"github.com/spothandler/spothandler/internal/deploy/deploytest"
)

// A rule that is taken over is enabled again, even if it differs in nothing else: where EventBridge does not list tags,
// only our target says whose rule it is.
func TestTakenRuleIsEnabledAgain(t *testing.T) {
	want, have := wanted(t), installed(t)
	rule := have.Triggers[0].Rule
	rule.Tags, rule.TagsUnread, have.Triggers[0].Target = nil, "this partition does not list them", nil
	if unowned := have.Unowned("prod"); len(unowned) != 1 {
		t.Fatalf("%v", unowned)
	}
	deploytest.SameLines(t, deploytest.Printed(PlanFor("prod", want, have)),
		"update rule; state ENABLED -> DISABLED", "create target", "update rule; state DISABLED -> ENABLED")
	rule.State, want.Triggers[0].Rule.State = ruleDisabled, ruleDisabled
	deploytest.SameLines(t, deploytest.Printed(PlanFor("prod", want, have)), "create target")
}
