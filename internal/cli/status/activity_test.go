package status

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"

	"github.com/spothandler/spothandler/internal/deploy"
	"github.com/spothandler/spothandler/internal/deploy/resource"
	"github.com/spothandler/spothandler/internal/deploy/settings"
	"github.com/spothandler/spothandler/internal/history"
	"github.com/spothandler/spothandler/internal/session"
)

// slowLogs responds immediately for one log group, and for all others only when the context ends.
type slowLogs struct{ fastGroup string }

func (s slowLogs) FilterLogEvents(ctx context.Context, in *cloudwatchlogs.FilterLogEventsInput, _ ...func(*cloudwatchlogs.Options)) (*cloudwatchlogs.FilterLogEventsOutput, error) {
	if *in.LogGroupName == s.fastGroup {
		return &cloudwatchlogs.FilterLogEventsOutput{}, nil
	}
	<-ctx.Done()
	return nil, ctx.Err()
}

// However many installations a Region has, status waits three seconds in all for their records, and calls CloudWatch Logs
// at the rate that it allows.
func TestHistoryIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		names := func(i int) resource.Names {
			return resource.NewNames(session.Identity{Region: "eu-west-1"}, fmt.Sprintf("p%02d", i), "fn", "rule")
		}
		began := time.Now()
		days := newActivityReader(t.Context(), slowLogs{names(0).LogGroup}, history.Rate())
		defer days.stop()
		days.start(names(0), &settings.Record{LogLevel: "INFO"})
		synctest.Wait() // the first one to be read
		for i := 1; i < 20; i++ {
			days.start(names(i), &settings.Record{LogLevel: "INFO"})
		}
		days.startRest([]*deploy.Installation{{Names: names(20)}, {Names: names(21)}})
		unknown, queued := 0, 0
		for i := range 22 {
			var status deploy.Status
			days.add(&status, &deploy.Installation{Names: names(i)})
			switch why := whyUnknown(status); {
			case i == 0 && status.Last24h != nil && why == "":
			case i > 0 && status.Last24h == nil && why == "not read within 3s":
				unknown++
			case status.Last24h == nil && why == "not read within 3s: CloudWatch Logs allows five calls a second":
				queued++
			default:
				t.Errorf("%d: %+v, %q", i, status.Last24h, why)
			}
		}
		if took := time.Since(began); took != activityTimeout || unknown != 14 || queued != 7 { // at 4.8 calls a second
			t.Errorf("it took %s, %d were not read in time, %d were not requested", took, unknown, queued)
		}
		days.stop()
		synctest.Wait()
	})
}

// Records that were read while other reads took longer than three seconds are shown.
func TestHistoryReadInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := resource.NewNames(session.Identity{Region: "eu-west-1"}, "prod", "fn", "rule")
		days := newActivityReader(t.Context(), slowLogs{n.LogGroup}, history.Rate())
		defer days.stop()
		days.start(n, &settings.Record{LogLevel: "INFO"})
		time.Sleep(time.Minute)
		var status deploy.Status
		if days.add(&status, &deploy.Installation{Names: n}); status.Last24h == nil {
			t.Errorf("%q", whyUnknown(status))
		}
	})
}
