package deploy

import (
	"testing"

	"github.com/spothandler/spothandler/internal/deploy/settings"
	"github.com/spothandler/spothandler/internal/localaws"
)

// The minimum number of calls, including the list of the other installations and the verification.
func TestCalls(t *testing.T) {
	inAccount(t, func(t *testing.T, a *account) {
		count := func(doing string, most int, do func()) {
			t.Helper()
			a.ForgetCalls()
			do()
			if calls := a.calls(func(localaws.Call) bool { return true }); len(calls) > most {
				t.Errorf("%s makes %d calls: %q", doing, len(calls), calls)
			}
		}
		apply := func(asked settings.Given) {
			if _, err := a.tryInstall(t.Context(), "prod", asked); err != nil {
				t.Fatal(err)
			}
		}
		count("a first install", 34, func() { apply(nil) })
		count("a second install", 13, func() { apply(nil) })
		count("one setting", 29, func() { apply(given("timeout", "30")) })
		count("an uninstall", 30, func() { a.uninstall(t, "prod", false) })
	})
}
