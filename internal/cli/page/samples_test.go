package page

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/spothandler/spothandler/internal/handler"
	"github.com/spothandler/spothandler/internal/history"
)

// hostile is a text that an event may contain: it ends the surrounding markup, and changes the text direction.
const hostile = "\"'><script>alert(1)</script><img src=x onerror=alert(2)>{{.}}\u202e\x1b[31m\x00"

// samples returns pages of every kind, by name.
func samples() map[string]Page {
	one := shopReport("eu-west-1", 84)
	quiet := history.Summarize(&history.Collector{}, monday, monday.Add(14*24*time.Hour))
	evil := shopReport("eu-west-1", 3)
	evil.Prefix, evil.UnknownOutcomes = hostile, []string{hostile}
	evil.ByService[0].Cluster, evil.ByService[0].Service, evil.ByZone[0].Zone = hostile, hostile, hostile
	evil.Skipped[hostile] = 1
	unknown := history.Report{Prefix: "prod", Region: "eu-north-1", From: monday, To: monday.Add(14 * 24 * time.Hour), CountsUnknown: "log level WARNING omits records", UnknownOutcomes: []string{}}
	return map[string]Page{
		"one":     page(Region{Name: "eu-west-1", Report: &one}),
		"unknown": page(Region{Name: "eu-north-1", Report: &unknown}),
		"quiet":   page(Region{Name: "eu-west-1", Report: &quiet}),
		"several": page(
			Region{Name: "ap-southeast-2", ReadError: "no permission for logs:FilterLogEvents"},
			Region{Name: "eu-central-1", Report: ptr(shopReport("eu-central-1", 160)), Warnings: []string{"logs are kept for 7 days: the report covers those, not the 14 days requested"}},
			Region{Name: "eu-north-1", Report: &unknown},
			Region{Name: "eu-west-1", Report: ptr(shopReport("eu-west-1", 37))},
			Region{Name: "us-east-1", Report: ptr(shopReport("us-east-1", 640))},
			Region{Name: "us-west-2", Report: &quiet},
		),
		"hostile": page(Region{Name: "eu-west-1", Report: &evil, Warnings: []string{hostile}}, Region{Name: "us-east-1", ReadError: hostile}),
	}
}

var monday = time.Date(2026, 11, 9, 0, 0, 0, 0, time.UTC)

func page(regions ...Region) Page {
	return Page{Regions: regions, Made: monday.Add(14*24*time.Hour + 95*time.Minute), Version: "1.4.0"}
}

func ptr[T any](v T) *T { return &v }

// shopReport returns the report of a number of interruptions, always the same for the same number: one in four services is
// redeployed, and most interruptions are at night on weekdays.
func shopReport(region string, tasks int) history.Report {
	random := rand.New(rand.NewPCG(7, uint64(tasks)))
	c := &history.Collector{}
	for i := range tasks {
		at := monday.AddDate(0, 0, random.IntN(14)).Add(time.Duration(random.NormFloat64()*2.5*float64(time.Hour)) + 27*time.Hour)
		if i%5 == 0 {
			at = monday.Add(time.Duration(random.IntN(14*24)) * time.Hour)
		}
		e := history.Entry{At: at, Record: handler.Record{
			Cluster: "arn:aws:ecs:" + region + ":111122223333:cluster/shop", TaskARN: fmt.Sprint("task/", i), EventID: fmt.Sprint(i),
			EventTime: handler.Time{Time: at}, Service: serviceOf(random, tasks), AvailabilityZone: region + string("aaabbc"[random.IntN(6)]),
			Action: handler.ActionSkip, Reason: handler.ReasonAlreadyRedeployed,
		}}
		switch {
		case i%3 == 0:
			ms := int64(900 + random.IntN(3400))
			e.Applied, e.Action, e.Reason, e.ECSResponseMS = true, handler.ActionRedeploy, handler.ReasonRedeploy, &ms
		case i%11 == 0:
			e.Reason = handler.ReasonEnoughRunning
		case i == 19:
			e.Action, e.Reason, e.AvailabilityZone = handler.ActionFail, handler.ReasonFailed, ""
		}
		c.Add(&e)
	}
	c.Interruptions() // puts the redeployments in order
	for i := range c.Redeployments {
		r := &c.Redeployments[i]
		r.Outcome, r.OutcomeSeconds = history.OutcomeCompleted, 60+7*i%90
		switch i {
		case 3:
			r.Outcome = history.OutcomeRolledBack
		case 5:
			r.Outcome, r.OutcomeSeconds, r.OutcomeUnknownWhy = history.OutcomeUnknown, 0, "no service deployment, or several, were created when ECS accepted it"
		case 7:
			r.Outcome, r.OutcomeSeconds = history.OutcomeInProgress, 0
		}
	}
	r := history.Summarize(c, monday, monday.Add(14*24*time.Hour))
	r.Prefix, r.Region, r.Rehearsals, r.LinesIgnored = "prod", region, 2, 14
	return r
}

func serviceOf(random *rand.Rand, tasks int) string {
	if tasks < 100 {
		return []string{"api", "api", "api", "worker", "worker", "search-indexer"}[random.IntN(6)]
	}
	return fmt.Sprintf("service-%02d", min(random.IntN(30), random.IntN(30)))
}

// TestSamples writes every kind of page and its figures into the folder in the variable PAGE_SAMPLES, for inspection and for
// the browser test.
func TestSamples(t *testing.T) {
	dir := os.Getenv("PAGE_SAMPLES")
	if dir == "" {
		t.Skip("PAGE_SAMPLES names no folder")
	}
	for name, p := range samples() {
		var out bytes.Buffer
		if err := Write(&out, p); err != nil {
			t.Fatal(err)
		}
		figures, err := json.MarshalIndent(p, "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		for ending, text := range map[string][]byte{".html": out.Bytes(), ".json": figures} {
			if err := os.WriteFile(filepath.Join(dir, name+ending), text, 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
}
