package local

import (
	"maps"

	"github.com/spothandler/spothandler/internal/localaws"
)

// The service whose tasks the demo interrupts.
const (
	demoCluster = "shop"
	demoService = "api"
)

// Services returns the services of a local AWS without a seed file: those of the demo and some more, with typical findings of
// doctor.
func Services() []localaws.Service {
	// Settings and a container about which doctor finds nothing, apart from what is changed.
	careful := func(changed map[string]any) map[string]any {
		settings := map[string]any{
			"availabilityZoneRebalancing": "ENABLED", "healthCheckGracePeriodSeconds": 60,
			"deploymentConfiguration": map[string]any{
				"maximumPercent": 200, "minimumHealthyPercent": 100, "deploymentCircuitBreaker": map[string]any{"enable": true, "rollback": true},
			},
		}
		maps.Copy(settings, changed)
		return settings
	}
	pinned := func(changed map[string]any) map[string]any {
		container := map[string]any{
			"image":       "registry.example/app@sha256:0f5d4b1c7a3e9862d4b1c7a3e98620f5d4b1c7a3e98620f5d4b1c7a3e9862a11",
			"stopTimeout": 120, "entryPoint": []string{"/app"},
		}
		maps.Copy(container, changed)
		return container
	}
	return []localaws.Service{
		{Cluster: demoCluster, Name: demoService, Desired: 4, Drain: 300, OnDemand: 1, LeastTasks: 2, Container: pinned(nil), Settings: careful(nil)},
		{Cluster: demoCluster, Name: "worker", Desired: 2, LeastTasks: 1, Container: pinned(map[string]any{"stopTimeout": 10}), Settings: careful(map[string]any{"availabilityZoneRebalancing": "DISABLED"})},
		{Cluster: demoCluster, Name: "index", Desired: 3, OnDemand: 1, Container: pinned(nil), Settings: careful(map[string]any{
			"deploymentConfiguration": map[string]any{"maximumPercent": 125, "minimumHealthyPercent": 100, "deploymentCircuitBreaker": map[string]any{"enable": true, "rollback": false}},
		})},
		{Cluster: demoCluster, Name: "mailer", Desired: 1, Container: pinned(nil), Settings: careful(nil)},
		{Cluster: demoCluster, Name: "web", Desired: 2, OnDemand: 1, Drain: 60, LeastTasks: 2, Container: pinned(nil), Settings: careful(nil)},
		{Cluster: "batch", Name: "etl", Desired: 2, OnDemand: 1, Controller: "CODE_DEPLOY", Container: pinned(nil), Settings: careful(nil)},
		{Cluster: "batch", Name: "report", Desired: 1, Standalone: true},
		{Cluster: "batch", Name: "search", Desired: 3, OnDemand: 1, Container: pinned(nil), Settings: careful(nil), Tags: map[string]string{"spothandler": "off"}},
	}
}

// DemoServices returns the services of the demo.
func DemoServices() []localaws.Service {
	return []localaws.Service{
		{Cluster: demoCluster, Name: demoService, Desired: 4},
		{Cluster: demoCluster, Name: "worker", Desired: 2},
		{Cluster: demoCluster, Name: "index", Desired: 3},
	}
}
