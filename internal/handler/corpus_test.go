package handler

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// corpusDeployment is the deployment that the tasks of the corpus belong to.
const corpusDeployment = "ecs-svc/8646900195280463695"

// corpus returns the events of testdata/events by name. AWS publishes no
// complete event of a Spot interruption: these combine the fields of complete
// task events with what the documentation shows of a Spot interruption.
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

// Each event of the corpus gets the decision in the file next to it, three
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
		Service: &Service{Status: "ACTIVE", DesiredCount: 4, RunningCount: 4, MinimumHealthyPercent: 100, MaximumPercent: 200, Deployments: []Deployment{{
			ID: corpusDeployment, Status: "PRIMARY", RolloutState: "COMPLETED", CreatedAt: at.Add(-time.Hour), RunningCount: 4,
		}}},
		Account: testAccount, Region: corpusRegion(in),
		Mode: ModeOnce, Cooldown: DefaultCooldown, Now: at.Add(3 * time.Second),
	}
}

// corpusRegion returns the Region of the installation that receives an event of
// the corpus: one in each partition.
func corpusRegion(in Interruption) string {
	region := map[string]string{"aws-cn": "cn-north-1", "aws-us-gov": "us-gov-west-1"}[arnPart(in.ClusterARN, arnPartition)]
	return cmp.Or(region, testRegion)
}

// BenchmarkParseAndDecide measures the path from an event's bytes to the
// decision.
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
