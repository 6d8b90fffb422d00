package history

import (
	"encoding/json"
	"fmt"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"
	"github.com/aws/aws-sdk-go-v2/service/ecs"

	"github.com/spothandler/spothandler/internal/handler"
	"github.com/spothandler/spothandler/internal/localaws"
)

type logEvent = types.FilteredLogEvent

// Fifty thousand records in fourteen days: three events of each task, and a redeployment for every fifty
// tasks. The report takes at most 1.2 times as long as CloudWatch's documented rate requires for its calls,
// none of which is throttled, and holds less than 100 MB.
func TestReportAtScale(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const records, days = 50_000, 14
		account := localaws.New(localaws.Options{Delays: &localaws.Delays{}, Rates: true})
		defer func() { _ = account.Close() }()
		logs := cloudwatchlogs.NewFromConfig(account.Config())
		to := time.Now()
		from := to.Add(-days * 24 * time.Hour)
		fill(t, account, records, from, to)
		account.ForgetCalls()
		account.Inject(localaws.Fault{Action: "FilterLogEvents", Delay: 400 * time.Millisecond})

		before, most, seen := held(), int64(0), 0
		began := time.Now()
		collector := &Collector{}
		query := Query{LogGroup: logGroup, From: from, To: to}
		if _, err := Read(t.Context(), logs, query, func(e Entry) error {
			collector.Add(&e)
			if seen++; seen%(records/4) == 0 {
				most = max(most, held()-before)
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		collector.Interruptions()
		if err := FindOutcomes(t.Context(), ecs.NewFromConfig(account.Config()), collector.Redeployments); err != nil {
			t.Fatal(err)
		}
		report := Summarize(collector, from, to)
		took := time.Since(began)
		if report.Interruptions != records/3+1 || report.Redeployments != records/150+1 {
			t.Errorf("%d interruptions, %d redeployments", report.Interruptions, report.Redeployments)
		}
		reads := 0
		for _, c := range account.Calls() {
			if c.Code == "ThrottlingException" {
				t.Errorf("%s is throttled", c.Action)
			}
			if c.Action == "FilterLogEvents" {
				reads++
			}
		}
		allowed := time.Duration(reads) * time.Second / 5
		t.Logf("%d records, %d calls of FilterLogEvents, %.1f s (the rate allows %.1f s), %.0f MB", records, reads, took.Seconds(), allowed.Seconds(), float64(most)/1e6)
		if took > allowed*12/10 {
			t.Errorf("%s, the rate allows %s", took, allowed)
		}
		if most > 100e6 || most < 1e6 {
			t.Errorf("%d bytes are held", most)
		}
	})
}

const logGroup = "/aws/lambda/fn"

// fill writes the records into the log group, a stream for each thousand.
func fill(t *testing.T, account *localaws.Server, records int, from, to time.Time) {
	t.Helper()
	logs := cloudwatchlogs.NewFromConfig(account.Config())
	if _, err := logs.CreateLogGroup(t.Context(), &cloudwatchlogs.CreateLogGroupInput{LogGroupName: aws.String(logGroup)}); err != nil {
		t.Fatal(err)
	}
	apart := to.Sub(from) / time.Duration(records+1)
	for n := range records {
		r := notice(fmt.Sprint(n/3), fmt.Sprintf("service-%d", n/150), "eu-west-1a", from.Add(time.Duration(n)*apart), handler.ReasonAlreadyRedeployed)
		r.EventID, r.RequestID = fmt.Sprint("event-", n), "8f0e2f6e-6b3f-4c9e-9d3e-0a4f3c6b1d2a"
		r.Message = "The interrupted task's deployment has been replaced"
		if n%150 == 0 {
			r = applied(r, int64(900+n%3000))
			r.ServiceDeployment = "arn:aws:ecs:us-east-1:111122223333:service-deployment/shop/" + r.Service + "/" + fmt.Sprint(n)
		}
		line, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		account.SeedLog(logGroup, fmt.Sprint(n/1000), r.EventTime.Time, string(line))
	}
}

// held returns the size of the heap in use.
func held() int64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
