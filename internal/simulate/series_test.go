package simulate

import (
	"strings"
	"testing"
	"time"

	"github.com/spothandler/spothandler/internal/deploy/settings"
	"github.com/spothandler/spothandler/internal/handler"
)

// steady is a service of four tasks that an interruption would redeploy.
func steady(at time.Time) *handler.Service {
	return &handler.Service{
		Status: "ACTIVE", DesiredCount: 4, RunningCount: 4, MinimumHealthyPercent: 100, MaximumPercent: 200,
		Deployments: []handler.Deployment{{ID: "ecs-svc/1", Status: "PRIMARY", RolloutState: "COMPLETED", CreatedAt: at.Add(-time.Hour), RunningCount: 4}},
	}
}

// One interruption leads to one redeployment, whatever its events, except in mode always, which redeploys for each.
func TestSeries(t *testing.T) {
	for _, c := range []struct {
		mode handler.Mode
		tag  string
		want string
	}{
		{handler.ModeOnce, "", "RUNNING redeploy, DEACTIVATING already_redeployed, DEPROVISIONING -, STOPPED -"},
		{handler.ModeOnce, handler.TagOff, "RUNNING switched_off, DEACTIVATING switched_off, DEPROVISIONING -, STOPPED -"},
		{handler.ModeObserve, "", "RUNNING redeploy (logged), DEACTIVATING claimed, DEPROVISIONING -, STOPPED -"},
		{handler.ModeOnce, handler.TagObserve, "RUNNING redeploy (logged), DEACTIVATING claimed, DEPROVISIONING -, STOPPED -"},
		{handler.ModeObserve, handler.TagRedeploy, "RUNNING redeploy, DEACTIVATING already_redeployed, DEPROVISIONING -, STOPPED -"},
		{handler.ModeAlways, "", "RUNNING redeploy, DEACTIVATING redeploy, DEPROVISIONING redeploy, STOPPED redeploy"},
	} {
		spec, at := settings.Defaults("prod"), time.Now()
		spec.Redeploy = c.mode
		service := steady(at)
		service.Tag = c.tag
		rule := installed(spec, nil).Rule()
		var got []string
		for _, m := range Series(Question{Event: notice(at), At: at, Service: service, Pattern: rule.Pattern, Account: "111122223333", Region: "eu-west-1", Mode: c.mode, Cooldown: spec.Cooldown}) {
			said := string(m.Reason)
			if !*m.Reaches {
				said = "-"
			}
			if m.IsOnlyLogged() {
				said += " (logged)"
			}
			got = append(got, m.LastStatus+" "+said)
		}
		if text := strings.Join(got, ", "); text != c.want {
			t.Errorf("mode %s, tag %q: %s, want %s", c.mode, c.tag, text, c.want)
		}
		if service.Deployments[0].Status != "PRIMARY" {
			t.Error("the service that was asked about is changed")
		}
	}
}

// With a pattern that our matcher does not support, it is unknown whether the events reach the function.
func TestSeriesOfAnUnknownPattern(t *testing.T) {
	at := time.Now()
	series := Series(Question{Event: notice(at), At: at, Service: steady(at), Pattern: `{"source":[{"cidr":"10.0.0.0/24"}]}`, Mode: handler.ModeOnce})
	if series[0].Reaches != nil || series[0].Reason != handler.ReasonRedeploy {
		t.Errorf("got %+v", series[0])
	}
}
