package handler

import (
	"bytes"
	"encoding/json"
)

// Record is the log record of one event's outcome. The function writes one for
// every event, as a JSON object on one line. Problems along the way are logged
// separately, with the same fields but without a Reason.
type Record struct {
	Timestamp Time   `json:"timestamp"` // when it was written
	Level     string `json:"level"`     // DEBUG, INFO, WARNING or ERROR
	Message   string `json:"message"`   // MessageRedeployed, or what was done instead
	Function  string `json:"function"`  // where in the source it was written
	Line      int    `json:"line"`

	RequestID        string `json:"request_id,omitempty"` // Lambda's
	Cluster          string `json:"cluster,omitempty"`    // the ARN
	Service          string `json:"service,omitempty"`    // the name
	TaskARN          string `json:"task_arn,omitempty"`
	EventID          string `json:"event_id,omitempty"` // EventBridge's
	EventTime        Time   `json:"event_time,omitzero"`
	AvailabilityZone string `json:"availability_zone,omitempty"`

	Action            Action `json:"action,omitempty"`
	Reason            Reason `json:"reason,omitempty"`
	Mode              Mode   `json:"mode,omitempty"`               // the effective one, after the service's tag
	DeploymentID      string `json:"deployment_id,omitempty"`      // the deployment of the interrupted task
	DeploymentBefore  string `json:"deployment_before,omitempty"`  // the primary one, as last described
	DeploymentAfter   string `json:"deployment_after,omitempty"`   // the one that was forced
	ServiceDeployment string `json:"service_deployment,omitempty"` // the ARN of the service deployment that this started
	Applied           bool   `json:"applied"`                      // a new deployment was forced
	DryRun            bool   `json:"dry_run"`                      // the function was asked to change nothing
	Simulated         bool   `json:"simulated,omitempty"`          // the interruption was simulated
	NotChecked        string `json:"not_checked,omitempty"`        // the information that the decision was made without
	DecisionMS        *int64 `json:"decision_ms,omitempty"`        // milliseconds from the event to the decision
	ECSResponseMS     *int64 `json:"ecs_answer_ms,omitempty"`      // milliseconds from the event to the response of UpdateService
	Error             string `json:"error,omitempty"`
	ErrorType         string `json:"error_type,omitempty"` // AWS's error code, or a name in the same style

	*Metrics // nil if the record is not a metric
}

// ParseRecord parses a line of the function's log. It reports whether the line
// is a Record: records of problems along the way and lines of Lambda are not.
func ParseRecord(line []byte) (Record, bool) {
	var r Record
	if json.Unmarshal(line, &r) != nil || !r.isOutcome() {
		return Record{}, false
	}
	return r, true
}

// isOutcome reports whether the action and the reason are those of an outcome. Reasons of a later version are accepted.
func (r Record) isOutcome() bool {
	switch r.Action {
	case ActionSkip, ActionFail:
		return r.Reason != "" && r.Reason != ReasonRedeploy
	case ActionRedeploy:
		return r.Reason == ReasonRedeploy
	}
	return false
}

// line returns the record as a line of JSON.
func (r Record) line() []byte {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(r) // strings and numbers can always be encoded
	return out.Bytes()
}
