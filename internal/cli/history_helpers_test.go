package cli

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"

	"github.com/spothandler/spothandler/internal/handler"
	"github.com/spothandler/spothandler/internal/localaws"
)

const prodGroup = "/aws/lambda/prod-ecs-fargate-spot-handler"

// historyFixture is a local AWS with an installation prod, whose log group the test fills.
type historyFixture struct {
	*testing.T
	*localaws.Server
	written int
}

func newHistoryFixture(t *testing.T, install string) *historyFixture {
	t.Helper()
	options := localaws.Options{Region: "eu-west-1", Delays: &localaws.Delays{}}
	a := &historyFixture{T: t, Server: localaws.New(options)}
	useServer(t, a.Server)
	if install != "" {
		must(t, install)
	}
	return a
}

// expect runs a command and checks its exit code, and that its output, with white space collapsed, contains each of the
// words, but not those prefixed with "no: ".
func (a *historyFixture) expect(line string, want int, words ...string) {
	a.Helper()
	code, shown := spothandler(a.Context(), "", strings.Fields(line)...)
	all := strings.Join(strings.Fields(shown.out+shown.err), " ")
	for _, word := range words {
		if without, unwanted := strings.CutPrefix(word, "no: "); code != want || strings.Contains(all, without) == unwanted {
			a.Errorf("%s exits with %d, want %d, and is not as %q:\n%s", line, code, want, word, all)
		}
	}
}

// refuseRecords makes FilterLogEvents fail as *trouble says: "denied", "key", "throttled", or "" for not at all.
func (a *historyFixture) refuseRecords(trouble *string) {
	during := func(which string) func(localaws.Call) bool {
		return func(localaws.Call) bool { return *trouble == which }
	}
	a.Inject(localaws.Fault{Action: "FilterLogEvents", Match: during("denied"), Deny: true})
	a.Inject(localaws.Fault{Action: "FilterLogEvents", Match: during("key"), Refuse: &localaws.Error{
		Status: 400, Code: "AccessDeniedException", Message: "The KMS key is not accessible",
	}})
	a.Inject(localaws.Fault{Action: "FilterLogEvents", Match: during("throttled"), Throttle: true})
}

// write writes lines into the log group with a time in the past, each in its own stream.
func (a *historyFixture) write(ago time.Duration, lines ...string) {
	a.Helper()
	logs := cloudwatchlogs.NewFromConfig(a.Config())
	group, at := prodGroup, time.Now().Add(-ago).UnixMilli()
	for _, line := range lines {
		a.written++
		stream := fmt.Sprintf("stream-%d", a.written)
		_, created := logs.CreateLogStream(a.Context(), &cloudwatchlogs.CreateLogStreamInput{LogGroupName: &group, LogStreamName: &stream})
		_, put := logs.PutLogEvents(a.Context(), &cloudwatchlogs.PutLogEventsInput{
			LogGroupName: &group, LogStreamName: &stream, LogEvents: []types.InputLogEvent{{Timestamp: &at, Message: &line}},
		})
		if created != nil || put != nil {
			a.Fatal(created, put)
		}
	}
}

// record writes the record of an event of a task of shop/api in eu-west-1a, modified by change.
func (a *historyFixture) record(ago time.Duration, task string, change func(*handler.Record)) {
	a.Helper()
	at := time.Now().Add(-ago)
	r := handler.Record{
		Timestamp: handler.Time{Time: at}, Level: "INFO", Message: "as it is", RequestID: "r-" + task,
		Cluster: "arn:aws:ecs:eu-west-1:111122223333:cluster/shop", Service: "api", AvailabilityZone: "eu-west-1a",
		TaskARN: "arn:aws:ecs:eu-west-1:111122223333:task/shop/" + task, EventID: "event-" + task, EventTime: handler.Time{Time: at.Add(-2 * time.Second)},
		Action: handler.ActionSkip, Reason: handler.ReasonAlreadyRedeployed, Mode: handler.ModeOnce, DeploymentID: "ecs-svc/1",
	}
	if change != nil {
		change(&r)
	}
	line, err := json.Marshal(r)
	if err != nil {
		a.Fatal(err)
	}
	a.write(ago, string(line))
}

// redeployed changes a record to that of a redeployment, accepted 1.9 s after the event.
func redeployed(r *handler.Record) {
	ms := int64(1900)
	r.Applied, r.Action, r.Reason, r.ECSResponseMS = true, handler.ActionRedeploy, handler.ReasonRedeploy, &ms
	r.DeploymentBefore, r.DeploymentAfter = "ecs-svc/1", "ecs-svc/2"
}

// refusedByIAM changes a record to that of a failure caused by a missing permission.
func refusedByIAM(r *handler.Record) {
	r.Action, r.Reason, r.Level = handler.ActionFail, handler.ReasonFailed, "ERROR"
	r.ErrorType, r.Error = "AccessDeniedException", "AccessDeniedException: may not ecs:UpdateService"
}
