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

// A deployment that nobody knows is not remembered: it would be every one.
func TestMemoryOfNothing(t *testing.T) {
	var m memory
	unknown := deploymentKey{testCluster, "api", ""}
	m.remember(unknown, time.Now())
	if m.remembers(unknown, time.Now()) {
		t.Error("the unknown deployment is remembered")
	}
}

// What is too old makes room.
func TestMemoryStaysSmall(t *testing.T) {
	var m memory
	start := time.Now()
	for i := range 10 {
		m.remember(deploymentKey{testCluster, "api", string(rune('a' + i))}, start.Add(time.Duration(i)*time.Minute))
	}
	if got := len(m.replaced); got != 3 {
		t.Errorf("%d deployments are remembered, want those of the last two minutes", got)
	}
}
