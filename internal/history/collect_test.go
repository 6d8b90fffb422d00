package history

import (
	"maps"
	"math"
	"testing"
	"time"

	"github.com/spothandler/spothandler/internal/handler"
)

// Figures that cannot be true are unknown, and an event's time that cannot be is that of its record.
func TestImplausibleFigures(t *testing.T) {
	at := monday.Add(50 * time.Hour)
	for _, ms := range []int64{-5000, -1, 15*60*1000 + 1, math.MaxInt64} {
		g := &group{}
		g.record(t, applied(notice("a1", "api", "eu-west-1a", at, handler.ReasonRedeploy), ms))
		g.record(t, applied(notice("a2", "api", "eu-west-1a", at, handler.ReasonRedeploy), 1900))
		r := reported(t, g, Filter{})
		if r.Redeployments != 2 || *r.ReactionMS.Median != 1900 || *r.ReactionMS.Max != 1900 || r.All[0].ReactionMS != nil ||
			!r.RedeploymentsAll[0].At.Equal(at.Add(1500*time.Millisecond)) { // when the record was written
			t.Errorf("%d: median %d, max %d", ms, *r.ReactionMS.Median, *r.ReactionMS.Max)
		}
	}
	for _, said := range []time.Time{at.AddDate(7973, 0, 0), at.Add(6 * time.Minute), at.AddDate(0, 0, -2), {}} {
		g := &group{}
		odd := applied(notice("a1", "api", "eu-west-1a", at, handler.ReasonRedeploy), 1900)
		odd.EventTime = handler.Time{Time: said}
		g.record(t, odd)
		r := reported(t, g, Filter{})
		if written := at.Add(1500 * time.Millisecond); !r.All[0].At.Equal(written) || !r.RedeploymentsAll[0].At.Equal(written) {
			t.Errorf("an event of %s is taken for one of %s", said, r.All[0].At)
		}
	}
}

// Of two events of a task in one millisecond always the same one counts.
func TestEventsOfOneMoment(t *testing.T) {
	at := monday.Add(50 * time.Hour)
	for range 20 {
		g := &group{}
		for _, reason := range []handler.Reason{handler.ReasonClaimed, handler.ReasonAlreadyRedeployed} {
			r := notice("a1", "api", "eu-west-1a", at, reason)
			r.EventID = string(reason)
			g.record(t, r)
		}
		if r := reported(t, g, Filter{}); !maps.Equal(r.Skipped, map[string]int{"already_redeployed": 1}) {
			t.Fatalf("%v", r.Skipped)
		}
	}
}
