package local

import (
	"testing"
	"time"
)

// The demo interrupts at a whole second, since the time of an event has no fraction, and logs counts from it.
func TestNextSecond(t *testing.T) {
	second := time.Date(2026, 11, 26, 4, 48, 49, 0, time.UTC)
	for _, at := range []time.Time{second, second.Add(1), second.Add(999 * time.Millisecond)} {
		if got, want := nextSecond(at), second.Add(time.Second); !got.Equal(want) {
			t.Errorf("%s: %s, want %s", at, got, want)
		}
	}
}
