package handler

import (
	"fmt"
	"testing"

	"github.com/spothandler/spothandler/internal/handler/handlertest"
)

const isoCluster = "arn:aws-iso:ecs:us-iso-east-1:111122223333:cluster/shop"

// If the partition does not support tags the service is described without them,
// and the record says so.
func TestTagsUnsupportedInPartition(t *testing.T) {
	for _, code := range []string{"UnsupportedFeatureException", "InvalidParameterException", "ValidationException"} {
		t.Run(code, func(t *testing.T) {
			withFixture(t, Config{}, func(w *fixture) {
				service := steadyService()
				service.Cluster = isoCluster
				w.Put(service)
				w.Fail("DescribeServices", 1, handlertest.Fault{Code: code})
				w.mustDecide(ReasonRedeploy, event(map[string]any{"clusterArn": isoCluster}))
				calls := w.Calls("DescribeServices")
				if len(calls) != 2 || fmt.Sprint(calls[1].Input["include"]) != "<nil>" {
					t.Errorf("called %v, want a second call without the tags", calls)
				}
				if got := w.summary(); got["not_checked"] != "the service's tags: ECS does not return them in this partition" {
					t.Errorf("logged %v", got)
				}
				w.mustCount("UpdateService", 1)
			})
		})
	}
}

// Any other refusal is an error: the tag may turn the function off.
func TestTagsDenied(t *testing.T) {
	cases := []struct {
		name, cluster string
		fault         handlertest.Fault
		times         int
	}{
		{"denied", isoCluster, handlertest.Denied(), 1},
		{"in the partition that has tags", testCluster, handlertest.Fault{Code: "UnsupportedFeatureException"}, 1},
		{"for another reason, as the second call shows", isoCluster, handlertest.Fault{Code: "InvalidParameterException"}, 2},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			withFixture(t, Config{}, func(w *fixture) {
				service := steadyService()
				service.Cluster = c.cluster
				w.Put(service)
				w.Fail("DescribeServices", c.times, c.fault)
				response, _ := w.handle(w.handler, event(map[string]any{"clusterArn": c.cluster}))
				if response.Reason != ReasonFailed || w.Tries("DescribeServices") != c.times {
					t.Errorf("got %+v after %d calls, want a failure after %d", response, w.Tries("DescribeServices"), c.times)
				}
				if got := w.summary(); got["not_checked"] != nil {
					t.Errorf("logged %v", got)
				}
				w.mustCount("UpdateService", 0)
			})
		})
	}
}
