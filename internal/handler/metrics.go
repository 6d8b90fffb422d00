package handler

// MetricsNamespace is the CloudWatch namespace of the handler's metrics.
const MetricsNamespace = "SpotHandler"

// Metrics are the fields that make a record CloudWatch Embedded Metric Format,
// from which CloudWatch extracts metrics
// (https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html).
type Metrics struct {
	Cluster       string     `json:"Cluster,omitempty"` // the name; "" where ECS does not know the service
	Service       string     `json:"Service,omitempty"`
	Interruptions int        `json:"Interruptions"` // 1 for the first event of an interruption
	Redeployments int        `json:"Redeployments"`
	Skipped       int        `json:"Skipped"`
	Failures      int        `json:"Failures"`
	ReactionTime  *int64     `json:"ReactionTime,omitempty"` // milliseconds from the event to ECS's response
	Definition    Definition `json:"_aws"`
}

// Definition declares which fields of a record are metrics.
type Definition struct {
	Timestamp         int64 // milliseconds since 1970
	CloudWatchMetrics []MetricDirective
}

// MetricDirective defines metrics for several sets of dimensions.
type MetricDirective struct {
	Namespace  string
	Dimensions [][]string
	Metrics    []MetricDefinition
}

// MetricDefinition names a metric and its unit.
type MetricDefinition struct{ Name, Unit string }

// metrics returns the metrics of the outcome, or nil if it is not counted. Only
// services that ECS knows are named, because anyone who can send events could
// invent any number of names, and CloudWatch charges for each.
func (v *invocation) metrics() *Metrics {
	if !v.isCounted() {
		return nil
	}
	applied := !v.updatedAt.IsZero()
	m := &Metrics{
		Interruptions: count(v.event.isFirstNotice()),
		Redeployments: count(applied),
		Skipped:       count(!applied && v.decision.Action != ActionFail),
		Failures:      count(v.decision.Action == ActionFail),
		ReactionTime:  v.sinceEvent(v.updatedAt),
	}
	directive := MetricDirective{
		Namespace:  MetricsNamespace,
		Dimensions: [][]string{{}},
		Metrics:    []MetricDefinition{{"Interruptions", "Count"}, {"Redeployments", "Count"}, {"Skipped", "Count"}, {"Failures", "Count"}},
	}
	if v.isKnown() {
		m.Cluster, m.Service = NameOf(v.event.ClusterARN), v.event.Service
		directive.Dimensions = [][]string{{"Cluster", "Service"}, {}}
	}
	if m.ReactionTime != nil {
		directive.Metrics = append(directive.Metrics, MetricDefinition{"ReactionTime", "Milliseconds"})
	}
	m.Definition = Definition{v.received.UnixMilli(), []MetricDirective{directive}}
	return m
}

// isCounted reports whether the event is an interruption that belongs to this
// installation.
func (v *invocation) isCounted() bool {
	switch v.decision.Reason {
	case ReasonOtherAccount, ReasonOtherRegion, ReasonReplayed:
		return false
	}
	return v.config.Metrics && v.event.saysSpot() && v.event.namesService() && !v.dryRun
}

// isKnown reports whether ECS has described the service to this invocation or
// to an earlier one that is remembered.
func (v *invocation) isKnown() bool {
	switch {
	case v.service != nil:
		return !v.service.Missing && !v.service.ClusterMissing
	case v.before != "":
		return true
	}
	return v.decision.Reason == ReasonAlreadyRedeployed
}

func count(yes bool) int {
	if yes {
		return 1
	}
	return 0
}
