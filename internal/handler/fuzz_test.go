package handler

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"log/slog"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

// For any input there is no panic, the response is JSON, and ECS is called only
// if the event clearly is an interruption of a service's task in this account
// and Region. A simulated one changes nothing and leaves no trace.
func FuzzHandle(f *testing.F) {
	for _, event := range corpus(f) {
		if len(event) < 10_000 { // larger ones only slow fuzzing down
			f.Add(event)
			f.Add(bytes.Replace(event, []byte(`"time": `), []byte(`"then": `), 1)) // an event without a time is new
		}
	}
	f.Fuzz(func(t *testing.T, event []byte) {
		certain, simulated := clearInterruption(event)
		if d := Decide(corpusSituation(Parse(event))); d.Action == ActionRedeploy && !certain {
			t.Fatalf("decided %+v", d)
		}
		for _, mode := range []Mode{ModeAlways, ModeOnce, ModeObserve} {
			f := fuzzed{T: t, event: event}
			f.handle(mode)
			if f.describes > 0 && !certain {
				t.Fatalf("%s: ECS was called", mode)
			}
			if simulated {
				f.checkSimulated()
			}
		}
	})
}

// clearInterruption parses the event strictly and independently of Parse.
func clearInterruption(event []byte) (certain, simulated bool) {
	var envelope map[string]any
	if len(event) > 1<<20 || json.Unmarshal(event, &envelope) != nil {
		return false, false
	}
	detail, _ := envelope["detail"].(map[string]any)
	text := func(key string) string { s, _ := detail[key].(string); return s }
	simulated = envelope["source"] == "spothandler.simulate" && envelope["detail-type"] == "spothandler.simulate"
	spot := text("stopCode") == "SpotInterruption" || text("stopCode") == "TerminationNotice" ||
		strings.HasPrefix(text("stoppedReason"), "Your Spot Task was interrupted")
	own := func(key, want string) bool { got, _ := envelope[key].(string); return got == "" || got == want }
	replay, _ := envelope["replay-name"].(string)
	certain = (simulated || envelope["source"] == "aws.ecs" && envelope["detail-type"] == "ECS Task State Change") && spot &&
		strings.HasPrefix(text("group"), "service:") && (text("clusterArn") != "" || strings.Contains(text("taskArn"), ":task/")) &&
		own("account", testAccount) && own("region", corpusRegion(Parse(event))) && replay == ""
	return certain, simulated
}

// fuzzed handles one event against an AWS that counts the calls and has every
// service, in a state that calls for a redeployment.
type fuzzed struct {
	*testing.T
	event                      []byte
	describes, updates, claims int
	handler                    *Handler
	out                        bytes.Buffer
}

func (f *fuzzed) handle(mode Mode) {
	config := Config{
		Mode: mode, LogLevel: slog.LevelError, Metrics: true, LogGroup: testLogGroup,
		Account: testAccount, Region: corpusRegion(Parse(f.event)),
	}
	f.handler = New(config, f, f, &f.out)
	response, err := f.handler.Handle(f.Context(), f.event)
	if err != nil {
		f.Fatalf("%s: handling: %v", mode, err)
	}
	if _, err := json.Marshal(response); err != nil {
		f.Fatalf("%s: responding %+v: %v", mode, response, err)
	}
	if response.Applied != (f.updates > 0) {
		f.Fatalf("%s: got %+v after %d calls of UpdateService", mode, response, f.updates)
	}
}

// checkSimulated checks the invariants of a simulated interruption.
func (f *fuzzed) checkSimulated() {
	f.Helper()
	if f.updates > 0 || f.claims > 0 || len(f.handler.memory.replaced) > 0 {
		f.Fatalf("%d updates, %d claims and %d deployments remembered, want none", f.updates, f.claims, len(f.handler.memory.replaced))
	}
	var record map[string]any
	if err := json.Unmarshal(f.out.Bytes(), &record); err != nil || record["simulated"] != true || record["dry_run"] != true || record["_aws"] != nil {
		f.Fatalf("the record is %s, want a marked dry run that is not counted", f.out.String())
	}
}

func (f *fuzzed) DescribeServices(_ context.Context, in *ecs.DescribeServicesInput, _ ...func(*ecs.Options)) (*ecs.DescribeServicesOutput, error) {
	f.describes++
	id := cmp.Or(Parse(f.event).StartedBy, corpusDeployment)
	return &ecs.DescribeServicesOutput{Services: []types.Service{{
		ServiceName: aws.String(in.Services[0]), Status: aws.String("ACTIVE"), DesiredCount: 1, RunningCount: 1,
		Deployments: []types.Deployment{{Id: aws.String(id), Status: aws.String("PRIMARY")}},
	}}}, nil
}

func (f *fuzzed) UpdateService(context.Context, *ecs.UpdateServiceInput, ...func(*ecs.Options)) (*ecs.UpdateServiceOutput, error) {
	f.updates++
	return &ecs.UpdateServiceOutput{Service: &types.Service{}}, nil
}

func (f *fuzzed) CreateLogStream(context.Context, *cloudwatchlogs.CreateLogStreamInput, ...func(*cloudwatchlogs.Options)) (*cloudwatchlogs.CreateLogStreamOutput, error) {
	f.claims++
	return &cloudwatchlogs.CreateLogStreamOutput{}, nil
}
