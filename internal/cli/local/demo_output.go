package local

import (
	"encoding/json"
	"time"

	"github.com/spothandler/spothandler/internal/handler"
)

// demoOutput is the JSON output of demo, with those of the commands that it ran.
type demoOutput struct {
	Services     []demoServiceOutput `json:"services"`
	Install      json.RawMessage     `json:"install"`
	Status       json.RawMessage     `json:"status"`
	Interruption demoInterruption    `json:"interruption"`
	Logs         []json.RawMessage   `json:"logs"`
	Reinstall    json.RawMessage     `json:"reinstall"`
	Uninstall    json.RawMessage     `json:"uninstall"`
	Seconds      float64             `json:"seconds"` // how long the demo took
}

type demoServiceOutput struct {
	Cluster    string `json:"cluster"`
	Service    string `json:"service"`
	Desired    int32  `json:"desired"`
	Running    int32  `json:"running"`
	Deployment string `json:"deployment"`
}

type demoInterruption struct {
	Cluster          string         `json:"cluster"`
	Service          string         `json:"service"`
	Tasks            []string       `json:"tasks"`     // ARNs of those that were interrupted
	Decisions        []demoDecision `json:"decisions"` // one for each event
	DeploymentBefore string         `json:"deployment_before"`
	DeploymentAfter  string         `json:"deployment_after"`
}

type demoDecision struct {
	AfterMS    int64          `json:"after_ms"` // milliseconds since the interruption
	TaskARN    string         `json:"task_arn"`
	LastStatus string         `json:"last_status"` // of the task, in the event
	Reason     handler.Reason `json:"reason"`
	Applied    bool           `json:"applied"`
}

// remark explains why a decision about a task that was still running comes after those about later events: the invocation
// lost the claim, and decided again two to six seconds later.
func (d demoDecision) remark() string {
	if d.LastStatus == "RUNNING" && !d.Applied && d.AfterMS >= 2000 {
		return " (waited for the first)"
	}
	return ""
}

// shownDecisions returns the function's decisions since the interruption began.
func (t *demoRun) shownDecisions(decisions []handler.Record, began time.Time) []demoDecision {
	statuses := t.eventStatuses()
	shown := make([]demoDecision, 0, len(decisions))
	for _, d := range decisions {
		after := max(0, d.Timestamp.Sub(began).Milliseconds())
		shown = append(shown, demoDecision{after, d.TaskARN, statuses[d.EventID], d.Reason, d.Applied})
	}
	return shown
}
