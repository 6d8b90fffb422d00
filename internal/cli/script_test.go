// Black-box tests: scripts that run the built binary against an AWS backend.
//
// Each file in testdata/script is one scenario. It runs on localaws and on a moto server, each time with its own account
// and home directory. The scripts in testdata/input test input and connection errors, and run only on localaws. They have
// these commands in addition to those of testscript:
//
//	spothandler ARGS...          run the binary; it must exit with 0 or, with a leading !, with 1
//	exits N spothandler ARGS...  run the binary; it must exit with N
//	spothandler-1.3.0 ARGS...    run a newer binary, whose function has different code
//	dump-account                 print all resources in the account, through independent clients
//	log-config FUNCTION          print a function's logging configuration, through independent clients
//	check-outputs                compare the sixteen outputs in the last run's JSON with the account
//	json PATH [VALUE]            print a value in the last run's JSON (.a.b[0], .list.count), or compare it with VALUE
//	calls [writes]               print the API calls of the last run, as recorded by a proxy, sorted
//	no calls | no writes         check that the last run made none
//	fault [-once] [-skip=N] KIND [CALL] [...]   inject a fault until clear-faults: deny, throttle, lose (the response),
//	                             drop (the connection), hold, refuse CALL STATUS CODE MESSAGE, respond CALL FILE
//	interrupt, exited N          interrupt the background command once its call is held; check its exit code
//	put-records GROUP FILE       write records of the function into a log group, one minute ago
//	out-of-band CHANGE ARGS...   change a resource out of band: see outOfBandChanges
//	unset NAME...                remove environment variables, which env can only set to ""
//	slow-aws                     switch to a backend that is eventually consistent (localaws only)
//	metadata refuses|hangs|serves, container   serve stubs of the credential endpoints
//
// The output is normalized: the account is 111122223333, the caller ana, the endpoint http://127.0.0.1:4566, every
// duration 0.0s, and the function's code arm64..., x86_64.. or 1.3.0...; the lines of resources that are processed
// concurrently are sorted.
package cli_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/spothandler/spothandler/embed"
	"github.com/spothandler/spothandler/internal/localaws"
	"github.com/spothandler/spothandler/internal/testaws"
)

const (
	account = "111122223333"
	region  = "eu-west-1"
	version = "1.2.3"
	newer   = "1.3.0"
)

var update = flag.Bool("update", false, "write what the scripts printed into their golden files")

// suite is what all scripts share. Each part is created on first use.
type suite struct {
	folder   string // contains the binary as it is released
	scripts  string // contains two binaries with a tiny function, since scripts upload it hundreds of times
	binaries func() error
	moto     func() (string, error)
	accounts atomic.Int64 // number of moto accounts in use
}

var shared suite

func TestMain(m *testing.M) {
	if names := os.Getenv(unsetVariable); names != "" {
		os.Exit(runWithout(strings.Fields(names), os.Args[1:]))
	}
	testaws.ClearEnvironment()
	os.Exit(runAll(m))
}

func runAll(m *testing.M) int {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	folder, err := os.MkdirTemp("", "spothandler-test")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer func() { _ = os.RemoveAll(folder) }()
	shared.folder, shared.scripts = folder, filepath.Join(folder, "scripts")
	shared.binaries = sync.OnceValue(func() error { return buildAll(ctx) })
	stop := func() {}
	shared.moto = sync.OnceValues(func() (string, error) {
		url, end, err := testaws.StartMoto(ctx)
		if err == nil {
			stop = end
		}
		return url, err
	})
	defer func() { stop() }()
	return m.Run()
}

func TestScripts(t *testing.T) {
	t.Run("input", func(t *testing.T) { runScripts(t, "testdata/input", newLocal) })
	t.Run("localaws", func(t *testing.T) { runScripts(t, "testdata/script", newLocal) })
	t.Run("moto", func(t *testing.T) {
		if _, err := shared.moto(); errors.Is(err, testaws.ErrNoMoto) {
			t.Skip(err)
		} else if err != nil {
			t.Fatal(err)
		}
		runScripts(t, "testdata/script", newMoto)
	})
}

// All scripts run against one moto server at the same time: each has an account of its own there, and so must each
// account be in which a script assumes a role.
func TestScriptsAssumeRolesInSeparateAccounts(t *testing.T) {
	t.Parallel()
	scripts, err := filepath.Glob("testdata/script/*.txtar")
	if err != nil || len(scripts) == 0 {
		t.Fatalf("no scripts found: %v", err)
	}
	assumed := regexp.MustCompile(`role[-_]arn\W+arn:aws:iam::(\d{12}):role/`)
	users := map[string]string{}
	for _, script := range scripts {
		text, err := os.ReadFile(script)
		if err != nil {
			t.Fatal(err)
		}
		for _, match := range assumed.FindAllStringSubmatch(string(text), -1) {
			if other, ok := users[match[1]]; ok && other != script {
				t.Errorf("%s and %s both assume a role in account %s", other, script, match[1])
			}
			users[match[1]] = script
		}
	}
	if len(users) == 0 {
		t.Error("no script assumes a role")
	}
}

func runScripts(t *testing.T, folder string, backend func(*testscript.Env) testaws.Backend) {
	t.Parallel()
	needBinaries(t)
	testscript.Run(t, testscript.Params{
		Dir:                 folder,
		UpdateScripts:       *update,
		RequireUniqueNames:  true,
		RequireExplicitExec: true,
		Setup:               func(env *testscript.Env) error { return setUp(env, backend(env)) },
		Cmds:                commands(),
		Condition: func(condition string) (bool, error) {
			if condition == "localaws" || condition == "moto" {
				return strings.Contains(t.Name(), "/"+condition), nil
			}
			return false, fmt.Errorf("unknown condition %q", condition)
		},
	})
}

// needBinaries skips the test if the function's code is not built; `make test` builds it.
func needBinaries(t *testing.T) {
	t.Helper()
	err := shared.binaries()
	if errors.Is(err, embed.ErrNotBuilt) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// newLocal starts a localaws server in this process that is immediately consistent.
func newLocal(env *testscript.Env) testaws.Backend {
	return serveLocal(env.Defer, localaws.Options{Delays: &localaws.Delays{}})
}

func serveLocal(atEnd func(func()), options localaws.Options) testaws.Backend {
	options.Account, options.Region = account, region
	options.Existing = []string{ // referred to by settings in scripts
		"arn:aws:iam::" + account + ":policy/org/boundary", "arn:aws:sqs:" + region + ":" + account + ":failed",
	}
	server := localaws.New(options)
	atEnd(func() { _ = server.Close() })
	url, err := server.URL()
	if err != nil {
		panic(err) // no free port on loopback
	}
	return testaws.Backend{URL: url}
}

// newMoto returns a new account of the shared moto server.
func newMoto(*testscript.Env) testaws.Backend {
	url, err := shared.moto()
	if err != nil {
		panic(err) // TestScripts has checked it
	}
	return testaws.Backend{URL: url, Account: fmt.Sprint(111100000000 + shared.accounts.Add(1))} // begins with 1111, like the normalized account, also when shortened
}

// buildAll builds the released binary and, for the scripts, the current and the newer binary with different code.
func buildAll(ctx context.Context) error {
	if _, err := embed.Archive("arm64"); err != nil {
		return err
	}
	for _, each := range []struct {
		output, version string
		flags           []string
	}{
		{binary(shared.folder, "spothandler"), version, nil},
		{binary(shared.scripts, "spothandler"), version, []string{"-overlay", filepath.Join(shared.folder, version+".json")}},
		{binary(shared.scripts, "spothandler-"+newer), newer, []string{"-overlay", filepath.Join(shared.folder, newer+".json")}},
	} {
		if err := writeOverlay(each.version); err != nil {
			return err
		}
		flags := append([]string{
			"build", "-trimpath", "-o", each.output,
			"-ldflags", "-s -w -X github.com/spothandler/spothandler/internal/cli.version=" + each.version,
		}, each.flags...)
		build := exec.CommandContext(ctx, "go", append(flags, "../../cmd/spothandler")...)
		if output, err := build.CombinedOutput(); err != nil {
			return fmt.Errorf("building the binary: %w\n%s", err, output)
		}
	}
	return nil
}

func binary(folder, name string) string {
	if filepath.Separator == '\\' {
		name += ".exe"
	}
	return filepath.Join(folder, name)
}
