package history

import (
	"fmt"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"

	"github.com/spothandler/spothandler/internal/handler"
)

type logEvent = types.FilteredLogEvent

// Fifty thousand records of fourteen days are put together within 1.2 times what CloudWatch's documented
// rate allows for the calls that they take, and in less than 100 MB.
func TestReportAtScale(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const records, days = 50_000, 14
		g := &group{pageSize: 1500, latency: 400 * time.Millisecond} // a page is about 1 MB
		for i := range records {
			at := monday.Add(time.Duration(i) * (days * 24 * time.Hour / records))
			r := notice(fmt.Sprint(i), fmt.Sprintf("s%d", i%200), "eu-west-1a", at, handler.ReasonAlreadyRedeployed)
			if i%20 == 0 {
				r = applied(r, int64(i%5000))
			}
			g.record(t, r)
		}
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		began := time.Now()
		collector := &Collector{}
		to := monday.Add(days * 24 * time.Hour)
		if _, err := Read(t.Context(), g, Query{From: monday, To: to}, func(e Entry) error { collector.Add(&e); return nil }); err != nil {
			t.Fatal(err)
		}
		report := Summarize(collector, monday, to)
		took := time.Since(began)
		runtime.GC()
		runtime.ReadMemStats(&after)
		held := int64(after.HeapAlloc) - int64(before.HeapAlloc)
		allowed := time.Duration(len(g.calls)) * time.Second / 5
		t.Logf("%d records, %d calls, %.1f s (the rate allows %.1f s), %.0f MB held", records, len(g.calls), took.Seconds(), allowed.Seconds(), float64(held)/1e6)
		if report.Interruptions != records || report.Redeployments != records/20 {
			t.Errorf("%d interruptions, %d redeployments", report.Interruptions, report.Redeployments)
		}
		if took > allowed*12/10 {
			t.Errorf("%s, the rate allows %s", took, allowed)
		}
		if held > 100e6 {
			t.Errorf("%d bytes are held", held)
		}
		for i := 5; i < len(g.calls); i++ { // no six calls within a second
			if apart := g.calls[i].Sub(g.calls[i-5]); apart < time.Second {
				t.Fatalf("six calls within %s", apart)
			}
		}
		runtime.KeepAlive(g)
	})
}
