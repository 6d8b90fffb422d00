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

// The demo explains a row that seems out of order: an invocation that lost the claim decided seconds later.
func TestLateDecisionIsExplained(t *testing.T) {
	for _, test := range []struct {
		decision demoDecision
		want     string
	}{
		{demoDecision{AfterMS: 3770, LastStatus: "RUNNING"}, " (waited for the first)"},
		{demoDecision{AfterMS: 490, LastStatus: "RUNNING"}, ""},
		{demoDecision{AfterMS: 3770, LastStatus: "STOPPING"}, ""},
	} {
		if got := test.decision.remark(); got != test.want {
			t.Errorf("%+v: %q, want %q", test.decision, got, test.want)
		}
	}
}
