package deploy

import (
	"sync"
	"testing"

	"github.com/spothandler/spothandler/internal/localaws"
)

// Two installs of the same at the same time: both end well, and nothing is there twice.
func TestTwoInstallsAtOnce(t *testing.T) {
	inAccountWith(t, localaws.Options{}, func(t *testing.T, a *account) {
		names, changes := a.plan(t, "prod", given("tag", "Team=web", "reserved-concurrency", "2"))
		var both sync.WaitGroup
		for range 2 {
			both.Go(func() {
				if _, err := Apply(t.Context(), a.clients, names, changes, Options{}); err != nil {
					t.Error(err)
				}
			})
		}
		both.Wait()
		if _, left := a.plan(t, "prod", nil); len(left) > 0 {
			t.Errorf("left is %q", printed(left))
		}
	})
}

// An install and an uninstall at the same time: whatever each of them says, the next run has the last word.
func TestInstallAndUninstallAtOnce(t *testing.T) {
	inAccountWith(t, localaws.Options{}, func(t *testing.T, a *account) {
		a.install(t, "prod", nil)
		found := a.look(t, "prod", nil)
		names, changes := a.plan(t, "prod", given("memory-size", "256", "rule-state", "DISABLED", "tag", "Team=web"))
		var both sync.WaitGroup
		both.Go(func() { _, _ = Apply(t.Context(), a.clients, names, changes, Options{}) })
		both.Go(func() {
			_, _ = Apply(t.Context(), a.clients, found.Names, Removal(found.State, "prod", false), Options{})
		})
		both.Wait()
		a.install(t, "prod", given("memory-size", "256"))
		a.uninstall(t, "prod", false)
		a.isEmpty(t, "prod")
	})
}
