package handler

import (
	"testing"
	"time"
)

func TestMemory(t *testing.T) {
	var m memory
	start := time.Date(2026, 11, 23, 2, 14, 7, 0, time.UTC)
	api, web := deploymentKey{testCluster, "api", testDeployment}, deploymentKey{testCluster, "web", testDeployment}
	m.remember(api, start)
	for _, test := range []struct {
		name  string
		key   deploymentKey
		after time.Duration
		want  bool
	}{
		{"at once", api, 0, true},
		{"for two minutes", api, 2 * time.Minute, true},
		{"no longer", api, 2*time.Minute + 1, false},
		{"another service", web, 0, false},
		{"another cluster", deploymentKey{testCluster + "2", "api", testDeployment}, 0, false},
	} {
		if got := m.remembers(test.key, start.Add(test.after)); got != test.want {
			t.Errorf("%s: got %t", test.name, got)
		}
	}
}

// An unknown deployment is not remembered: its empty ID would match every one.
func TestMemoryIgnoresUnknownDeployment(t *testing.T) {
	var m memory
	unknown := deploymentKey{testCluster, "api", ""}
	m.remember(unknown, time.Now())
	if m.remembers(unknown, time.Now()) {
		t.Error("the unknown deployment is remembered")
	}
}

// Old entries are removed.
func TestMemoryForgets(t *testing.T) {
	var m memory
	start := time.Now()
	for i := range 10 {
		m.remember(deploymentKey{testCluster, "api", string(rune('a' + i))}, start.Add(time.Duration(i)*time.Minute))
	}
	if got := len(m.replaced); got != 3 {
		t.Errorf("%d deployments are remembered, want those of the last two minutes", got)
	}
}
