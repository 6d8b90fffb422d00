package handler

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"maps"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

// Event is an event about a task as EventBridge delivers it.
type Event struct {
	Version    string         `json:"version"`
	ID         string         `json:"id"`
	DetailType string         `json:"detail-type"`
	Source     string         `json:"source"`
	Account    string         `json:"account"`
	Time       string         `json:"time"` // RFC 3339 in UTC, in seconds
	Region     string         `json:"region"`
	Resources  []string       `json:"resources"`
	Detail     map[string]any `json:"detail"`
}

// InterruptionEvent returns the first event that ECS sends when AWS reclaims
// the Spot capacity of a task at the given time. The task is as returned by
// DescribeTasks. AWS publishes no complete example; the fields are those of
// other task events and those that the documentation shows for an interruption
// (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-capacity-providers.html).
func InterruptionEvent(task *types.Task, at time.Time) Event {
	detail := taskDetail(task)
	detail["desiredStatus"] = "STOPPED"
	detail["stopCode"], detail["stoppedReason"] = StopCodeSpotInterruption, StoppedReasonPrefix+"."
	detail["stoppingAt"] = stamp(at)
	e := Event{
		Version: "0", Source: EventSource, DetailType: EventDetailType,
		Account: arnPart(aws.ToString(task.TaskArn), arnAccount), Region: arnPart(aws.ToString(task.TaskArn), arnRegion),
		Resources: []string{aws.ToString(task.TaskArn)}, Detail: detail,
	}
	return e.Later(aws.ToString(task.LastStatus), at)
}

// Later returns the event that ECS sends when the interrupted task reaches
// another status: DEACTIVATING, STOPPING, DEPROVISIONING, then STOPPED. The
// containers and the network interface in the event do not change.
func (e Event) Later(lastStatus string, at time.Time) Event {
	version, _ := e.Detail["version"].(int64)
	e.ID, e.Time = newEventID(), at.UTC().Format(time.RFC3339)
	e.Detail = maps.Clone(e.Detail)
	e.Detail["lastStatus"], e.Detail["version"], e.Detail["updatedAt"] = lastStatus, version+1, stamp(at)
	switch lastStatus {
	case "DEPROVISIONING":
		e.Detail["executionStoppedAt"] = stamp(at)
	case "STOPPED":
		e.Detail["stoppedAt"] = stamp(at)
	}
	return e
}

// Simulated returns the event with the source and the detail type that make it
// a simulated interruption. Every account may put it on its event bus.
func (e Event) Simulated() Event {
	e.Source, e.DetailType = SimulateSource, SimulateSource
	return e
}

// JSON returns the event as the function receives it.
func (e Event) JSON() []byte {
	raw, err := json.Marshal(e)
	if err != nil {
		panic(fmt.Sprintf("encoding an event: %v", err)) // only a Detail that cannot be encoded gets here
	}
	return raw
}

// newEventID returns a random UUID, as EventBridge's ids are.
func newEventID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// taskDetail returns the task as in events: the fields of DescribeTasks in
// lower camel case, without those that only responses have.
func taskDetail(task *types.Task) map[string]any {
	raw, _ := json.Marshal(task) // SDK data can always be encoded
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	var fields map[string]any
	_ = decoder.Decode(&fields)
	detail, _ := lowerKeys(fields).(map[string]any)
	for _, key := range []string{"healthStatus", "tags", "inferenceAccelerators", "attributes"} {
		delete(detail, key)
	}
	detail["version"] = task.Version
	attachments, _ := detail["attachments"].([]any)
	for _, each := range attachments {
		if attachment, ok := each.(map[string]any); ok && attachment["type"] == "ElasticNetworkInterface" {
			attachment["type"] = "eni" // the one value that differs in events
		}
	}
	return detail
}

// restamp converts a time to the format of events.
func restamp(text string) string {
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return text
	}
	return stamp(at)
}

// lowerKeys returns decoded JSON with the first letter of each key in lower
// case, without nulls and empty strings.
func lowerKeys(value any) any {
	switch v := value.(type) {
	case map[string]any:
		lower := map[string]any{}
		for key, each := range v {
			if text, isText := each.(string); isText && strings.HasSuffix(key, "At") {
				each = restamp(text)
			}
			if each != nil && each != "" {
				lower[strings.ToLower(key[:1])+key[1:]] = lowerKeys(each)
			}
		}
		return lower
	case []any:
		for i := range v {
			v[i] = lowerKeys(v[i])
		}
	}
	return value
}
