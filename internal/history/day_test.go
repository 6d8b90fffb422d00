package history

import (
	"maps"
	"testing"
	"testing/synctest"
	"time"

	"github.com/spothandler/spothandler/internal/handler"
)

// ReadDay returns the figures of a report of one day, with one call if one page holds it.
func TestReadDay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		now := monday.Add(12 * time.Hour)
		g := &group{pageSize: 100}
		g.record(t, applied(notice("a1", "api", "eu-west-1a", now.Add(-25*time.Hour), handler.ReasonRedeploy), 1900)) // too old
		g.record(t, applied(notice("a2", "api", "eu-west-1a", now.Add(-2*time.Hour), handler.ReasonRedeploy), 1900))
		g.record(t, notice("a3", "api", "eu-west-1b", now.Add(-2*time.Hour+time.Second), handler.ReasonAlreadyRedeployed))
		rehearsed := notice("d1", "api", "eu-west-1a", now.Add(-time.Hour), handler.ReasonRedeploy)
		rehearsed.DryRun = true
		g.record(t, rehearsed)
		g.record(t, notice("a4", "api", "eu-west-1b", now.Add(time.Minute), handler.ReasonClaimed)) // AWS's clock is ahead
		day, _, err := ReadDay(t.Context(), g, Query{LogGroup: "/aws/lambda/fn"}, now)
		if err != nil || day.Interruptions != 3 || day.Redeployments != 1 || day.Failures != 0 ||
			!maps.Equal(day.Skipped, map[string]int{"already_redeployed": 1, "claimed": 1}) {
			t.Errorf("%+v, %v", day, err)
		}
		if !day.To.Equal(now) || !day.From.Equal(now.Add(-24*time.Hour)) || len(g.calls) != 1 {
			t.Errorf("from %s to %s in %d calls", day.From, day.To, len(g.calls))
		}
	})
}

// The latest is the last interruption or, if several tasks of a deployment were interrupted together, the one
// for which the service was redeployed.
func TestLatest(t *testing.T) {
	at := func(seconds int) time.Time { return monday.Add(time.Duration(seconds) * time.Second) }
	redeployed := Interruption{Task: "1", Cluster: shop, Service: "api", At: at(0), Result: Redeployed, Reason: handler.ReasonRedeploy, Deployment: "ecs-svc/1"}
	other := Interruption{Task: "2", Cluster: shop, Service: "web", At: at(1), Result: Failed, Reason: handler.ReasonFailed, Deployment: "ecs-svc/7", Error: "no"}
	sibling := Interruption{Task: "3", Cluster: shop, Service: "api", At: at(2), Result: Skipped, Reason: handler.ReasonAlreadyRedeployed, Deployment: "ecs-svc/1"}
	successor := sibling
	successor.Deployment = "ecs-svc/2"
	for _, test := range []struct {
		name string
		all  []Interruption
		want string // its task
	}{
		{"the redeployment of its siblings", []Interruption{redeployed, other, sibling}, "1"},
		{"of another deployment", []Interruption{redeployed, other, successor}, "3"},
		{"a failure", []Interruption{redeployed, sibling, other}, "2"},
		{"nothing", nil, ""},
	} {
		switch got := latest(test.all); {
		case got == nil && test.want != "" || got != nil && got.TaskARN != test.want:
			t.Errorf("%s: %+v", test.name, got)
		case got != nil && (got.Cluster != "shop" || got.Error != "" && got.Result != Failed):
			t.Errorf("%s: %+v", test.name, got)
		}
	}
}
