package sandbox

import "testing"

// A function that panics responds, and its process exits. However late this is noticed, the response counts.
func TestResponseBeforeExit(t *testing.T) {
	for range 100 {
		p := &process{api: newRuntimeAPI(), exited: make(chan struct{})}
		p.api.done <- Outcome{Status: "error"}
		close(p.exited)
		if got, failed := await(t.Context(), p, Event{}, p.api.done); failed != nil || got.Status != "error" {
			t.Fatalf("%+v %+v", got, failed)
		}
	}
}
