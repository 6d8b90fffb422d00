package storm_test

import (
	"testing"
	"time"

	"github.com/spothandler/spothandler/internal/handler"
)

// Fifty sibling tasks of one service are interrupted at the same instant: one
// redeployment, at any concurrency.
func TestSiblings(t *testing.T) {
	for _, how := range settings() {
		if how.mode != handler.ModeOnce {
			continue
		}
		t.Run(how.String(), func(t *testing.T) {
			o := run(t, siblings(), how)
			if o.updates != 1 || o.redeployed != 1 || o.failed != 0 || o.last > time.Second {
				t.Errorf("got %+v, want one redeployment within a second", o)
			}
		})
	}
}

// Fifty services with twenty tasks each: each is redeployed once, the last
// within six seconds. A single sandbox needs a little longer. So do a few
// percent of the storms without reserved concurrency, because a thousand
// sandboxes compete at random for the rate limits of ECS and CloudWatch Logs.
func TestFiftyServices(t *testing.T) {
	within := map[int]time.Duration{1: 7 * time.Second, 2: 6 * time.Second, 10: 6 * time.Second, 0: 12 * time.Second}
	for concurrency, within := range within {
		how := setting{handler.ModeOnce, concurrency, time.Minute, false}
		t.Run(how.String(), func(t *testing.T) {
			o := run(t, fiftyServices(), how)
			if o.redeployed != 50 || o.updates != 50 || o.failed != 0 || o.last > within {
				t.Errorf("got %+v, want 50 services redeployed once, within %s", o, within)
			}
		})
	}
}

// Five hundred services with twenty tasks each, at the recommended reserved
// concurrency: all are redeployed within the 90 s that ECS's rate limit
// requires, plus 10 %.
func TestRegion(t *testing.T) {
	o := run(t, region(), setting{handler.ModeOnce, 2, time.Minute, false})
	if o.redeployed != 500 || o.updates > 505 || o.last > 99*time.Second {
		t.Errorf("got %+v, want 500 services redeployed by at most 505 calls within 99 s", o)
	}
}
