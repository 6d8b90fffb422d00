package handler

import (
	"encoding/json"
	"regexp"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

// runningTask is a task of service api as DescribeTasks returns it.
func runningTask() *types.Task {
	return &types.Task{
		TaskArn: aws.String(testTask), ClusterArn: aws.String(testCluster), TaskDefinitionArn: aws.String(testTaskDef),
		Group: aws.String("service:api"), StartedBy: aws.String(testDeployment), LastStatus: aws.String("RUNNING"), DesiredStatus: aws.String("RUNNING"),
		CapacityProviderName: aws.String("FARGATE_SPOT"), LaunchType: types.LaunchTypeFargate, AvailabilityZone: aws.String("eu-west-1a"),
		CreatedAt: aws.Time(time.Date(2026, 11, 22, 20, 1, 8, 215e6, time.UTC)), Version: 4, HealthStatus: types.HealthStatusUnknown,
		Attachments: []types.Attachment{{Type: aws.String("ElasticNetworkInterface"), Status: aws.String("ATTACHED")}},
		Tags:        []types.Tag{{Key: aws.String("team"), Value: aws.String("web")}},
	}
}

// The event describes the task, and Parse reads it as an interruption.
func TestInterruptionEvent(t *testing.T) {
	at := time.Date(2026, 11, 23, 2, 14, 7, 873e6, time.UTC)
	event := InterruptionEvent(runningTask(), at)
	want := Interruption{
		EventID: event.ID, EventTime: at.Truncate(time.Second), Source: EventSource, DetailType: EventDetailType,
		Account: testAccount, Region: testRegion, ClusterARN: testCluster, Service: "api", TaskARN: testTask, TaskDefinitionARN: testTaskDef,
		StopCode: StopCodeSpotInterruption, StoppedReason: "Your Spot Task was interrupted.", StartedBy: testDeployment, LastStatus: "RUNNING",
		CapacityProvider: "FARGATE_SPOT", LaunchType: "FARGATE", AvailabilityZone: "eu-west-1a", Version: 5,
	}
	if got := Parse(event.JSON()); got != want {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	for _, id := range []string{event.ID, event.Later("STOPPING", at).ID} {
		if !regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`).MatchString(id) {
			t.Errorf("the id is %s, want a random UUID", id)
		}
	}
	detail, _ := json.Marshal(event.Detail)
	const wantDetail = `{"attachments":[{"status":"ATTACHED","type":"eni"}],"availabilityZone":"eu-west-1a","capacityProviderName":"FARGATE_SPOT",` +
		`"clusterArn":"` + testCluster + `","createdAt":"2026-11-22T20:01:08.215Z","desiredStatus":"STOPPED","enableExecuteCommand":false,` +
		`"group":"service:api","lastStatus":"RUNNING","launchType":"FARGATE","startedBy":"` + testDeployment + `",` +
		`"stopCode":"SpotInterruption","stoppedReason":"Your Spot Task was interrupted.","stoppingAt":"2026-11-23T02:14:07.873Z",` +
		`"taskArn":"` + testTask + `","taskDefinitionArn":"` + testTaskDef + `","updatedAt":"2026-11-23T02:14:07.873Z","version":5}`
	if string(detail) != wantDetail {
		t.Errorf("got  %s\nwant %s", detail, wantDetail)
	}
}

// Each later event is another version of the task, and leaves the earlier ones
// unchanged.
func TestLaterEvents(t *testing.T) {
	at := time.Date(2026, 11, 23, 2, 14, 7, 0, time.UTC)
	first := InterruptionEvent(runningTask(), at)
	stopped := first.Later("DEPROVISIONING", at.Add(48*time.Second)).Later("STOPPED", at.Add(73*time.Second))
	got := Parse(stopped.JSON())
	if got.LastStatus != "STOPPED" || got.Version != 7 || !got.EventTime.Equal(at.Add(73*time.Second)) || got.StopCode != StopCodeSpotInterruption {
		t.Errorf("got %+v", got)
	}
	if d := stopped.Detail; d["executionStoppedAt"] != "2026-11-23T02:14:55.000Z" || d["stoppedAt"] != "2026-11-23T02:15:20.000Z" {
		t.Errorf("got %v and %v", d["executionStoppedAt"], d["stoppedAt"])
	}
	if got := Parse(first.JSON()); got.LastStatus != "RUNNING" || got.Version != 5 || first.Detail["stoppedAt"] != nil {
		t.Errorf("the first event has become %+v", got)
	}
}

// Simulated changes nothing but the source and the detail type.
func TestSimulatedEvent(t *testing.T) {
	event := InterruptionEvent(runningTask(), time.Now())
	want := Parse(event.JSON())
	want.Source, want.DetailType = SimulateSource, SimulateSource
	if got := Parse(event.Simulated().JSON()); got != want || !got.isSimulated() || !got.saysSpot() {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}
