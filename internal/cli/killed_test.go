package cli_test

import (
	"errors"
	"os"
	"slices"
	"testing"

	"github.com/spothandler/spothandler/internal/testaws"
)

// killCase is a command to kill, with the state of the account before and after it.
type killCase struct {
	name          string
	command       []string
	before        func(*testAccount)
	healthy       []string // account states in which status is healthy
	after         string   // account state after the command
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

// At whichever write the process is killed, status reports the actual state, a second run completes the command, and
// uninstall removes everything.
func TestKilledAtEveryWrite(t *testing.T) {
	t.Parallel()
	t.Run("localaws", func(t *testing.T) {
		t.Parallel()
		killEverywhere(t, func(t *testing.T) *testAccount { return newTestAccount(t) }, func(calls, _ []string) []string { return calls })
	})
	t.Run("moto", func(t *testing.T) {
		t.Parallel()
		if _, err := shared.moto(); errors.Is(err, testaws.ErrNoMoto) {
			t.Skip(err)
		} else if err != nil {
			t.Fatal(err)
		}
		killEverywhere(t, func(t *testing.T) *testAccount { return testAccountOn(t, newMoto(nil)) }, func(_, sample []string) []string { return sample })
	})
}

func killEverywhere(t *testing.T, newSite func(*testing.T) *testAccount, choose func(calls, sample []string) []string) {
	t.Helper()
	for _, l := range killCases(func() *testAccount { return newSite(t) }) {
		calls := choose(l.calls, l.sample)
		for _, call := range calls {
			t.Run(l.name+" at "+call, func(t *testing.T) {
				t.Parallel()
				s := newSite(t)
				l.before(s)
				s.kill(call, l.command)
				s.checkStatus(l.healthy)
				s.must(killedUninstall...)
				s.checkAccount("nothing\n")
				l.before(s)
				s.kill(call, l.command)
				s.must(l.command...)
				s.checkAccount(l.after)
			})
		}
		t.Logf("killed at %d calls of %s", len(calls), l.name)
	}
}

// killCases runs each command without interruption, to record its calls and the account's states.
func killCases(newSite func() *testAccount) []killCase {
	cases := []killCase{
		{name: "install", command: killedInstall, sample: []string{"iam:PutRolePolicy", "lambda:CreateFunction", "events:PutTargets"}},
		{name: "upgrade", command: killedUpgrade, before: (*testAccount).older, sample: []string{"iam:UpdateRole", "lambda:UpdateFunctionCode"}},
		{name: "repair", command: []string{"install", "--prefix", "prod"}, before: (*testAccount).roleOnly, sample: []string{"lambda:CreateFunction"}},
		{name: "uninstall", command: killedUninstall, before: (*testAccount).installed, sample: []string{"events:DeleteRule", "iam:DeleteRole"}},
	}
	for i := range cases {
		l := &cases[i]
		s := newSite()
		if l.before == nil {
			l.before = func(*testAccount) {}
		}
		l.before(s)
		if before := s.account(); l.name != "repair" {
			l.healthy = append(l.healthy, before)
		}
		s.proxy.Forget()
		s.must(l.command...)
		l.after, l.calls = s.account(), s.writes()
		l.healthy = append(l.healthy, l.after)
	}
	return cases
}

func (s *testAccount) installed() { s.t.Helper(); s.must(killedInstall...) }

// older installs with the previous version.
func (s *testAccount) older() {
	s.t.Helper()
	older := *s
	older.binary = "spothandler"
	older.installed()
}

// roleOnly installs, and deletes everything out of band except the role, which holds the record.
func (s *testAccount) roleOnly() {
	s.t.Helper()
	s.installed()
	changes := outOfBandChanges()
	w := &scriptEnv{direct: s.direct, account: s.number}
	for change, name := range map[string]string{
		"delete-rule": "prod-ecs-spot-interruption", "delete-function": "prod-ecs-fargate-spot-handler",
		"delete-log-group": "/aws/lambda/prod-ecs-fargate-spot-handler",
	} {
		if err := changes[change](s.t.Context(), w, []string{name}); err != nil {
			s.t.Fatal(err)
		}
	}
}

// kill kills a command while the proxy holds one of its calls.
func (s *testAccount) kill(call string, args []string) {
	s.t.Helper()
	code, stderr := s.signalled(os.Kill, call, args)
	if code == 0 {
		s.t.Errorf("the command was not killed:\n%s", stderr)
	}
	s.proxy.Heal()
}

// checkStatus checks the exit code of status against the account: 3 if it is empty, 0 if its state is healthy, and 2
// otherwise.
func (s *testAccount) checkStatus(healthy []string) {
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

func (s *testAccount) checkAccount(want string) {
	s.t.Helper()
	if got := s.account(); got != want {
		s.t.Errorf("the account holds\n%s\nand not\n%s", got, want)
	}
}
