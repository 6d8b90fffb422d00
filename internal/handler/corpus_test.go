package handler

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

// corpusDeployment is the deployment that the tasks of the corpus belong to.
const corpusDeployment = "ecs-svc/8646900195280463695"

// corpus gives the events of testdata/events by name. AWS publishes no
// complete event of a Spot interruption: these have the fields of complete
// task events, and of a Spot interruption what the documentation shows.
func corpus(tb testing.TB) map[string][]byte {
	tb.Helper()
	files, err := filepath.Glob("testdata/events/*.json")
	if err != nil || len(files) == 0 {
		tb.Fatalf("no corpus: %v", err)
	}
	events := map[string][]byte{}
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			tb.Fatal(err)
		}
		events[strings.TrimSuffix(filepath.Base(file), ".json")] = raw
	}
	return events
}

// Each event of the corpus is decided as the file beside it says, three
// seconds after the event and for a steady service that would be redeployed.
func TestCorpus(t *testing.T) {
	for name, event := range corpus(t) {
		t.Run(name, func(t *testing.T) {
			want, err := os.ReadFile("testdata/events/" + name + ".want")
			if err != nil {
				t.Fatal(err)
			}
			got := Decide(corpusSituation(Parse(event)))
			if line := fmt.Sprintf("%s %s\n", got.Action, got.Reason); line != string(want) {
				t.Errorf("got %swant %s", line, want)
			}
		})
	}
}

func corpusSituation(in Interruption) Situation {
	at := in.EventTime
	if at.IsZero() {
		at = time.Now()
	}
	return Situation{
		Event: in,
		Service: &Service{Status: "ACTIVE", DesiredCount: 4, RunningCount: 4, MinimumHealthyPercent: 100, Deployments: []Deployment{{
			ID: corpusDeployment, Status: "PRIMARY", RolloutState: "COMPLETED", CreatedAt: at.Add(-time.Hour), RunningCount: 4,
		}}},
		Mode: ModeOnce, Cooldown: DefaultCooldown, Now: at.Add(3 * time.Second),
	}
}

// Whatever bytes come: no panic, an answer that is JSON, and no call to ECS
// unless the event clearly is an interruption of a service's task.
func FuzzHandle(f *testing.F) {
	for _, event := range corpus(f) {
		if len(event) < 10_000 { // larger ones only slow the search down
			f.Add(event)
		}
	}
	f.Fuzz(func(t *testing.T, event []byte) {
		isClear := clearInterruption(event)
		if d := Decide(corpusSituation(Parse(event))); d.Action == ActionRedeploy && !isClear {
			t.Fatalf("decided %+v", d)
		}
		recorder := &callRecorder{}
		// Always asks least of an event, and accepts the corpus's old ones.
		answer, err := New(Config{Mode: ModeAlways}, recorder, nil, io.Discard).Handle(t.Context(), event)
		if err != nil {
			t.Fatalf("handling: %v", err)
		}
		if _, err := json.Marshal(answer); err != nil {
			t.Fatalf("answering %+v: %v", answer, err)
		}
		if recorder.service != "" && !isClear {
			t.Fatalf("ECS was called for service %q", recorder.service)
		}
		if answer.Applied && !recorder.updated {
			t.Fatalf("answered %+v without an UpdateService", answer)
		}
	})
}

// clearInterruption reads an event the strict way, apart from Parse.
func clearInterruption(event []byte) bool {
	var envelope map[string]any
	if json.Unmarshal(event, &envelope) != nil {
		return false
	}
	detail, _ := envelope["detail"].(map[string]any)
	text := func(key string) string { s, _ := detail[key].(string); return s }
	spot := text("stopCode") == "SpotInterruption" || text("stopCode") == "TerminationNotice" ||
		strings.HasPrefix(text("stoppedReason"), "Your Spot Task was interrupted")
	return envelope["source"] == "aws.ecs" && envelope["detail-type"] == "ECS Task State Change" && spot &&
		strings.HasPrefix(text("group"), "service:") && (text("clusterArn") != "" || strings.Contains(text("taskArn"), ":task/"))
}

// callRecorder is an ECS that has every service.
type callRecorder struct {
	service string
	updated bool
}

func (r *callRecorder) DescribeServices(_ context.Context, in *ecs.DescribeServicesInput, _ ...func(*ecs.Options)) (*ecs.DescribeServicesOutput, error) {
	r.service = in.Services[0]
	return &ecs.DescribeServicesOutput{Services: []types.Service{{Status: aws.String("ACTIVE"), DesiredCount: 1}}}, nil
}

func (r *callRecorder) UpdateService(context.Context, *ecs.UpdateServiceInput, ...func(*ecs.Options)) (*ecs.UpdateServiceOutput, error) {
	r.updated = true
	return &ecs.UpdateServiceOutput{}, nil
}

// BenchmarkParseAndDecide is the way from an event's bytes to the decision.
func BenchmarkParseAndDecide(b *testing.B) {
	event := corpus(b)["running"]
	b.ReportAllocs()
	b.SetBytes(int64(len(event)))
	for b.Loop() {
		if got := Decide(corpusSituation(Parse(event))); got.Reason != ReasonRedeploy {
			b.Fatalf("got %s", got.Reason)
		}
	}
}
