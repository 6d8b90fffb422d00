package handler

import (
	"encoding/json"
	"strings"
	"time"
)

// What ECS says when it reclaims Spot capacity. Both stop codes are in the SDK's
// enumeration; the documentation has shown either for Fargate Spot
// (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-capacity-providers.html).
const (
	// StopCodeSpotInterruption is the stop code ECS sends today.
	StopCodeSpotInterruption = "SpotInterruption"
	// StopCodeTerminationNotice is the stop code ECS sent formerly.
	StopCodeTerminationNotice = "TerminationNotice"
	// StoppedReasonPrefix begins the stopped reason of an interrupted task,
	// whatever its stop code.
	StoppedReasonPrefix = "Your Spot Task was interrupted"
)

// The envelope of the events that concern us.
const (
	// EventSource is the EventBridge source of ECS.
	EventSource = "aws.ecs"
	// EventDetailType is the detail type of the events that ECS sends when a
	// task changes state.
	EventDetailType = "ECS Task State Change"
)

// Interruption is what one "ECS Task State Change" event says. A field that
// the event lacks, or has with another type, is empty.
type Interruption struct {
	EventID    string
	EventTime  time.Time // one-second resolution; zero where unknown
	Source     string
	DetailType string

	ClusterARN        string
	Service           string // "" unless the task belongs to a service
	TaskARN           string
	TaskDefinitionARN string
	StopCode          string
	StoppedReason     string
	StartedBy         string // for a service's task: the id of its deployment
	LastStatus        string
	CapacityProvider  string
	LaunchType        string
	AvailabilityZone  string
	Version           int64 // grows with each change of the task; duplicates share it
}

// Parse reads an EventBridge event. It never fails: bytes that are no event
// give an Interruption without contents, which the gate refuses.
func Parse(event []byte) Interruption {
	envelope := parseObject(event)
	detail := parseObject(envelope["detail"])
	in := Interruption{
		EventID:           envelope.text("id"),
		EventTime:         envelope.time("time"),
		Source:            envelope.text("source"),
		DetailType:        envelope.text("detail-type"),
		ClusterARN:        detail.text("clusterArn"),
		Service:           serviceOf(detail.text("group")),
		TaskARN:           detail.text("taskArn"),
		TaskDefinitionARN: detail.text("taskDefinitionArn"),
		StopCode:          detail.text("stopCode"),
		StoppedReason:     detail.text("stoppedReason"),
		StartedBy:         detail.text("startedBy"),
		LastStatus:        detail.text("lastStatus"),
		CapacityProvider:  detail.text("capacityProviderName"),
		LaunchType:        detail.text("launchType"),
		AvailabilityZone:  detail.text("availabilityZone"),
		Version:           detail.number("version"),
	}
	if in.ClusterARN == "" {
		in.ClusterARN = clusterOf(in.TaskARN)
	}
	return in
}

// saysSpot tells whether the event is about a task whose Spot capacity AWS
// takes back.
func (in *Interruption) saysSpot() bool {
	return in.Source == EventSource && in.DetailType == EventDetailType &&
		(in.StopCode == StopCodeSpotInterruption ||
			in.StopCode == StopCodeTerminationNotice ||
			strings.HasPrefix(in.StoppedReason, StoppedReasonPrefix))
}

// deniesFargateSpot tells whether the event says that the task ran elsewhere.
// TerminationNotice may also come from EC2 Spot.
func (in *Interruption) deniesFargateSpot() bool {
	return in.CapacityProvider != "" && in.CapacityProvider != "FARGATE_SPOT" ||
		in.LaunchType != "" && in.LaunchType != "FARGATE"
}

// namesService tells whether there is a service to redeploy.
func (in *Interruption) namesService() bool {
	return in.Service != "" && in.ClusterARN != ""
}

// taskIsGone tells whether the task has run to its end already.
func (in *Interruption) taskIsGone() bool {
	return in.LastStatus == "DEPROVISIONING" || in.LastStatus == "STOPPED"
}

// serviceOf gives the service of a task's group, "" for any other group. Only
// the first colon separates.
func serviceOf(group string) string {
	if kind, name, found := strings.Cut(group, ":"); found && kind == "service" {
		return name
	}
	return ""
}

// clusterOf gives the cluster's ARN that a task ARN of the long form
// (...:task/<cluster>/<id>) contains, else "".
func clusterOf(taskARN string) string {
	head, tail, found := strings.Cut(taskARN, ":task/")
	cluster, _, long := strings.Cut(tail, "/")
	if !found || !long {
		return ""
	}
	return head + ":cluster/" + cluster
}

// clusterName is the last part of a cluster's ARN, or the name itself.
func clusterName(cluster string) string {
	return cluster[strings.LastIndexByte(cluster, '/')+1:]
}

// object is a JSON object of which nothing is expected: each accessor gives
// the zero value for what is missing, null or of another type.
type object map[string]json.RawMessage

func parseObject(raw []byte) object {
	var o object
	if json.Unmarshal(raw, &o) != nil {
		return nil
	}
	return o
}

func (o object) text(key string) string {
	var s string
	if json.Unmarshal(o[key], &s) != nil {
		return ""
	}
	return s
}

func (o object) number(key string) int64 {
	var n int64
	if json.Unmarshal(o[key], &n) != nil {
		return 0
	}
	return n
}

func (o object) time(key string) time.Time {
	t, err := time.Parse(time.RFC3339, o.text(key))
	if err != nil {
		return time.Time{}
	}
	return t
}
