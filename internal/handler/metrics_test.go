package handler

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"testing"

	"github.com/spothandler/spothandler/internal/handler/handlertest"
)

// The record of an invocation contains its metrics.
func TestMetrics(t *testing.T) {
	cases := []struct {
		name   string
		fault  handlertest.Fault
		change map[string]any
		want   map[string]float64
	}{
		{"redeployed", handlertest.Fault{}, nil, map[string]float64{"Interruptions": 1, "Redeployments": 1, "Skipped": 0, "Failures": 0, "ReactionTime": 60}},
		{"skipped", handlertest.Fault{}, map[string]any{"lastStatus": "STOPPING", "startedBy": "ecs-svc/1"}, map[string]float64{"Interruptions": 0, "Redeployments": 0, "Skipped": 1, "Failures": 0}},
		{"failed", handlertest.Denied(), nil, map[string]float64{"Interruptions": 1, "Redeployments": 0, "Skipped": 0, "Failures": 1}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			withFixture(t, Config{Metrics: true, LogLevel: slog.LevelError}, func(w *fixture) {
				if c.fault.Code != "" {
					w.Fail("UpdateService", 1, c.fault)
				}
				_, _ = w.handle(w.handler, event(c.change))
				got := w.summary()
				if got["Cluster"] != "shop" || got["Service"] != "api" {
					t.Errorf("dimensions %v, %v, want shop, api", got["Cluster"], got["Service"])
				}
				units := declared(t, got, "[[Cluster Service] []]")
				for name, value := range c.want {
					if got[name] != value || units[name] == "" {
						t.Errorf("%s is %v %s, want %v", name, got[name], units[name], value)
					}
				}
				if len(units) != len(c.want) {
					t.Errorf("declared %v, want %v", units, c.want)
				}
			})
		})
	}
}

// declared returns the units of the metrics that a record declares with the
// given dimensions.
func declared(t *testing.T, record map[string]any, dimensions string) map[string]string {
	t.Helper()
	var declaration Definition
	raw, _ := json.Marshal(record["_aws"])
	if err := json.Unmarshal(raw, &declaration); err != nil || len(declaration.CloudWatchMetrics) != 1 {
		t.Fatalf("declared %s, %v", raw, err)
	}
	if declaration.Timestamp != 946684800000 {
		t.Errorf("timestamp %v, want milliseconds since 1970", declaration.Timestamp)
	}
	directive := declaration.CloudWatchMetrics[0]
	if directive.Namespace != MetricsNamespace || fmt.Sprint(directive.Dimensions) != dimensions {
		t.Errorf("declared %s, want dimensions %s in %s", raw, dimensions, MetricsNamespace)
	}
	units := map[string]string{}
	for _, metric := range directive.Metrics {
		units[metric.Name] = metric.Unit
	}
	return units
}

// Events that are no interruption, or of no service of this installation, are
// not counted.
func TestMetricsAreOfInterruptedServices(t *testing.T) {
	for reason, change := range map[Reason]map[string]any{
		ReasonNotAServiceTask:   {"group": "family:x"},
		ReasonOtherAccount:      {"clusterArn": "arn:aws:ecs:eu-west-1:444455556666:cluster/shop"},
		ReasonNotAnInterruption: {"stopCode": "UserInitiated", "stoppedReason": "Scaling"},
	} {
		t.Run(string(reason), func(t *testing.T) {
			withFixture(t, Config{Metrics: true, Account: testAccount}, func(w *fixture) {
				w.mustDecide(reason, event(change))
				if metrics := w.summary()["_aws"]; metrics != nil {
					t.Errorf("metrics %v", metrics)
				}
			})
		})
	}
}

// An event without a time has no reaction time.
func TestMetricsWithoutATime(t *testing.T) {
	withFixture(t, Config{Metrics: true}, func(w *fixture) {
		w.mustDecide(ReasonRedeploy, bytes.Replace(event(), []byte(`"time":`), []byte(`"then":`), 1))
		got := w.summary()
		if declared(t, got, "[[Cluster Service] []]")["ReactionTime"] != "" || got["ReactionTime"] != nil || got["Redeployments"] != 1.0 {
			t.Errorf("got %v, want a redeployment and no reaction time", got)
		}
	})
}

// The later events of an interruption are not counted again.
func TestFirstNotice(t *testing.T) {
	for status, want := range map[string]bool{
		"": true, "PROVISIONING": true, "PENDING": true, "ACTIVATING": true, "RUNNING": true,
		"DEACTIVATING": false, "STOPPING": false, "DEPROVISIONING": false, "STOPPED": false,
	} {
		if got := (&Interruption{LastStatus: status}).isFirstNotice(); got != want {
			t.Errorf("%q: got %t", status, got)
		}
	}
}

// Every other name would be a new custom metric: a service that ECS does not
// know, or was not asked about, is counted without its name.
func TestMetricsNameOnlyKnownServices(t *testing.T) {
	cases := []struct {
		name   string
		fault  string // of DescribeServices
		change map[string]any
	}{
		{"too late", "", map[string]any{"lastStatus": "STOPPED"}},
		{"no such service", "", map[string]any{"group": "service:made-up"}},
		{"no such cluster", "ClusterNotFoundException", nil},
		{"ECS denies", "AccessDeniedException", nil},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			withFixture(t, Config{Metrics: true}, func(w *fixture) {
				if c.fault != "" {
					w.Fail("DescribeServices", 1, handlertest.Fault{Code: c.fault})
				}
				_, _ = w.handle(w.handler, event(c.change))
				got := w.summary()
				if units := declared(t, got, "[[]]"); got["Cluster"] != nil || got["Service"] != nil || units["Skipped"] == "" {
					t.Errorf("got %v, want the metrics without the service", got)
				}
			})
		})
	}
}

// A service that this process remembers is known.
func TestMetricsNameRememberedServices(t *testing.T) {
	withFixture(t, Config{Metrics: true}, func(w *fixture) {
		w.mustDecide(ReasonRedeploy, event())
		calls := len(w.Calls(""))
		w.mustDecide(ReasonAlreadyRedeployed, event())
		if got := w.summary(); got["Service"] != "api" || len(w.Calls("")) != calls {
			t.Errorf("got %v after %d calls", got, len(w.Calls(""))-calls)
		}
	})
}

// A service without a primary deployment is known; one that is deleted
// meanwhile is not.
func TestMetricsNameServicesByLastDescription(t *testing.T) {
	withFixture(t, Config{Metrics: true}, func(w *fixture) {
		service := steadyService()
		service.Deployments[0].Status = "ACTIVE"
		w.Put(service)
		w.mustDecide(ReasonNoPrimary, event())
		if got := w.summary(); got["Service"] != "api" {
			t.Errorf("got %v, want the service", got)
		}
		w.Put(steadyService())
		w.Fail("UpdateService", 1, handlertest.Fault{Code: "ServiceNotFoundException"})
		w.mustDecide(ReasonServiceMissing, event())
		if got := w.summary(); got["Service"] != nil {
			t.Errorf("got %v, want no service", got)
		}
	})
}
