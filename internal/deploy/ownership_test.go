package deploy

import (
	"strings"
	"testing"

	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/apperr/apperrtest"
	"github.com/spothandler/spothandler/internal/deploy/deploytest"
	"github.com/spothandler/spothandler/internal/deploy/resource"
)

const lacksBoth = "It lacks the tags managed-by=spothandler and spothandler:prefix=prod."

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
			"role", func(s *resource.State) { s.Role.Tags = theirs }, "role prod-spothandler-us-east-1 does not belong to this installation",
			lacksBoth, false,
			[]string{"delete target", "delete rule", "delete permission", "delete function", "delete log group"},
		},
		{
			"log group", func(s *resource.State) { s.LogGroup.Tags = theirs }, "log group /aws/lambda/prod-ecs-fargate-spot-handler does not belong to this installation",
			lacksBoth, true,
			[]string{"delete target", "delete rule", "delete permission", "delete function", "delete role"},
		},
		{
			"function of another prefix", func(s *resource.State) {
				s.Function.Tags = map[string]string{resource.TagManagedBy: "spothandler", resource.TagPrefix: "test"}
			},
			"function prod-ecs-fargate-spot-handler does not belong to this installation", `Its tag spothandler:prefix is "test".`, true,
			[]string{"delete target", "delete rule", "delete role"},
		},
		{
			"rule", func(s *resource.State) { s.Triggers[0].Rule.Tags = theirs }, "rule prod-ecs-spot-interruption does not belong to this installation",
			lacksBoth, true,
			[]string{"delete permission", "delete function", "delete log group", "delete role"},
		},
		{
			"rule of AWS", func(s *resource.State) { s.Triggers[0].Rule.ManagedBy = "ecs.amazonaws.com" }, "rule prod-ecs-spot-interruption does not belong to this installation",
			"AWS manages it for ecs.amazonaws.com.", false,
			[]string{"delete permission", "delete function", "delete log group", "delete role"},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			found := assessed(t)
			test.change(&found.State)
			refusal := apperrtest.ErrorOf(t, found.checkOwnership(false))
			if refusal.Code != apperr.CodeNotOurs || refusal.Message != test.message || refusal.Detail[0] != test.detail {
				t.Errorf("%+v", refusal)
			}
			if hinted := strings.Contains(strings.Join(refusal.Hints, " "), "--adopt"); hinted != test.adoptable {
				t.Errorf("the hints are %q", refusal.Hints)
			}
			if adopted := found.checkOwnership(true) == nil; adopted != test.adoptable {
				t.Errorf("with --adopt: %t", adopted)
			}
			deploytest.SameLines(t, deploytest.Printed(found.removal(false)), test.removal...)
			if err := found.checkRemovable(false, false); err == nil || !strings.Contains(err.Error(), "only some of") {
				t.Errorf("an uninstall would not stop: %v", err)
			}
			if err := found.checkRemovable(true, false); err != nil {
				t.Error(err)
			}
		})
	}
	if err := assessed(t).checkOwnership(false); err != nil {
		t.Error(err)
	}
}

// A user who must decide about a takeover sees all affected resources, and gets no hint for one that cannot
// be taken over.
func TestSeveralUnowned(t *testing.T) {
	found := assessed(t)
	found.State.LogGroup.Tags, found.State.Function.Tags, found.State.Triggers[0].Rule.Tags = nil, nil, nil
	refusal := apperrtest.ErrorOf(t, found.checkOwnership(false))
	deploytest.SameLines(t, append([]string{refusal.Message}, refusal.Detail...),
		"log group /aws/lambda/prod-ecs-fargate-spot-handler does not belong to this installation",
		lacksBoth,
		"Nor does function prod-ecs-fargate-spot-handler. "+lacksBoth,
		"Nor does rule prod-ecs-spot-interruption. "+lacksBoth)
	deploytest.SameLines(t, refusal.Hints[3:], "--prefix NAME   install alongside it", "--adopt --dry-run   see what taking them over would change")
	if err := found.checkOwnership(true); err != nil {
		t.Error(err)
	}

	found.State.Triggers[0].Rule.ManagedBy = "ecs.amazonaws.com"
	deploytest.SameLines(t, apperrtest.ErrorOf(t, found.checkOwnership(false)).Hints[2:], "--prefix NAME   install alongside it")
	if refusal := apperrtest.ErrorOf(t, found.checkOwnership(true)); refusal.Message != "rule prod-ecs-spot-interruption does not belong to this installation" || len(refusal.Detail) != 1 {
		t.Errorf("%+v", refusal)
	}
}

// An uninstall stops before its first write if it would delete what is not ours, or would fail.
func TestCheckRemovable(t *testing.T) {
	found := assessed(t)
	if err := found.checkRemovable(false, false); err != nil {
		t.Error(err)
	}
	found.State.LogGroup.Protected = true
	if err := found.checkRemovable(true, false); err == nil || !strings.Contains(err.Error(), "has deletion protection") {
		t.Errorf("%v", err)
	}
	if err := found.checkRemovable(false, true); err != nil { // --keep-logs
		t.Error(err)
	}
	found.State.LogGroup.Protected = false
	found.State.Triggers[0].Rule.Targets, found.State.Role.Attached = []string{"x"}, []string{"y"}
	refusal := apperrtest.ErrorOf(t, found.checkRemovable(false, false))
	deploytest.SameLines(t, refusal.Detail, "role prod-spothandler-us-east-1: attached policy y", "rule prod-ecs-spot-interruption: target x", "Nothing was changed.")
	found.State.Triggers[0].Rule.Tags = nil // then its additions do not matter
	found.State.Role.Tags = map[string]string{resource.TagPrefix: "prod"}
	refusal = apperrtest.ErrorOf(t, found.checkRemovable(false, false))
	deploytest.SameLines(t, refusal.Detail, "role prod-spothandler-us-east-1 lacks the tag managed-by=spothandler, or does not belong to this installation.",
		"rule prod-ecs-spot-interruption lacks the tags managed-by=spothandler and spothandler:prefix=prod, or does not belong to this installation.", "Nothing was changed.")
	deploytest.SameLines(t, refusal.Hints,
		"aws iam tag-role --role-name prod-spothandler-us-east-1 --tags Key=managed-by,Value=spothandler   if it belongs to this installation",
		"aws events tag-resource --region us-east-1 --resource-arn arn:aws:events:us-east-1:111122223333:rule/prod-ecs-spot-interruption --tags Key=managed-by,Value=spothandler Key=spothandler:prefix,Value=prod   if it belongs to this installation",
		"--force   remove the resources that have its tags, and keep the rest")
}

// Resources that have none of our tags and that no record names are somebody else's: no command makes them ours. Where
// nothing is ours, there is nothing to stop for.
func TestStrangers(t *testing.T) {
	found := assessed(t)
	found.Record, found.State.Role = nil, nil
	found.State.Function.Tags = map[string]string{"Owner": "them"}
	refusal := apperrtest.ErrorOf(t, found.checkRemovable(false, false))
	deploytest.SameLines(t, refusal.Detail, "function prod-ecs-fargate-spot-handler does not belong to this installation. It has no tag managed-by=spothandler.", "Nothing was changed.")
	deploytest.SameLines(t, refusal.Hints, "--force   remove the resources that have its tags, and keep the rest")
	found.State.LogGroup, found.State.Triggers = nil, nil
	if err := found.checkRemovable(false, false); err != nil {
		t.Error(err)
	}
}

// The log group of a function that remains is not deleted. If the function is gone it is, even if the role remains.
func TestRemaining(t *testing.T) {
	found := assessed(t)
	found.State.Function.Tags, found.State.Role.Tags = nil, nil
	u := &Uninstall{Found: found, Changes: found.removal(false)}
	deploytest.SameLines(t, deploytest.Printed(u.Changes), "delete target", "delete rule")
	var remaining []string
	for _, id := range u.Remaining() {
		remaining = append(remaining, id.String())
	}
	deploytest.SameLines(t, remaining, "role prod-spothandler-us-east-1", "log group /aws/lambda/prod-ecs-fargate-spot-handler", "function prod-ecs-fargate-spot-handler")
	found.State.Function = nil
	deploytest.SameLines(t, deploytest.Printed(found.removal(false)), "delete target", "delete rule", "delete permission", "delete log group")
}
