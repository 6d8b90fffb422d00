package handler

import (
	"context"
	"log/slog"
	"runtime"
	"time"
)

// summarize writes the one record of an invocation's outcome. It is written at
// any log level where it is the metrics, and where somebody waits for it: after a
// simulated interruption.
func (v *invocation) summarize(ctx context.Context, err error) {
	attrs := present(
		slog.String("action", string(v.decision.Action)),
		slog.String("reason", string(v.decision.Reason)),
		slog.String("mode", string(v.decision.Mode)),
		slog.String("deployment_id", v.deployment()),
		slog.String("deployment_before", v.before),
		slog.String("deployment_after", v.after),
	)
	attrs = append(attrs, slog.Bool("applied", !v.updatedAt.IsZero()), slog.Bool("dry_run", v.dryRun))
	attrs = append(attrs, v.delays()...)
	if v.event.isSimulated() {
		attrs = append(attrs, slog.Bool("simulated", true))
	}
	if err != nil {
		attrs = append(attrs, slog.String("error", err.Error()), slog.String("error_type", errorType(err)))
	}
	metrics := v.config.Metrics && v.event.saysSpot() && v.event.namesService() && !v.dryRun
	if metrics {
		attrs = append(attrs, v.metrics()...)
	}
	if !metrics && !v.event.isSimulated() && !v.log.Enabled(ctx, v.decision.Level) {
		return
	}
	var pcs [1]uintptr
	runtime.Callers(1, pcs[:])
	record := slog.NewRecord(time.Now(), v.decision.Level, v.headline(), pcs[0])
	record.Add(attrs...)
	_ = v.log.Handler().Handle(ctx, record) // there is nowhere else to tell it
}

// delays returns the times since the event, where the event says when it was.
func (v *invocation) delays() (attrs []any) {
	if v.event.EventTime.IsZero() {
		return nil
	}
	attrs = append(attrs, slog.Int64("decision_ms", v.sinceEvent(v.decidedAt)))
	if !v.updatedAt.IsZero() {
		attrs = append(attrs, slog.Int64("ecs_answer_ms", v.sinceEvent(v.updatedAt)))
	}
	return attrs
}

// headline is the summary's message.
func (v *invocation) headline() string {
	switch {
	case !v.updatedAt.IsZero():
		return MessageRedeployed
	case v.decision.Action == ActionFail:
		return "Service redeployment failed"
	case v.decision.Action == ActionSkip:
		return "Service redeployment skipped: " + v.decision.Message
	case v.dryRun:
		return "Service redeployment left out: dry run"
	}
	return "Service redeployment left out: mode observe"
}

// deployment is the deployment that the event is about, as far as it is known.
func (v *invocation) deployment() string {
	if v.event.StartedBy != "" {
		return v.event.StartedBy
	}
	return v.before
}

func (v *invocation) sinceEvent(t time.Time) int64 {
	return t.Sub(v.event.EventTime).Milliseconds()
}
