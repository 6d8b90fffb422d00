package handler

import (
	"encoding/json"
	"strings"
	"time"
)

// The fields of an event that show that AWS reclaimed Spot capacity. Both stop
// codes are in the SDK's enumeration; the documentation has shown either for
// Fargate Spot
// (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-capacity-providers.html).
const (
	// StopCodeSpotInterruption is the stop code that ECS sends now.
	StopCodeSpotInterruption = "SpotInterruption"
	// StopCodeTerminationNotice is the stop code that ECS sent in the past.
	StopCodeTerminationNotice = "TerminationNotice"
	// StoppedReasonPrefix is the beginning of an interrupted task's stopped
	// reason, whatever its stop code.
	StoppedReasonPrefix = "Your Spot Task was interrupted"
)

// The envelope of the events that the function handles.
const (
	// EventSource is the EventBridge source of ECS.
	EventSource = "aws.ecs"
	// EventDetailType is the detail type of the events that ECS sends when a
	// task changes state.
	EventDetailType = "ECS Task State Change"
	// SimulateSource is both the source and the detail type of a simulated
	// interruption. EventBridge rejects events from customers whose source
	// begins with "aws.", and a detail type of ECS's could match unrelated
	// rules.
	SimulateSource = "spothandler.simulate"
)

// Interruption is the content of an "ECS Task State Change" event. A field that
// the event lacks, or has with another type, is empty.
type Interruption struct {
	EventID    string
	EventTime  time.Time // one-second resolution; zero where unknown
	Source     string
	DetailType string
	Account    string // the account that sent the event
	Region     string
	ReplayName string // "" unless an archive replays the event
	Oversize   int    // size in bytes of an event that was too large to be read, else 0

	ClusterARN        string
	Service           string // "" unless the task belongs to a service
	TaskARN           string
	TaskDefinitionARN string
	StopCode          string
	StoppedReason     string
	StartedBy         string // for a task of a service: the ID of its deployment
	LastStatus        string
	CapacityProvider  string
	LaunchType        string
	AvailabilityZone  string
	Version           int64 // increases with each change of the task; duplicate events share it
}

// maxEventSize is the size in bytes of the largest event that EventBridge
// delivers
// (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevents.html).
// Only a direct invocation can send more.
const maxEventSize = 1 << 20

// Parse reads an EventBridge event. It never fails: bytes that are not an
// event, or more than maxEventSize, give an empty Interruption, which the gate
// skips.
func Parse(event []byte) Interruption {
	if len(event) > maxEventSize {
		return Interruption{Oversize: len(event)}
	}
	envelope := parseObject(event)
	detail := parseObject(envelope["detail"])
	in := Interruption{
		EventID:           envelope.text("id"),
		EventTime:         envelope.time("time"),
		Source:            envelope.text("source"),
		DetailType:        envelope.text("detail-type"),
		Account:           envelope.text("account"),
		Region:            envelope.text("region"),
		ReplayName:        envelope.text("replay-name"),
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

// saysSpot reports whether the event concerns a task whose Spot capacity AWS
// reclaims.
func (in *Interruption) saysSpot() bool {
	fromECS := in.Source == EventSource && in.DetailType == EventDetailType
	return (fromECS || in.isSimulated()) &&
		(in.StopCode == StopCodeSpotInterruption ||
			in.StopCode == StopCodeTerminationNotice ||
			strings.HasPrefix(in.StoppedReason, StoppedReasonPrefix))
}

// isSimulated reports whether the event is a simulated interruption. It is
// always handled as a dry run, is not counted in metrics, and is neither
// remembered nor claimed.
func (in *Interruption) isSimulated() bool {
	return in.Source == SimulateSource && in.DetailType == SimulateSource
}

// deniesFargateSpot reports whether the event shows that the task did not run
// on Fargate Spot. TerminationNotice may also come from EC2 Spot.
func (in *Interruption) deniesFargateSpot() bool {
	return in.CapacityProvider != "" && in.CapacityProvider != "FARGATE_SPOT" ||
		in.LaunchType != "" && in.LaunchType != "FARGATE"
}

// namesService reports whether the event names a service.
func (in *Interruption) namesService() bool {
	return in.Service != "" && in.ClusterARN != ""
}

// taskIsGone reports whether the task has already stopped.
func (in *Interruption) taskIsGone() bool {
	return in.LastStatus == "DEPROVISIONING" || in.LastStatus == "STOPPED"
}

// isFirstNotice reports whether the event is the first of its interruption. ECS
// sends more while the task stops.
func (in *Interruption) isFirstNotice() bool {
	switch in.LastStatus {
	case "DEACTIVATING", "STOPPING", "DEPROVISIONING", "STOPPED":
		return false
	}
	return true
}

// serviceOf returns the service named by a task's group, or "" for any other
// group. Only the first colon separates.
func serviceOf(group string) string {
	if kind, name, found := strings.Cut(group, ":"); found && kind == "service" {
		return name
	}
	return ""
}

// clusterOf returns the cluster's ARN contained in a task ARN of the long form
// (...:task/<cluster>/<id>), or "".
func clusterOf(taskARN string) string {
	head, tail, found := strings.Cut(taskARN, ":task/")
	cluster, _, long := strings.Cut(tail, "/")
	if !found || !long {
		return ""
	}
	return head + ":cluster/" + cluster
}

// arnPart returns a part of an ARN, or "" if the text is not an ARN.
func arnPart(arn string, part int) string {
	parts := strings.SplitN(arn, ":", 6)
	if len(parts) < 6 || parts[0] != "arn" {
		return ""
	}
	return parts[part]
}

// The parts of an ARN (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html).
const (
	arnPartition = 1
	arnRegion    = 3
	arnAccount   = 4
)

// NameOf returns the name at the end of an ECS resource's ARN, in its long or
// short form; a plain name is returned unchanged.
func NameOf(arn string) string { return arn[strings.LastIndexByte(arn, '/')+1:] }

// object is a JSON object whose fields may have any type: each accessor returns
// the zero value for a field that is missing, null or of another type.
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
