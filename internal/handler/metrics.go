package handler

import "log/slog"

// MetricsNamespace is the CloudWatch namespace of the handler's metrics.
const MetricsNamespace = "SpotHandler"

// metrics are the fields that make a record CloudWatch Embedded Metric Format:
// CloudWatch takes the metrics out of the log
// (https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html).
func (v *invocation) metrics() []any {
	names := []emfMetric{{"Interruptions", "Count"}, {"Redeployments", "Count"}, {"Skipped", "Count"}, {"Failures", "Count"}}
	applied := !v.updatedAt.IsZero()
	attrs := []any{
		slog.String("Cluster", clusterName(v.event.ClusterARN)),
		slog.String("Service", v.event.Service),
		slog.Int("Interruptions", count(v.event.isFirstNotice())),
		slog.Int("Redeployments", count(applied)),
		slog.Int("Skipped", count(!applied && v.decision.Action != ActionFail)),
		slog.Int("Failures", count(v.decision.Action == ActionFail)),
	}
	if applied && !v.event.EventTime.IsZero() {
		names = append(names, emfMetric{"ReactionTime", "Milliseconds"})
		attrs = append(attrs, slog.Int64("ReactionTime", v.sinceEvent(v.updatedAt)))
	}
	return append(attrs, slog.Any("_aws", emf{
		Timestamp: v.received.UnixMilli(),
		CloudWatchMetrics: []emfDirective{{
			Namespace:  MetricsNamespace,
			Dimensions: [][]string{{"Cluster", "Service"}, {}},
			Metrics:    names,
		}},
	}))
}

// isFirstNotice tells whether the event is the first of its interruption; the
// task's way to STOPPED brings more of them.
func (in *Interruption) isFirstNotice() bool {
	switch in.LastStatus {
	case "DEACTIVATING", "STOPPING", "DEPROVISIONING", "STOPPED":
		return false
	}
	return true
}

func count(yes bool) int {
	if yes {
		return 1
	}
	return 0
}

type emf struct {
	Timestamp         int64
	CloudWatchMetrics []emfDirective
}

type emfDirective struct {
	Namespace  string
	Dimensions [][]string
	Metrics    []emfMetric
}

type emfMetric struct{ Name, Unit string }
