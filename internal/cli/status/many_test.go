package status

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/spothandler/spothandler/internal/cli/command"
	"github.com/spothandler/spothandler/internal/cli/term"
	"github.com/spothandler/spothandler/internal/deploy"
	"github.com/spothandler/spothandler/internal/deploy/resource"
	"github.com/spothandler/spothandler/internal/deploy/settings"
	"github.com/spothandler/spothandler/internal/handler"
	"github.com/spothandler/spothandler/internal/history"
)

// healthy returns a healthy installation.
func healthy(prefix, region string) deploy.Status {
	return deploy.Status{
		Prefix: prefix, Region: region, Account: "111122223333", Healthy: true, Verdict: deploy.Healthy,
		Outputs: deploy.Outputs{ModuleVersion: "1.1.0"}, Spec: settings.Defaults(prefix),
		Resources: []deploy.Resource{{ID: resource.ID{Kind: resource.KindRole, Name: prefix + "-role"}}},
	}
}

func shownStatuses(all []deploy.Status, regions ...string) string {
	var shown bytes.Buffer
	streams := command.Streams{Stdout: &shown, Width: 80}
	a := command.New(streams, nil, "0.0.0-dev")
	a.Regions = regions
	textPrinter{App: a}.print(all)
	return shown.String()
}

// Each installation has a line, and those that need attention follow; remarks on several are printed once.
func TestManyInstallations(t *testing.T) {
	overlaps := func(status deploy.Status, others ...string) deploy.Status {
		status.Healthy, status.Verdict = false, deploy.NeedsAttention
		status.Problems = append(status.Problems, deploy.Problem{Code: deploy.ProblemOverlap, Message: deploy.OverlapMessage(status.Spec, others), Others: others})
		return status
	}
	differs := healthy("d", "us-east-1")
	differs.Healthy, differs.Verdict = false, deploy.Differs
	differs.Problems = []deploy.Problem{{Code: deploy.ProblemDiffers, ID: resource.ID{Kind: resource.KindFunction, Name: "d-fn"}, Fields: []resource.Field{{Path: "timeout", Old: "3", New: "60"}}}}
	differs.Changes = make([]resource.Change, 1)
	old := healthy("c", "eu-west-1")
	old.UpgradeAvailable = true
	disabled := healthy("e", "us-east-1")
	disabled.Spec.RuleState = "DISABLED"
	disabled.Reminders = []string{"the rule is DISABLED, as configured: interruptions are not handled"}
	denied := resource.NotChecked{What: "the clusters", Why: "no permission for ecs:DescribeClusters"}
	all := []deploy.Status{overlaps(healthy("", "eu-west-1"), "b"), overlaps(healthy("b", "eu-west-1"), ""), old, differs, disabled}
	for i := range all {
		all[i].NotChecked = append(all[i].NotChecked, denied)
	}
	all[0].Last24h, all[1].Last24h = &history.Day{}, &history.Day{Interruptions: 1240, Failures: 37}
	all[2].NotChecked = append(all[2].NotChecked, resource.NotChecked{What: lastDay, Why: "no permission for logs:FilterLogEvents"})
	all[4].Last24h = &history.Day{Interruptions: 1, Redeployments: 1}
	all[4].Latest = &history.Latest{At: time.Date(2026, 11, 23, 2, 14, 9, 0, time.UTC), Cluster: "shop", Service: "api", Result: history.Redeployed}
	const want = `✗ 3 of 5 installations are not healthy · account 111122223333

  ✗ (no prefix)  eu-west-1  needs attention  1.1.0  24 h: none recorded
  ✗ b            eu-west-1  needs attention  1.1.0  24 h: 1240 interrupted, 37 failed
  ✓ c            eu-west-1  healthy          1.1.0  24 h: unknown
  ✗ d            us-east-1  differs          1.1.0
  ! e            us-east-1  switched off     1.1.0  24 h: 1 interrupted

! (no prefix) and b watch the same clusters in eu-west-1: each would redeploy
  › spothandler install --prefix NAME --region eu-west-1 --cluster NAME   # clusters that no other installation watches

! upgrade available for c: this is spothandler 0.0.0-dev
  › spothandler upgrade --prefix c --region eu-west-1

! (no prefix), b, c, d and e: not checked: the clusters: no permission for
  ecs:DescribeClusters

! c: not checked: last 24 h: no permission for logs:FilterLogEvents

✗ d differs · account 111122223333 · us-east-1 · spothandler 1.1.0

  ! function    d-fn differs
      timeout  3s → 60s
  ✓ 1 up to date: role

1 problem. The differences show what install would change.
  › spothandler install --prefix d --region us-east-1
  › spothandler install --prefix d --region us-east-1 --dry-run   # shows what would change

! e is switched off: its rule is DISABLED · account 111122223333 · us-east-1 · spothandler 1.1.0

  ✓ role        e-role
  ! the rule is DISABLED, as configured: interruptions are not handled

  last 24 h     1 task interrupted · 1 redeployed · 0 skipped · 0 failed
  latest        02:14:09 UTC · shop/api · redeployed
  settings      rule state DISABLED
`
	if got := shownStatuses(all, "eu-west-1", "us-east-1"); got != want {
		t.Errorf("\n%s", got)
	}
}

// On a terminal, what does not fit into a row of the list goes below it, in every row alike.
func TestLongVersions(t *testing.T) {
	long := healthy("payments-production", "ap-southeast-1")
	long.Outputs.ModuleVersion, long.Last24h = "1.2.0-15-gabc1234-dirty", &history.Day{}
	busy := long
	busy.Prefix, busy.Last24h = "prod", &history.Day{Interruptions: 1240, Failures: 37}
	var shown bytes.Buffer
	streams := command.Streams{Stdout: &shown, Environ: []string{"NO_COLOR=1"}, Width: 80, StdoutTTY: true}
	a := command.New(streams, nil, "0.0.0-dev")
	textPrinter{App: a}.printList([]deploy.Status{long, busy})
	const want = `✓ 2 installations are healthy · account 111122223333

  ✓ payments-production  ap-southeast-1  healthy  1.2.0-15-gabc1234-dirty
                         24 h: none recorded
  ✓ prod                 ap-southeast-1  healthy  1.2.0-15-gabc1234-dirty
                         24 h: 1240 interrupted, 37 failed
`
	if got := shown.String(); got != want {
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
		status.Problems = []deploy.Problem{{Code: deploy.ProblemOverlap, Message: deploy.OverlapMessage(status.Spec, others), Others: others}}
		all = append(all, status)
	}
	got := shownStatuses(all)
	if n := strings.Count(got, "\n"); n > 50 || strings.Count(got, "watch the same clusters") != 1 || !strings.Contains(got, "p00, p01, p02, p03, p04 and 35 more watch the same clusters in eu-west-1: each\n  would redeploy") {
		t.Errorf("%d lines:\n%s", n, got)
	}
}

// Only installations that have a cluster in common are said to watch the same: one that watches every cluster does not make
// two others overlap.
func TestOverlapsOfPairs(t *testing.T) {
	overlaps := func(prefix, cluster string, others ...string) deploy.Status {
		status := healthy(prefix, "eu-west-1")
		status.Spec.Clusters = strings.Fields(cluster)
		status.Problems = []deploy.Problem{{Code: deploy.ProblemOverlap, Others: others}}
		return status
	}
	for _, test := range []struct {
		all  []deploy.Status
		want []string
	}{
		{
			[]deploy.Status{overlaps("prd", "shop", "tf"), overlaps("staging", "batch", "tf"), overlaps("tf", "", "prd", "staging")},
			[]string{"tf watches every cluster in eu-west-1, and so also those of prd and staging: each would redeploy"},
		},
		{
			[]deploy.Status{overlaps("a", "shop", "b"), overlaps("b", "shop web", "a", "c"), overlaps("c", "web", "b")},
			[]string{"b watches clusters of a and c in eu-west-1: each would redeploy"},
		},
		{
			[]deploy.Status{overlaps("a", "x", "b"), overlaps("b", "x y", "a", "c"), overlaps("c", "y z", "b", "d"), overlaps("d", "z", "c")},
			[]string{"b watches clusters of a and c in eu-west-1: each would redeploy", "c watches clusters of d in eu-west-1: each would redeploy"},
		},
		{
			[]deploy.Status{overlaps("a", "shop", "b", "c"), overlaps("b", "shop", "a", "c"), overlaps("c", "shop", "a", "b")},
			[]string{"a, b and c watch the same clusters in eu-west-1: each would redeploy"},
		},
	} {
		if got := overlapSentences(test.all, test.all[0]); !slices.Equal(got, test.want) {
			t.Errorf("%q, want %q", got, test.want)
		}
	}
}

// An installation that redeploys nothing, as configured, is healthy in JSON and for the exit code, but its headline says so.
func TestIdleInstallation(t *testing.T) {
	off, observing := healthy("prod", "eu-west-1"), healthy("stage", "eu-west-1")
	off.Spec.RuleState, observing.Spec.Redeploy = "DISABLED", handler.ModeObserve
	for _, test := range []struct {
		all         []deploy.Status
		text, brief string
	}{
		{[]deploy.Status{off}, "! prod is switched off: its rule is DISABLED · account", "switched off"},
		{[]deploy.Status{observing}, "! stage only observes: it redeploys nothing · account", "only observes"},
		{[]deploy.Status{off, healthy("other", "eu-west-1")}, "! 2 installations are healthy, but 1 redeploys nothing · account", "2 healthy, 1 redeploys nothing"},
		{[]deploy.Status{off, observing}, "! 2 installations are healthy, but 2 redeploy nothing · account", "2 healthy, 2 redeploy nothing"},
	} {
		if got := shownStatuses(test.all); !strings.HasPrefix(got, test.text) {
			t.Errorf("not %q:\n%s", test.text, got)
		}
		if got := statuses(test.all).Brief(); got != test.brief {
			t.Errorf("%q, want %q", got, test.brief)
		}
	}
	var shown bytes.Buffer
	Output{Installations: []deploy.Status{off}}.PrintMarkdown(term.NewPrinter(&shown, term.Style{Width: 80}))
	if !strings.Contains(shown.String(), "| prod | eu-west-1 | 111122223333 | switched off |") {
		t.Error(shown.String())
	}
}
