package cli_test

import (
	"bytes"
	"cmp"
	"errors"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/spothandler/spothandler/internal/localaws"
	"github.com/spothandler/spothandler/internal/testaws"
)

// site is an account of its own for one test, and the binary in it.
type site struct {
	t       *testing.T
	proxy   *testaws.Proxy
	witness testaws.Clients
	number  string // the account's
	home    string
	binary  string
}

func newSite(t *testing.T) *site {
	t.Helper()
	return siteOn(t, serveLocal(func(f func()) { t.Cleanup(f) }, localaws.Options{Delays: &localaws.Delays{}}))
}

// siteOn is a site on this AWS.
func siteOn(t *testing.T, backend testaws.Backend) *site {
	t.Helper()
	needBinaries(t)
	s := &site{t: t, proxy: testaws.NewProxy(backend), witness: backend.Clients(region), number: cmp.Or(backend.Account, account), home: t.TempDir()}
	s.binary = "spothandler-" + newer
	t.Cleanup(s.proxy.Close)
	if err := createClusters(s.witness); err != nil {
		t.Fatal(err)
	}
	return s
}

func (s *site) command(args ...string) *exec.Cmd {
	cmd := exec.CommandContext(s.t.Context(), binary(shared.scripts, s.binary), args...)
	cmd.Env = []string{
		"HOME=" + s.home, "AWS_ENDPOINT_URL=" + s.proxy.URL(), "AWS_REGION=" + region,
		"AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE", "AWS_SECRET_ACCESS_KEY=secret",
	}
	return cmd
}

// run gives the exit code and what was said on stderr.
func (s *site) run(args ...string) (int, string) {
	s.t.Helper()
	return finish(s.t, s.command(args...), nil)
}

// finish runs a command to its end; started, where there is one, is called with the running process.
func finish(t *testing.T, cmd *exec.Cmd, started func(*os.Process)) (int, string) {
	t.Helper()
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if started != nil {
		started(cmd.Process)
	}
	err := cmd.Wait()
	if exit, failed := errors.AsType[*exec.ExitError](err); failed {
		return exit.ExitCode(), stderr.String()
	}
	if err != nil {
		t.Fatal(err)
	}
	return 0, stderr.String()
}

// must runs a command that has to end well.
func (s *site) must(args ...string) {
	s.t.Helper()
	if code, stderr := s.run(args...); code != 0 {
		s.t.Fatalf("%v: exit code %d\n%s", args, code, stderr)
	}
}

// account is what the account holds; its number reads as everywhere.
func (s *site) account() string {
	s.t.Helper()
	text, err := s.witness.Dump(s.t.Context())
	if err != nil {
		s.t.Fatal(err)
	}
	return strings.ReplaceAll(withoutHashes(text), s.number, account)
}

// writes are the calls of the last run that change something, each once.
func (s *site) writes() []string {
	var writes []string
	for _, call := range s.proxy.Calls() {
		if call.Write() && !slices.Contains(writes, call.String()) && call.Service != "sts" {
			writes = append(writes, call.String())
		}
	}
	return writes
}

// signalled runs a command that gets a signal while AWS holds one of its calls.
func (s *site) signalled(signal os.Signal, call string, args []string) (int, string) {
	s.t.Helper()
	held := make(chan struct{})
	s.proxy.Inject(testaws.Fault{Call: call, Once: true, Hold: func() { close(held) }})
	return finish(s.t, s.command(args...), func(process *os.Process) {
		select {
		case <-held:
		case <-time.After(30 * time.Second):
			s.t.Errorf("%s was never called", call)
		}
		if err := process.Signal(signal); err != nil {
			s.t.Error(err)
		}
	})
}

// ways to stop a command at a call.
var stops = map[string]func(s *site, call string, args []string){
	"denied": func(s *site, call string, args []string) {
		s.proxy.Inject(testaws.Fault{Call: call, Deny: true})
		code, stderr := s.run(args...)
		if code != 1 || !strings.Contains(stderr, "access denied") || !strings.Contains(strings.Join(strings.Fields(stderr), " "), "lacks the permission "+call) {
			s.t.Errorf("exit code %d\n%s", code, stderr)
		}
	},
	"interrupted": func(s *site, call string, args []string) {
		code, stderr := s.signalled(os.Interrupt, call, args)
		if code != 130 || !strings.Contains(stderr, "interrupted") {
			s.t.Errorf("exit code %d\n%s", code, stderr)
		}
	},
}

// Wherever an install is stopped, a second one finishes it as if nothing had been.
func TestInstallStoppedAtEveryWrite(t *testing.T) {
	t.Parallel()
	install := []string{"install", "--prefix", "prod", "--cluster", "shop", "--reserved-concurrency", "2", "--tag", "Team=a"}
	whole := newSite(t)
	whole.must(install...)
	writes, want := whole.writes(), whole.account()
	if len(writes) < 9 {
		t.Fatalf("only %v", writes)
	}
	stopEverywhere(t, writes, install, func(s *site) {
		s.must(install...)
		if got := s.account(); got != want {
			s.t.Errorf("the account holds\n%s\nand not\n%s", got, want)
		}
		s.must("status", "--prefix", "prod")
	}, func(*site) {})
}

// Wherever an uninstall is stopped, a second one finishes it, and nothing is left.
func TestUninstallStoppedAtEveryWrite(t *testing.T) {
	t.Parallel()
	uninstall := []string{"uninstall", "--prefix", "prod", "--yes"}
	whole := newSite(t)
	whole.must("install", "--prefix", "prod")
	whole.proxy.Forget()
	whole.must(uninstall...)
	stopEverywhere(t, whole.writes(), uninstall, func(s *site) {
		s.must(uninstall...)
		if got := s.account(); got != "nothing\n" {
			s.t.Errorf("the account holds\n%s", got)
		}
	}, func(s *site) { s.must("install", "--prefix", "prod") })
}

// stopEverywhere stops a command at each of the calls in each way, each time in a new account.
func stopEverywhere(t *testing.T, calls, args []string, after, before func(*site)) {
	for name, stop := range stops {
		if name == "interrupted" && runtime.GOOS == "windows" {
			continue // which has no interrupts to send
		}
		for _, call := range calls {
			t.Run(name+" "+call, func(t *testing.T) {
				t.Parallel()
				s := newSite(t)
				before(s)
				stop(s, call, args)
				s.proxy.Heal()
				after(s)
			})
		}
	}
}

// What is shipped stays small.
func TestSize(t *testing.T) {
	needBinaries(t)
	info, err := os.Stat(binary(shared.folder, "spothandler"))
	if err != nil {
		t.Fatal(err)
	}
	if info.Size() > 30<<20 {
		t.Errorf("the binary has %d bytes", info.Size())
	}
}
