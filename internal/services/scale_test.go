package services

import (
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

// A thousand services in twenty clusters, three hundred of them on Spot, are read with at most 800 calls,
// without exceeding any of AWS's buckets.
func TestReadAtScale(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &fakeAWS{latency: 50 * time.Millisecond}
		for c := range 20 {
			cluster := fmt.Sprintf("c%d", c)
			w.addCluster(cluster, Spot, OnDemand)
			for s := range 50 {
				provider := OnDemand
				if s < 15 {
					provider = Spot
				}
				w.addService(cluster, fmt.Sprintf("%s-s%d", cluster, s), provider)
			}
		}
		began := time.Now()
		facts, err := Read(t.Context(), w.clients(), Options{})
		if err != nil {
			t.Fatal(err)
		}
		took := time.Since(began)
		if len(facts.Services) != 300 || facts.OnDemand != 700 || len(facts.Unread) != 0 {
			t.Errorf("%d services, %d on demand, unread %v", len(facts.Services), facts.OnDemand, facts.Unread)
		}
		for _, s := range facts.Services {
			if s.TaskDefinition == nil || len(s.TargetGroups) != 1 || len(s.Subnets) != 2 || len(s.Unread) > 0 {
				t.Fatalf("%s is incomplete: %v", s.Name(), s.Unread)
			}
		}
		if w.total() > 800 {
			t.Errorf("%d calls", w.total())
		}
		t.Logf("%d calls in %.1f s", w.total(), took.Seconds())
		w.checkBuckets(t)
	})
}

// checkBuckets replays the calls against the documented token buckets.
func (w *fakeAWS) checkBuckets(t *testing.T) {
	t.Helper()
	for _, bucket := range []struct {
		name          string
		burst, refill float64
		actions       []string
	}{
		{"clusters", 50, 20, []string{"ecs:ListClusters", "ecs:DescribeClusters"}},
		{"services", 100, 20, []string{"ecs:ListServices", "ecs:DescribeServices"}},
		{"task definitions", 50, 20, []string{"ecs:DescribeTaskDefinition"}},
		{"tasks", 100, 20, []string{"ecs:ListTasks", "ecs:DescribeTasks"}},
		{"load balancing", 40, 10, []string{"elasticloadbalancing:DescribeTargetGroups", "elasticloadbalancing:DescribeTargetGroupAttributes"}},
	} {
		var calls []time.Time
		for _, action := range bucket.actions {
			calls = append(calls, w.calls[action]...)
		}
		if len(calls) == 0 {
			continue
		}
		least := minimumTokens(calls, bucket.burst, bucket.refill)
		if least < 0 {
			t.Errorf("%s: overdrawn by %.0f of %d calls", bucket.name, -least, len(calls))
		}
	}
}

// minimumTokens returns the minimum number of tokens in the bucket.
func minimumTokens(calls []time.Time, burst, refill float64) float64 {
	slices.SortFunc(calls, time.Time.Compare)
	tokens, least, last := burst, burst, calls[0]
	for _, at := range calls {
		tokens = min(burst, tokens+at.Sub(last).Seconds()*refill) - 1
		least, last = min(least, tokens), at
	}
	return least
}
