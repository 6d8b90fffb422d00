package scenario_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/deploy/resource"
	"github.com/spothandler/spothandler/internal/localaws"
)

// concurrentRun is two concurrent commands. The second one starts later in each round, so that the commands overlap
// at every call.
type concurrentRun struct {
	name       string
	before     command
	one, other command
	bothWell   bool // neither interferes with the other
	slow       bool // Lambda takes long for each change, and the role can be used at once
}

func concurrentRuns(t *testing.T) []concurrentRun {
	t.Helper()
	none := func(context.Context, *account) error { return nil }
	some := doInstall(given("memory-size", "256", "tag", "Team=web", "reserved-concurrency", "2"))
	changes := doInstall(given("memory-size", "512", "tag", "Team=ops", "rule-state", "DISABLED", "log-retention-days", "30"))
	removal := doUninstall(nil, false)
	newer := ofRelease(testRelease(t, "2.0.0"), some)
	return []concurrentRun{
		{"two installs of the same", none, some, some, true, false},
		{"two installs of different settings", none, some, changes, false, false},
		{"two installs, of an older and a newer binary", none, some, newer, false, false},
		{"two changes", some, changes, doInstall(given("timeout", "30", "tag", "Team=all")), false, false},
		{"two upgrades, to different versions", some, some, newer, false, false},
		{"an install and an uninstall", none, some, removal, false, false},
		{"an uninstall while an install waits for the function", none, some, removal, false, true},
		{"an uninstall and an install", some, removal, changes, false, false},
		{"two uninstalls", some, removal, removal, true, false},
		{"an uninstall, and one that keeps the logs", some, removal, doUninstall(nil, true), false, false},
		{"an install during Ctrl-C for another", none, interrupted(some), some, false, false},
		{"an uninstall during Ctrl-C for an install", none, interrupted(some), removal, false, false},
		{"an install during Ctrl-C for an uninstall", some, interrupted(removal), changes, false, false},
	}
}

// ofRelease returns a command of another binary.
func ofRelease(release resource.Release, c command) command {
	return func(ctx context.Context, a *account) error {
		other := *a
		other.release = release
		return c(ctx, &other)
	}
}

// interrupted returns a command that Ctrl-C stops midway.
func interrupted(c command) command {
	return func(ctx context.Context, a *account) error {
		ctx, stop := context.WithTimeout(ctx, 700*time.Millisecond)
		defer stop()
		return c(ctx, a)
	}
}

// longestOfTwo is how long two concurrent commands may take in virtual time: neither waits for long for what the other
// has deleted.
const longestOfTwo = 2 * time.Minute

// Of two concurrent commands each succeeds or fails with a clear error, and the next run converges.
func TestTwoAtOnce(t *testing.T) {
	for _, m := range concurrentRuns(t) {
		t.Run(m.name, func(t *testing.T) {
			t.Parallel()
			for later := time.Duration(0); later < 2*time.Second; later += 270 * time.Millisecond {
				inAccountWith(t, m.options(), func(t *testing.T, a *account) { m.run(t, a, later) })
			}
		})
	}
}

func (m concurrentRun) options() localaws.Options {
	if m.slow {
		return localaws.Options{Delays: &localaws.Delays{FunctionActive: 20 * time.Second, FunctionUpdate: 20 * time.Second}}
	}
	return localaws.Options{}
}

func (m concurrentRun) run(t *testing.T, a *account, later time.Duration) {
	t.Helper()
	similarResources(t, a)
	empty := a.dump(t)
	must(t, a, m.before)
	slow := a.Inject(localaws.Fault{Delay: 50 * time.Millisecond})
	var both sync.WaitGroup
	var one, other error
	began := time.Now()
	both.Go(func() { one = m.one(t.Context(), a) })
	both.Go(func() {
		time.Sleep(later) // virtual time
		other = m.other(t.Context(), a)
	})
	both.Wait()
	if took := time.Since(began); took > longestOfTwo {
		t.Errorf("%s later: they took %s: %v, %v", later, took, one, other)
	}
	slow()
	for _, err := range []error{one, other} {
		if err != nil && m.bothWell || !isClear(err) {
			t.Errorf("%s later: %v", later, err)
		}
	}
	a.release = testRelease(t, "2.0.0")
	must(t, a, doInstall(given("memory-size", "1024", "log-retention-days", "1")))
	if found, status := a.statusOf(t, nil); !status.Healthy || found.State.Function.MemorySize != 1024 || found.State.LogGroup.RetentionDays != 1 {
		t.Errorf("%s later: %v", later, status.Problems)
	}
	must(t, a, doUninstall(nil, false))
	sameAccount(t, fmt.Sprintf("%s later, after an uninstall", later), a.dump(t), empty)
}

// isClear reports whether an error tells a user what was tried and what to do, or that the user stopped it.
func isClear(err error) bool {
	_, own := errors.AsType[*apperr.Error](err)
	return err == nil || own || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
}
