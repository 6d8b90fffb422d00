package deploy

import (
	"strings"
	"testing"

	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/deploy/resource"
)

// Resources under our names that are not ours: which may be taken over, and what an uninstall leaves.
func TestUnowned(t *testing.T) {
	theirs := map[string]string{"Owner": "them"}
	for _, test := range []struct {
		name      string
		change    func(*resource.State)
		message   string
		detail    string
		adoptable bool
		removal   []string
	}{
		{
			"role", func(s *resource.State) { s.Role.Tags = theirs }, "role prod-spothandler-us-east-1 is not ours",
			"It has no tag managed-by=spothandler.", false,
			[]string{"delete target", "delete rule", "delete permission", "delete function", "delete log group"},
		},
		{
			"log group", func(s *resource.State) { s.LogGroup.Tags = theirs }, "log group /aws/lambda/prod-ecs-fargate-spot-handler is not ours",
			"It has no tag managed-by=spothandler.", true,
			[]string{"delete target", "delete rule", "delete permission", "delete function", "delete role"},
		},
		{
			"function of another prefix", func(s *resource.State) {
				s.Function.Tags = map[string]string{resource.TagManagedBy: "spothandler", resource.TagPrefix: "test"}
			},
			"function prod-ecs-fargate-spot-handler is not ours", `Its tag spothandler:prefix is "test".`, true,
			[]string{"delete target", "delete rule", "delete log group", "delete role"},
		},
		{
			"rule", func(s *resource.State) { s.Triggers[0].Rule.Tags = theirs }, "rule prod-ecs-spot-interruption is not ours",
			"It has no tag managed-by=spothandler.", true,
			[]string{"delete permission", "delete function", "delete log group", "delete role"},
		},
		{
			"rule of AWS", func(s *resource.State) { s.Triggers[0].Rule.ManagedBy = "ecs.amazonaws.com" }, "rule prod-ecs-spot-interruption is not ours",
			"AWS manages it for ecs.amazonaws.com.", false,
			[]string{"delete permission", "delete function", "delete log group", "delete role"},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			found := assessed(t)
			test.change(&found.State)
			refusal := errorOf(t, found.CheckOurs(false))
			if refusal.Code != apperr.CodeNotOurs || refusal.Message != test.message || refusal.Detail[0] != test.detail {
				t.Errorf("%+v", refusal)
			}
			if hinted := strings.Contains(strings.Join(refusal.Hints, " "), "--adopt"); hinted != test.adoptable {
				t.Errorf("the hints are %q", refusal.Hints)
			}
			if adopted := found.CheckOurs(true) == nil; adopted != test.adoptable {
				t.Errorf("with --adopt: %t", adopted)
			}
			sameLines(t, printed(resource.Removal(found.Owned(), "prod", false)), test.removal...)
		})
	}
	if err := assessed(t).CheckOurs(false); err != nil {
		t.Error(err)
	}
}

// A user who must decide about a takeover sees all affected resources, and gets no hint for one that cannot
// be taken over.
func TestSeveralUnowned(t *testing.T) {
	found := assessed(t)
	found.State.LogGroup.Tags, found.State.Function.Tags, found.State.Triggers[0].Rule.Tags = nil, nil, nil
	refusal := errorOf(t, found.CheckOurs(false))
	sameLines(t, append([]string{refusal.Message}, refusal.Detail...),
		"log group /aws/lambda/prod-ecs-fargate-spot-handler is not ours",
		"It has no tag managed-by=spothandler.",
		"Nor is function prod-ecs-fargate-spot-handler. It has no tag managed-by=spothandler.",
		"Nor is rule prod-ecs-spot-interruption. It has no tag managed-by=spothandler.")
	sameLines(t, refusal.Hints, "--prefix NAME   install alongside it", "--adopt --dry-run   see what taking them over would change")
	if err := found.CheckOurs(true); err != nil {
		t.Error(err)
	}

	found.State.Triggers[0].Rule.ManagedBy = "ecs.amazonaws.com"
	sameLines(t, errorOf(t, found.CheckOurs(false)).Hints, "--prefix NAME   install alongside it")
	if refusal := errorOf(t, found.CheckOurs(true)); refusal.Message != "rule prod-ecs-spot-interruption is not ours" || len(refusal.Detail) != 1 {
		t.Errorf("%+v", refusal)
	}
}

// An uninstall stops before its first write if it would delete what is not ours, or would fail.
func TestCheckRemovable(t *testing.T) {
	found := assessed(t)
	if err := found.CheckRemovable(false, false); err != nil {
		t.Error(err)
	}
	found.State.LogGroup.Protected = true
	if err := found.CheckRemovable(true, false); err == nil || !strings.Contains(err.Error(), "has deletion protection") {
		t.Errorf("%v", err)
	}
	if err := found.CheckRemovable(false, true); err != nil { // --keep-logs
		t.Error(err)
	}
	found.State.LogGroup.Protected = false
	found.State.Triggers[0].Rule.Targets, found.State.Role.Attached = []string{"x"}, []string{"y"}
	refusal := errorOf(t, found.CheckRemovable(false, false))
	sameLines(t, refusal.Detail, "role prod-spothandler-us-east-1: attached policy y", "rule prod-ecs-spot-interruption: target x", "Nothing was changed.")
	found.State.Triggers[0].Rule.Tags, found.State.Role.Tags = nil, nil // then the additions do not matter either
	if err := found.CheckRemovable(false, false); err != nil {
		t.Error(err)
	}
}
