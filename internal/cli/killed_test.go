package cli_test

import (
	"errors"
	"os"
	"slices"
	"testing"

	"github.com/spothandler/spothandler/internal/testaws"
)

// life is a command to be killed, and what stands before and after it.
type life struct {
	name          string
	command       []string
	before        func(*site)
	healthy       []string // accounts in which status has nothing to say
	after         string   // the account after the command
	calls, sample []string
}

var (
	killedInstall   = []string{"install", "--prefix", "prod", "--cluster", "shop", "--reserved-concurrency", "2", "--tag", "Team=a"}
	killedUninstall = []string{"uninstall", "--prefix", "prod", "--yes"}
	// killedUpgrade changes every resource, the code by its version.
	killedUpgrade = []string{
		"install", "--prefix", "prod", "--cluster", "shop", "--cluster", "web", "--reserved-concurrency", "3", "--tag", "Team=b", "--tag", "Stage=x",
		"--memory-size", "256", "--log-retention-days", "30", "--rule-state", "DISABLED",
	}
)

// A killed process leaves no word. Wherever it was: status tells the truth, a second run finishes, an uninstall removes
// what is there.
func TestKilledAtEveryWrite(t *testing.T) {
	t.Parallel()
	t.Run("localaws", func(t *testing.T) {
		t.Parallel()
		killEverywhere(t, func(t *testing.T) *site { return newSite(t) }, func(calls, _ []string) []string { return calls })
	})
	t.Run("moto", func(t *testing.T) {
		t.Parallel()
		if _, err := shared.moto(); errors.Is(err, testaws.ErrNoMoto) {
			t.Skip(err)
		} else if err != nil {
			t.Fatal(err)
		}
		killEverywhere(t, func(t *testing.T) *site { return siteOn(t, newMoto(nil)) }, func(_, sample []string) []string { return sample })
	})
}

func killEverywhere(t *testing.T, newSite func(*testing.T) *site, choose func(calls, sample []string) []string) {
	t.Helper()
	for _, l := range livesOn(func() *site { return newSite(t) }) {
		calls := choose(l.calls, l.sample)
		for _, call := range calls {
			t.Run(l.name+" at "+call, func(t *testing.T) {
				t.Parallel()
				s := newSite(t)
				l.before(s)
				s.kill(call, l.command)
				s.truth(l.healthy)
				s.must(killedUninstall...)
				s.holds("nothing\n")
				l.before(s)
				s.kill(call, l.command)
				s.must(l.command...)
				s.holds(l.after)
			})
		}
		t.Logf("killed at %d calls of %s", len(calls), l.name)
	}
}

// livesOn sees in an account each how the commands go without trouble.
func livesOn(newSite func() *site) []life {
	lives := []life{
		{name: "install", command: killedInstall, sample: []string{"iam:PutRolePolicy", "lambda:CreateFunction", "events:PutTargets"}},
		{name: "upgrade", command: killedUpgrade, before: (*site).older, sample: []string{"iam:UpdateRole", "lambda:UpdateFunctionCode"}},
		{name: "heal", command: []string{"install", "--prefix", "prod"}, before: (*site).robbed, sample: []string{"lambda:CreateFunction"}},
		{name: "uninstall", command: killedUninstall, before: (*site).installed, sample: []string{"events:DeleteRule", "iam:DeleteRole"}},
	}
	for i := range lives {
		l := &lives[i]
		s := newSite()
		if l.before == nil {
			l.before = func(*site) {}
		}
		l.before(s)
		if before := s.account(); l.name != "heal" {
			l.healthy = append(l.healthy, before)
		}
		s.proxy.Forget()
		s.must(l.command...)
		l.after, l.calls = s.account(), s.writes()
		l.healthy = append(l.healthy, l.after)
	}
	return lives
}

func (s *site) installed() { s.t.Helper(); s.must(killedInstall...) }

// older is what the version before installed.
func (s *site) older() {
	s.t.Helper()
	older := *s
	older.binary = "spothandler"
	older.installed()
}

// robbed is an installation of which somebody deleted all but the role, which has the record.
func (s *site) robbed() {
	s.t.Helper()
	s.installed()
	hands := outOfBandChanges()
	w := &world{witness: s.witness, account: s.number}
	for change, name := range map[string]string{
		"delete-rule": "prod-ecs-spot-interruption", "delete-function": "prod-ecs-fargate-spot-handler",
		"delete-log-group": "/aws/lambda/prod-ecs-fargate-spot-handler",
	} {
		if err := hands[change](s.t.Context(), w, []string{name}); err != nil {
			s.t.Fatal(err)
		}
	}
}

// kill ends a command the hard way while AWS holds one of its calls.
func (s *site) kill(call string, args []string) {
	s.t.Helper()
	code, stderr := s.signalled(os.Kill, call, args)
	if code == 0 {
		s.t.Errorf("it lived on:\n%s", stderr)
	}
	s.proxy.Heal()
}

// truth holds status against the account: nothing is not installed, and what is not among the healthy ones differs.
func (s *site) truth(healthy []string) {
	s.t.Helper()
	want, account := 2, s.account()
	switch {
	case account == "nothing\n":
		want = 3
	case slices.Contains(healthy, account):
		want = 0
	}
	if code, stderr := s.run("status", "--prefix", "prod"); code != want {
		s.t.Errorf("status exits with %d, the account holds\n%s%s", code, s.account(), stderr)
	}
}

func (s *site) holds(want string) {
	s.t.Helper()
	if got := s.account(); got != want {
		s.t.Errorf("the account holds\n%s\nand not\n%s", got, want)
	}
}
