package main_test

import (
	"errors"
	"os"
	"testing"
	"time"

	"github.com/spothandler/spothandler/internal/testaws"
)

// life is a command to be killed, and what stands before and after it.
type life struct {
	command       []string
	before        func(*site)
	whole, after  string // the account with the installation, and after the command
	calls, sample []string
}

var (
	killedInstall   = []string{"install", "--prefix", "prod", "--cluster", "shop", "--reserved-concurrency", "2", "--tag", "Team=a"}
	killedUninstall = []string{"uninstall", "--prefix", "prod", "--yes"}
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
	for _, l := range livesOn(newSite(t)) {
		calls := choose(l.calls, l.sample)
		for _, call := range calls {
			t.Run(l.command[0]+" at "+call, func(t *testing.T) {
				t.Parallel()
				s := newSite(t)
				l.before(s)
				s.kill(call, l.command)
				s.truth(l.whole)
				s.must(killedUninstall...)
				s.holds("nothing\n")
				l.before(s)
				s.kill(call, l.command)
				s.must(l.command...)
				s.holds(l.after)
			})
		}
		t.Logf("killed at %d calls of %s", len(calls), l.command[0])
	}
}

// livesOn sees in one account how install and uninstall go without trouble.
func livesOn(s *site) []life {
	s.t.Helper()
	s.must(killedInstall...)
	install := life{
		command: killedInstall, before: func(*site) {}, whole: s.account(), after: s.account(), calls: s.writes(),
		sample: []string{"iam:PutRolePolicy", "lambda:CreateFunction", "events:PutTargets"},
	}
	s.proxy.Forget()
	s.must(killedUninstall...)
	uninstall := life{
		command: killedUninstall, before: func(s *site) { s.must(killedInstall...) }, whole: install.after, after: s.account(), calls: s.writes(),
		sample: []string{"events:DeleteRule", "iam:DeleteRole"},
	}
	return []life{install, uninstall}
}

// kill ends a command the hard way while AWS holds one of its calls.
func (s *site) kill(call string, args []string) {
	s.t.Helper()
	held := make(chan struct{})
	s.proxy.Inject(testaws.Fault{Call: call, Once: true, Hold: func() { close(held) }})
	code, stderr := finish(s.t, s.command(args...), func(process *os.Process) {
		select {
		case <-held:
		case <-time.After(30 * time.Second):
			s.t.Errorf("%s was never called", call)
		}
		if err := process.Kill(); err != nil {
			s.t.Error(err)
		}
	})
	if code == 0 {
		s.t.Errorf("it lived on:\n%s", stderr)
	}
	s.proxy.Heal()
}

// truth holds status against the account: whole is healthy, nothing is not installed, and anything else differs.
func (s *site) truth(whole string) {
	s.t.Helper()
	want := 2
	switch s.account() {
	case whole:
		want = 0
	case "nothing\n":
		want = 3
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
