package cli

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/spothandler/spothandler/internal/deploy"
	"github.com/spothandler/spothandler/internal/deploy/settings"
)

// healthy is an installation that nothing is wrong with.
func healthy(prefix, region string) deploy.Status {
	return deploy.Status{
		Prefix: prefix, Region: region, Account: "111122223333", Healthy: true, Verdict: deploy.Healthy,
		Outputs: deploy.Outputs{ModuleVersion: "1.1.0"}, Spec: settings.Defaults(prefix),
		Resources: []deploy.Resource{{ID: deploy.ID{Kind: deploy.KindRole, Name: prefix + "-role"}}},
	}
}

func shownStatuses(all []deploy.Status, regions ...string) string {
	var shown bytes.Buffer
	streams := fake(false)
	streams.out = &shown
	a := newApp(streams, nil)
	a.regions = regions
	statusRun{app: a, asked: &statusOptions{}}.print(all)
	return shown.String()
}

// Each has a line, and those that need attention follow; what concerns several is said once.
func TestManyInstallations(t *testing.T) {
	overlaps := func(status deploy.Status, others ...string) deploy.Status {
		status.Healthy, status.Verdict = false, deploy.NeedsAttention
		status.Problems = append(status.Problems, deploy.Problem{Code: deploy.ProblemOverlap, Message: deploy.OverlapMessage(others), Others: others})
		return status
	}
	differs := healthy("d", "us-east-1")
	differs.Healthy, differs.Verdict = false, deploy.Differs
	differs.Problems = []deploy.Problem{{Code: deploy.ProblemDiffers, ID: deploy.ID{Kind: deploy.KindFunction, Name: "d-fn"}, Fields: []deploy.Field{{Path: "timeout", Old: "3", New: "60"}}}}
	differs.Changes = make([]deploy.Change, 1)
	old := healthy("c", "eu-west-1")
	old.UpgradeAvailable = true
	disabled := healthy("e", "us-east-1")
	disabled.Spec.RuleState = "DISABLED"
	disabled.Reminders = []string{"the rule is DISABLED, as configured: no interruption is heard"}
	denied := deploy.NotChecked{What: "the clusters", Why: "you may not ecs:DescribeClusters"}
	all := []deploy.Status{overlaps(healthy("", "eu-west-1"), "b"), overlaps(healthy("b", "eu-west-1"), ""), old, differs, disabled}
	for i := range all {
		all[i].NotChecked = append(all[i].NotChecked, denied)
	}
	const want = `✗ 3 of 5 installations are not healthy · account 111122223333

  ✗ (no prefix)  eu-west-1  needs attention  spothandler 1.1.0
  ✗ b            eu-west-1  needs attention  spothandler 1.1.0
  ✓ c            eu-west-1  healthy          spothandler 1.1.0
  ✗ d            us-east-1  differs          spothandler 1.1.0
  ✓ e            us-east-1  healthy          spothandler 1.1.0

! (no prefix) and b watch the same clusters in eu-west-1: each would redeploy
  › spothandler install --prefix NAME --region eu-west-1 --cluster NAME   clusters that no other watches

! upgrade available for c: this is spothandler 0.0.0-dev
  › spothandler upgrade --prefix c --region eu-west-1

! (no prefix), b, c, d and e: not checked: the clusters: you may not
  ecs:DescribeClusters

✗ d differs · account 111122223333 · us-east-1 · spothandler 1.1.0

  ! function    d-fn differs
      timeout  3s → 60s
  ✓ 1 up to date: role

1 problem. The arrow points to what install would set.
  › spothandler install --prefix d --region us-east-1 --dry-run

✓ e is healthy · account 111122223333 · us-east-1 · spothandler 1.1.0

  ✓ role        e-role
  ! the rule is DISABLED, as configured: no interruption is heard

  settings      rule state DISABLED
`
	if got := shownStatuses(all, "eu-west-1", "us-east-1"); got != want {
		t.Errorf("\n%s", got)
	}
}

// Forty installations that overlap are forty lines and one remark.
func TestFortyOverlaps(t *testing.T) {
	var all []deploy.Status
	for i := range 40 {
		status := healthy(fmt.Sprintf("p%02d", i), "eu-west-1")
		status.Healthy, status.Verdict = false, deploy.NeedsAttention
		var others []string
		for j := range 40 {
			if j != i {
				others = append(others, fmt.Sprintf("p%02d", j))
			}
		}
		status.Problems = []deploy.Problem{{Code: deploy.ProblemOverlap, Message: deploy.OverlapMessage(others), Others: others}}
		all = append(all, status)
	}
	got := shownStatuses(all)
	if n := strings.Count(got, "\n"); n > 50 || strings.Count(got, "watch the same clusters") != 1 || !strings.Contains(got, "p00, p01, p02, p03, p04 and 35 more watch the same clusters in eu-west-1: each\n  would redeploy") {
		t.Errorf("%d lines:\n%s", n, got)
	}
}
