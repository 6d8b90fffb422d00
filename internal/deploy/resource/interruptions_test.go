package resource

import (
	"testing"

	"github.com/spothandler/spothandler/internal/deploy/deploytest"
	"github.com/spothandler/spothandler/internal/deploy/settings"
	"github.com/spothandler/spothandler/internal/handler"
)

// The rule's pattern in each mode.
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
		got, err := eventPattern(deploytest.Identity(), spec)
		if err != nil {
			t.Fatal(err)
		}
		sameDocument(t, got, test.want)
	}
}
