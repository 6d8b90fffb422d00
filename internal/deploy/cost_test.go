package deploy

import (
	"testing"
	"time"

	"github.com/spothandler/spothandler/internal/localaws"
)

// roundTrip is how long every call takes here, in virtual time: what a command lasts divided by it is
// how many calls it makes one after the other.
const roundTrip = 50 * time.Millisecond

// What each command costs, GetCallerIdentity included, which is one more call and round trip before
// all others; and without what only waits: polls of the function, and the second look after a change.
func TestCost(t *testing.T) {
	inAccount(t, func(t *testing.T, a *account) {
		a.Inject(localaws.Fault{Delay: roundTrip})
		for _, c := range []struct {
			command              string
			do                   func()
			calls, writes, trips int // at most
		}{
			{"install", func() {
				names, changes := a.plan(t, "prod", nil)
				if _, err := Apply(t.Context(), a.clients, names, changes, Options{}); err != nil {
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
				if _, err := uninstall.Apply(t.Context(), Options{}); err != nil {
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
