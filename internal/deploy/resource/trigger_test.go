package resource

import (
	"slices"
	"testing"

	"github.com/spothandler/spothandler/internal/deploy/deploytest"
	"github.com/spothandler/spothandler/internal/deploy/settings"
)

// twoTriggers returns a state with a second trigger.
func twoTriggers(t *testing.T, state State) State {
	t.Helper()
	second := triggerType{
		id:       "second",
		ruleName: func(n Names) string { return n.Prefix + "-second" },
		rule: func(Names, settings.Spec) (*Rule, error) {
			return &Rule{Pattern: `{"source":["second"]}`, State: "ENABLED"}, nil
		},
	}
	defaults := settings.Defaults("prod")
	defaults.Tags = map[string]string{"Team": "web"}
	trigger, err := second.wanted(NewNames(deploytest.Identity(), "prod", defaults.FunctionName, defaults.RuleName), defaults)
	if err != nil {
		t.Fatal(err)
	}
	state.Triggers = append(slices.Clone(state.Triggers), trigger)
	return state
}

// Each of several triggers is compared, created and removed separately: none hides the other's drift.
func TestSeveralTriggers(t *testing.T) {
	want := twoTriggers(t, wanted(t))
	var created []ID
	for _, change := range Plan(want, State{}) {
		created = append(created, change.ID)
	}
	if len(created) != len(installed(t).IDs())+3 || !slices.Equal(created, want.IDs()) {
		t.Errorf("created are %v", created)
	}
	rule, permission, target := ID{KindRule, "prod-second"}, ID{KindPermission, "second"}, ID{KindTarget, "second"}
	for name, test := range map[string]struct {
		change func(*Trigger)
		want   []ID
	}{
		"as wanted":             {func(*Trigger) {}, nil},
		"the rule differs":      {func(s *Trigger) { s.Rule.State = "DISABLED" }, []ID{rule}},
		"the rule is gone":      {func(s *Trigger) { s.Rule, s.Target = nil, nil }, []ID{rule, target}},
		"the target differs":    {func(s *Trigger) { s.Target.MaxAge = 1 }, []ID{target}},
		"a second permission":   {func(s *Trigger) { s.DuplicateStatements = []string{"x"} }, []ID{permission}},
		"a second target on it": {func(s *Trigger) { s.Rule.Targets, s.Rule.Duplicates = []string{"x"}, []string{"x"} }, []ID{target}},
	} {
		have := twoTriggers(t, installed(t))
		test.change(&have.Triggers[len(have.Triggers)-1])
		var changed []ID
		for _, change := range Plan(want, have) {
			changed = append(changed, change.ID)
		}
		if !slices.Equal(changed, test.want) {
			t.Errorf("%s: %v", name, changed)
		}
	}
	found := twoTriggers(t, installed(t))
	last := len(found.Triggers) - 1
	found.Triggers[last].Rule.Tags = nil
	if unowned := found.Unowned("prod"); len(unowned) != 1 || unowned[0].ID != rule {
		t.Errorf("not ours are %+v", unowned)
	}
	if owned := found.Without(rule).Triggers; owned[0].Rule == nil || owned[last].Rule != nil || owned[last].Target != nil || owned[last].Permission == nil {
		t.Errorf("ours are %+v", owned)
	}
	if changes := PlanFor("prod", want, found); changes[0].ID != rule || changes[0].Fields[0] != (Field{"state", "ENABLED", "DISABLED"}) {
		t.Errorf("a rule that is taken over is not paused first: %q", deploytest.Printed(changes))
	}
	if left := Plan(wanted(t), twoTriggers(t, installed(t))); len(left) != 3 || left[0].ID != target || left[0].Action != Delete {
		t.Errorf("a trigger that is wanted no longer leaves %q", deploytest.Printed(left))
	}
}
