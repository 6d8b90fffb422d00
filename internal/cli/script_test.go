// Black-box tests: the built binary against an AWS, told as scripts.
//
// Each file in testdata/script is one story, and reads from the top. It runs on localaws and on a moto server, in an
// account and a home directory of its own. Those in testdata/input are about what is wrong before or on the way to AWS,
// and run on localaws alone. The commands, beyond testscript's own:
//
//	spothandler ARGS...          run the binary; it must exit with 0, with ! before it 1
//	exits N spothandler ARGS...  it must exit with N
//	spothandler-1.3.0 ARGS...    a newer one, whose function has other code
//	quicker DURATION             the last run took less
//	account                      print all that the account holds, through clients that are not the binary's
//	logging FUNCTION             print a function's log settings the same way
//	outputs                      the sixteen outputs in the last run's JSON are what the account says
//	json PATH [VALUE]            print, or compare, a value in the last run's JSON: .a.b[0], .list.count
//	calls [writes]               print the calls of the last run, as a proxy saw them, sorted
//	no calls | no writes         the last run made none
//	fault [-once] [-skip=N] KIND [CALL] [...]   trouble on the wire until heal: deny, throttle, lose, drop, hold,
//	                             refuse CALL STATUS CODE MESSAGE, answer CALL FILE
//	interrupt, exited N          ctrl-C for a command in the background, once its call is held; its exit code
//	record GROUP FILE            lines of the function, of a minute ago
//	hand WHAT ARGS...            a change out of band: see outOfBandChanges
//	unset NAME...                variables that env has set are there no longer, not even empty
//	slow                         another AWS, that takes its time to settle (localaws alone)
//	metadata refuses|hangs|serves, container   stand-ins for where credentials come from
//
// What differs from run to run is made equal in the output: the account is 111122223333, its caller ana, the endpoint
// http://127.0.0.1:4566, every duration 0.0s, the function's code reads arm64..., x86_64.. or 1.3.0..., and resources
// that are done side by side are told in sorted order.
package cli_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
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

// suite is what all scripts share; each part is made when the first one needs it.
type suite struct {
	folder   string // with the binary as it is shipped
	scripts  string // with two whose function is small, which saves time: it is uploaded by the hundred
	binaries func() error
	moto     func() (string, error)
	accounts atomic.Int64 // of moto given out
}

var shared suite

func TestMain(m *testing.M) {
	if names := os.Getenv(unsetVariable); names != "" {
		os.Exit(runWithout(strings.Fields(names), os.Args[1:]))
	}
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

// needBinaries skips where the function's code was not built, which `make test` does first.
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

// newLocal is an AWS in this process that settles at once.
func newLocal(env *testscript.Env) testaws.Backend {
	return serveLocal(env.Defer, localaws.Options{Delays: &localaws.Delays{}})
}

func serveLocal(atEnd func(func()), options localaws.Options) testaws.Backend {
	options.Account, options.Region = account, region
	options.Existing = []string{ // what the scripts' settings name
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

// newMoto is another account of the one moto server.
func newMoto(*testscript.Env) testaws.Backend {
	url, err := shared.moto()
	if err != nil {
		panic(err) // TestScripts has looked
	}
	return testaws.Backend{URL: url, Account: fmt.Sprint(111100000000 + shared.accounts.Add(1))} // 1111: shortened, too, it reads like the other
}

// buildAll builds the binary, and for the scripts the same one and a newer one, each with code of its own.
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
