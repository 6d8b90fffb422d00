package handler

import (
	"context"
	"runtime"
	"time"
)

// summarize writes the one record of an event's outcome. The log level does not
// suppress it if it carries the metrics or belongs to a simulated interruption,
// for which the CLI waits.
func (v *invocation) summarize(ctx context.Context, err error) {
	r := v.record(err)
	if r.Metrics == nil && !r.Simulated && !v.log.Enabled(ctx, v.decision.Level) {
		return
	}
	var pcs [1]uintptr
	runtime.Callers(1, pcs[:])
	r.Function, r.Line = sourceOf(pcs[0])
	_, _ = v.out.Write(r.line()) // a failure to log cannot be reported anywhere
}

// record returns the record of the outcome; err is the invocation's error.
func (v *invocation) record(err error) Record {
	r := Record{
		Timestamp:         Time{time.Now()},
		Level:             levelName(v.decision.Level),
		Message:           v.headline(),
		RequestID:         v.requestID,
		Cluster:           v.event.ClusterARN,
		Service:           v.event.Service,
		TaskARN:           v.event.TaskARN,
		EventID:           v.event.EventID,
		EventTime:         Time{v.event.EventTime},
		AvailabilityZone:  v.event.AvailabilityZone,
		Action:            v.decision.Action,
		Reason:            v.decision.Reason,
		Mode:              v.decision.Mode,
		DeploymentID:      v.deployment(),
		DeploymentBefore:  v.before,
		DeploymentAfter:   v.after,
		ServiceDeployment: v.serviceDeployment,
		Applied:           !v.updatedAt.IsZero(),
		DryRun:            v.dryRun,
		Simulated:         v.event.isSimulated(),
		NotChecked:        v.notChecked,
		DecisionMS:        v.sinceEvent(v.decidedAt),
		ECSResponseMS:     v.sinceEvent(v.updatedAt),
		Metrics:           v.metrics(),
	}
	if err != nil {
		r.Error, r.ErrorType = err.Error(), errorType(err)
	}
	return r
}

// headline returns the message of the record.
func (v *invocation) headline() string {
	switch {
	case !v.updatedAt.IsZero():
		return MessageRedeployed
	case v.decision.Action == ActionFail:
		return "Service redeployment failed"
	case v.decision.Action == ActionSkip:
		return MessageSkipped + v.decision.Message
	case v.dryRun:
		return "Service redeployment not performed: dry run"
	}
	return "Service redeployment not performed: mode observe"
}

// deployment returns the deployment that the event concerns, as far as it is
// known.
func (v *invocation) deployment() string {
	if v.event.StartedBy != "" {
		return v.event.StartedBy
	}
	return v.before
}
