package deploy

import (
	"testing"
	"time"

	"github.com/spothandler/spothandler/internal/deploy/resource"
	"github.com/spothandler/spothandler/internal/localaws"
)

// roundTrip is the duration of every call in virtual time: a command's duration divided by it is the number
// of sequential calls.
const roundTrip = 50 * time.Millisecond

// The cost of each command, including GetCallerIdentity, which is one call before all others; without calls
// that only wait: polls of the function, and the verification after a change.
func TestCost(t *testing.T) {
	inAccount(t, func(t *testing.T, a *account) {
		a.Inject(localaws.Fault{Delay: roundTrip})
		for _, c := range []struct {
			command              string
			do                   func()
			calls, writes, trips int // maximum
		}{
			{"install", func() {
				names, changes := a.plan(t, "prod", nil)
				if _, err := resource.Apply(t.Context(), a.clients, names, changes, resource.Options{}); err != nil {
					t.Fatal(err)
				}
			}, 21, 9, 11},
			{"second install", func() {
				if _, changes := a.plan(t, "prod", nil); len(changes) > 0 {
					t.Fatal(printed(changes))
				}
			}, 13, 0, 3},
			{"uninstall", func() {
				uninstall, err := PrepareUninstall(t.Context(), a.clients, a.id, UninstallRequest{Prefix: "prod"})
				if err != nil {
					t.Fatal(err)
				}
				if _, err := uninstall.Apply(t.Context(), resource.Options{}); err != nil {
					t.Fatal(err)
				}
			}, 22, 7, 10},
		} {
			a.ForgetCalls()
			began := time.Now()
			c.do()
			polls := max(0, a.count("lambda:GetFunction")-1)
			calls := 1 + len(a.Calls()) - polls
			trips := 1 + int(time.Since(began)/roundTrip) - polls
			written := len(a.calls(writes))
			t.Logf("%-15s %2d calls, %d of them writes, %2d round trips deep", c.command, calls, written, trips)
			if calls > c.calls || written > c.writes || trips > c.trips {
				t.Errorf("%s may make %d calls, %d writes, and be %d deep", c.command, c.calls, c.writes, c.trips)
			}
		}
	})
}
