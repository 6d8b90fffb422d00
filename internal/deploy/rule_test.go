package deploy

import (
	"fmt"
	"strings"
	"testing"

	"github.com/spothandler/spothandler/internal/deploy/settings"
	"github.com/spothandler/spothandler/internal/handler"
)

// What the rule's pattern matches, in each mode.
func TestEventPattern(t *testing.T) {
	const around = `{"account":["111122223333"],"region":["us-east-1"],"replay-name":[{"exists":false}],` +
		`"source":["aws.ecs","spothandler.simulate"],"detail-type":["ECS Task State Change","spothandler.simulate"],"detail":{`
	const or = `"$or":[{"stopCode":["SpotInterruption","TerminationNotice"]},{"stoppedReason":[{"prefix":"Your Spot Task was interrupted"}]}]`
	const alive = `,"lastStatus":[{"anything-but":["DEPROVISIONING","STOPPED"]},{"exists":false}]`
	for _, test := range []struct {
		mode     handler.Mode
		clusters []string
		want     string
	}{
		{handler.ModeOnce, nil, around + or + alive + `}}`},
		{handler.ModeObserve, nil, around + or + alive + `}}`},
		{handler.ModeAlways, nil, around + or + `}}`},
		{handler.ModeAlways, []string{"shop"}, around + or + `,"clusterArn":["arn:aws:ecs:us-east-1:111122223333:cluster/shop"]}}`},
	} {
		spec := settings.Defaults("")
		spec.Redeploy, spec.Clusters = test.mode, test.clusters
		got, err := eventPattern(identity(), spec)
		if err != nil {
			t.Fatal(err)
		}
		sameDocument(t, got, test.want)
	}
}

// Above EventBridge's default quota there is a warning that names it; not where AWS has accepted as much.
func TestPatternWarning(t *testing.T) {
	patterned := func(length int) State {
		return State{Triggers: []Trigger{{Rule: &Rule{Pattern: strings.Repeat("x", length)}}}}
	}
	for _, test := range []struct {
		want, have State
		warns      bool
	}{
		{patterned(2048), State{}, false},
		{patterned(2049), State{}, true},
		{patterned(2049), patterned(2048), true},
		{patterned(2400), patterned(2400), false},
		{patterned(2400), patterned(3000), false},
	} {
		got := fmt.Sprint(PatternWarning(test.want, test.have))
		if warns := strings.Contains(got, `"Event pattern size"`) && strings.Contains(got, "2048"); warns != test.warns {
			t.Errorf("a pattern of %d characters: %s", len(test.want.Triggers[0].Rule.Pattern), got)
		}
	}
}
