package handler

import (
	"testing"
	"time"
)

// Explain ends where Decide does: only the last row can apply, and it has
// Decide's reason and message.
func TestExplainEndsWhereDecideDoes(t *testing.T) {
	now := time.Now()
	notice := Parse(InterruptionEvent(runningTask(), now).JSON())
	other := notice
	other.StopCode, other.StoppedReason = "UserInitiated", "Scaling"
	gone := notice
	gone.LastStatus = "STOPPED"
	for _, c := range []struct {
		name      string
		situation Situation
	}{
		{"a notice", Situation{Event: notice, Now: now}},
		{"no interruption", Situation{Event: other, Now: now}},
		{"a task that is gone", Situation{Event: gone, Now: now}},
		{"a task that is gone, in mode always", Situation{Event: gone, Now: now, Mode: ModeAlways}},
		{"a service that is gone", Situation{Event: notice, Now: now, Service: &Service{Missing: true}}},
		{"a service with an unknown tag value", Situation{Event: notice, Now: now, Service: &Service{Status: "ACTIVE", Tag: "later"}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			decision, rows := Decide(c.situation), Explain(c.situation)
			last := rows[len(rows)-1]
			for _, row := range rows[:len(rows)-1] {
				if row.Holds {
					t.Errorf("%s holds, and more rows were evaluated", row.Reason)
				}
			}
			if decided := decision.Action == ActionSkip || decision.Action == ActionFail; last.Holds != decided {
				t.Errorf("the last row, %s, holds: %t; decided was %s", last.Reason, last.Holds, decision.Action)
			}
			if last.Holds && (last.Reason != decision.Reason || last.Text != decision.Message) {
				t.Errorf("explained %s (%s), decided %s (%s)", last.Reason, last.Text, decision.Reason, decision.Message)
			}
		})
	}
}
