package cli_test

import (
	"bytes"
	"cmp"
	"errors"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/spothandler/spothandler/internal/localaws"
	"github.com/spothandler/spothandler/internal/testaws"
)

// testAccount is an account for one test, with a binary to run in it.
type testAccount struct {
	t      *testing.T
	proxy  *testaws.Proxy
	direct testaws.Clients
	number string // the account's
	home   string
	binary string
}

func newTestAccount(t *testing.T) *testAccount {
	t.Helper()
	return testAccountOn(t, serveLocal(func(f func()) { t.Cleanup(f) }, localaws.Options{Delays: &localaws.Delays{}}))
}

// testAccountOn returns a testAccount on the given backend.
func testAccountOn(t *testing.T, backend testaws.Backend) *testAccount {
	t.Helper()
	needBinaries(t)
	s := &testAccount{t: t, proxy: testaws.NewProxy(backend), direct: backend.Clients(region), number: cmp.Or(backend.Account, account), home: t.TempDir()}
	s.binary = "spothandler-" + newer
	t.Cleanup(s.proxy.Close)
	if err := createClusters(s.direct); err != nil {
		t.Fatal(err)
	}
	return s
}

func (s *testAccount) command(args ...string) *exec.Cmd {
	cmd := exec.CommandContext(s.t.Context(), binary(shared.scripts, s.binary), args...)
	cmd.Env = []string{
		"HOME=" + s.home, "AWS_ENDPOINT_URL=" + s.proxy.URL(), "AWS_REGION=" + region,
		"AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE", "AWS_SECRET_ACCESS_KEY=secret",
	}
	return cmd
}

// run returns the exit code and stderr.
func (s *testAccount) run(args ...string) (int, string) {
	s.t.Helper()
	return finish(s.t, s.command(args...), nil)
}

// finish runs a command and waits for it. If started is not nil, finish calls it with the running process.
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

// must runs a command, and fails the test if the command fails.
func (s *testAccount) must(args ...string) {
	s.t.Helper()
	if code, stderr := s.run(args...); code != 0 {
		s.t.Fatalf("%v: exit code %d\n%s", args, code, stderr)
	}
}

// account returns the resources in the account, with a normalized account ID.
func (s *testAccount) account() string {
	s.t.Helper()
	text, err := s.direct.Dump(s.t.Context())
	if err != nil {
		s.t.Fatal(err)
	}
	return strings.ReplaceAll(withoutHashes(text), s.number, account)
}

// writes returns the write calls of the last run, without duplicates.
func (s *testAccount) writes() []string {
	var writes []string
	for _, call := range s.proxy.Calls() {
		if call.Write() && !slices.Contains(writes, call.String()) && call.Service != "sts" {
			writes = append(writes, call.String())
		}
	}
	return writes
}

// signalled runs a command and sends it a signal while the proxy holds one of its calls.
func (s *testAccount) signalled(signal os.Signal, call string, args []string) (int, string) {
	s.t.Helper()
	held := make(chan struct{})
	s.proxy.Inject(testaws.Fault{Call: call, Once: true, Hold: func() { close(held) }})
	return finish(s.t, s.command(args...), func(process *os.Process) {
		select {
		case <-held:
		case <-time.After(patience):
			s.t.Errorf("%s was never called", call)
		}
		if err := process.Signal(signal); err != nil {
			s.t.Error(err)
		}
	})
}

// stops are the ways to stop a command at a call.
var stops = map[string]func(s *testAccount, call string, args []string){
	"denied": func(s *testAccount, call string, args []string) {
		s.proxy.Inject(testaws.Fault{Call: call, Deny: true})
		code, stderr := s.run(args...)
		if code != 1 || !strings.Contains(stderr, "access denied") || !strings.Contains(strings.Join(strings.Fields(stderr), " "), "lacks the permission "+call) {
			s.t.Errorf("exit code %d\n%s", code, stderr)
		}
	},
	"interrupted": func(s *testAccount, call string, args []string) {
		code, stderr := s.signalled(os.Interrupt, call, args)
		if code != 130 || !strings.Contains(stderr, "interrupted") {
			s.t.Errorf("exit code %d\n%s", code, stderr)
		}
	},
}

// At whichever write an install is stopped, a second install completes it.
func TestInstallStoppedAtEveryWrite(t *testing.T) {
	t.Parallel()
	install := []string{"install", "--prefix", "prod", "--cluster", "shop", "--reserved-concurrency", "2", "--tag", "Team=a"}
	whole := newTestAccount(t)
	whole.must(install...)
	writes, want := whole.writes(), whole.account()
	if len(writes) < 9 {
		t.Fatalf("only %v", writes)
	}
	stopEverywhere(t, writes, install, func(s *testAccount) {
		s.must(install...)
		if got := s.account(); got != want {
			s.t.Errorf("the account holds\n%s\nand not\n%s", got, want)
		}
		s.must("status", "--prefix", "prod")
	}, func(*testAccount) {})
}

// At whichever write an uninstall is stopped, a second uninstall completes it.
func TestUninstallStoppedAtEveryWrite(t *testing.T) {
	t.Parallel()
	uninstall := []string{"uninstall", "--prefix", "prod", "--yes"}
	whole := newTestAccount(t)
	whole.must("install", "--prefix", "prod")
	whole.proxy.Forget()
	whole.must(uninstall...)
	stopEverywhere(t, whole.writes(), uninstall, func(s *testAccount) {
		s.must(uninstall...)
		if got := s.account(); got != "nothing\n" {
			s.t.Errorf("the account holds\n%s", got)
		}
	}, func(s *testAccount) { s.must("install", "--prefix", "prod") })
}

// Whatever ends a job or a session ends a command as Ctrl-C does: SIGTERM, and SIGHUP from a closed terminal or a dropped
// connection.
func TestSignals(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("a process cannot send these signals here")
	}
	t.Parallel()
	for _, sent := range []os.Signal{syscall.SIGTERM, syscall.SIGHUP} {
		t.Run(sent.String(), func(t *testing.T) {
			t.Parallel()
			if signal.Ignored(sent) {
				t.Skip("the tests run with nohup, and so would the command")
			}
			s := newTestAccount(t)
			code, stderr := s.signalled(sent, "iam:CreateRole", []string{"install", "--prefix", "prod"})
			if code != 130 || !strings.Contains(stderr, "interrupted") {
				t.Errorf("exit code %d\n%s", code, stderr)
			}
		})
	}
}

// stopEverywhere stops a command at each call in each way, each time in a new account.
func stopEverywhere(t *testing.T, calls, args []string, after, before func(*testAccount)) {
	for name, stop := range stops {
		if name == "interrupted" && runtime.GOOS == "windows" {
			continue // where a process cannot send an interrupt
		}
		for _, call := range calls {
			t.Run(name+" "+call, func(t *testing.T) {
				t.Parallel()
				s := newTestAccount(t)
				before(s)
				stop(s, call, args)
				s.proxy.Heal()
				after(s)
			})
		}
	}
}

// The released binary stays small.
func TestSize(t *testing.T) {
	needBinaries(t)
	info, err := os.Stat(binary(shared.folder, "spothandler"))
	if err != nil {
		t.Fatal(err)
	}
	if info.Size() > 30<<20 {
		t.Errorf("the binary is %d bytes", info.Size())
	}
}
