package handler

import (
	"sync"
	"time"
)

// rememberFor is how long a replaced deployment is remembered: as long as
// events of one interruption keep arriving.
const rememberFor = 120 * time.Second

// memory holds the deployments that this process knows to be replaced, so that
// the many events of one interruption cost no further calls to ECS.
type memory struct {
	mu       sync.Mutex
	replaced map[deploymentKey]time.Time
}

// deploymentKey identifies a deployment.
type deploymentKey struct{ cluster, service, id string }

func (m *memory) remember(key deploymentKey, now time.Time) {
	if key.id == "" {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.replaced == nil {
		m.replaced = make(map[deploymentKey]time.Time)
	}
	for k, at := range m.replaced {
		if now.Sub(at) > rememberFor {
			delete(m.replaced, k)
		}
	}
	m.replaced[key] = now
}

func (m *memory) remembers(key deploymentKey, now time.Time) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	at, found := m.replaced[key]
	return found && now.Sub(at) <= rememberFor
}
