package deploy

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/resourcegroupstaggingapi"

	"github.com/spothandler/spothandler/internal/deploy/deploytest"
	"github.com/spothandler/spothandler/internal/deploy/resource"
	"github.com/spothandler/spothandler/internal/localaws"
)

// roundTrip is the duration of every call in virtual time: a command's duration divided by it is the number
// of sequential calls.
const roundTrip = 50 * time.Millisecond

// The cost of each command, including GetCallerIdentity, which is one call before all others, and the verification after
// a change. The account settles at once, so nothing is polled. Each read is made once: the role is not read again with the other
// installations. What does not depend on another call is called at the same time.
func TestCost(t *testing.T) {
	inAccount(t, func(t *testing.T, a *account) {
		a.install(t, "test", given("cluster", "test"))
		a.Inject(localaws.Fault{Delay: roundTrip})
		inspect := func(prefix *string) func() {
			return func() {
				if survey, err := Inspect(t.Context(), a.clients, resourcegroupstaggingapi.NewFromConfig(a.Config()), a.id, prefix, nil, nil); err != nil || len(survey.Found) == 0 {
					t.Fatal(err)
				}
			}
		}
		prod := "prod"
		for _, c := range []struct {
			command              string
			do                   func()
			calls, writes, trips int // maximum
		}{
			{"install", func() {
				if _, err := a.tryInstall(t.Context(), prod, nil); err != nil {
					t.Fatal(err)
				}
			}, 37, 9, 13},
			{"second install", func() {
				if _, changes := a.plan(t, prod, nil); len(changes) > 0 {
					t.Fatal(deploytest.Printed(changes))
				}
			}, 15, 0, 3},
			{"status", inspect(&prod), 19, 0, 3},
			{"status of both", inspect(nil), 48, 0, 4},
			{"uninstall", func() {
				uninstall, err := PrepareUninstall(t.Context(), a.clients, a.id, UninstallRequest{Prefix: prod})
				if err != nil {
					t.Fatal(err)
				}
				if _, err := uninstall.Apply(t.Context(), resource.Options{}); err != nil {
					t.Fatal(err)
				}
				if err := uninstall.Verify(t.Context(), 0); err != nil {
					t.Fatal(err)
				}
			}, 31, 7, 11},
		} {
			a.ForgetCalls()
			began := time.Now()
			c.do()
			calls, trips := 1+len(a.Calls()), 1+int(time.Since(began)/roundTrip)
			written := len(a.calls(writes))
			t.Logf("%-15s %2d calls, %d of them writes, %2d round trips deep", c.command, calls, written, trips)
			if calls > c.calls || written > c.writes || trips > c.trips {
				t.Errorf("%s may make %d calls, %d writes, and be %d deep", c.command, c.calls, c.writes, c.trips)
			}
		}
	})
}
