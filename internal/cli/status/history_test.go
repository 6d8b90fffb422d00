package status

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"

	"github.com/spothandler/spothandler/internal/deploy"
	"github.com/spothandler/spothandler/internal/deploy/settings"
	"github.com/spothandler/spothandler/internal/history"
	"github.com/spothandler/spothandler/internal/session"
)

// sluggish answers for some log groups, and for the others not before the context ends.
type sluggish struct{ quick string }

func (s sluggish) FilterLogEvents(ctx context.Context, in *cloudwatchlogs.FilterLogEventsInput, _ ...func(*cloudwatchlogs.Options)) (*cloudwatchlogs.FilterLogEventsOutput, error) {
	if *in.LogGroupName == s.quick {
		return &cloudwatchlogs.FilterLogEventsOutput{}, nil
	}
	<-ctx.Done()
	return nil, ctx.Err()
}

// However many installations a region has, their records are waited for three seconds all told, and CloudWatch Logs is
// asked at the pace that it allows.
func TestHistoryIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		names := func(i int) deploy.Names {
			return deploy.NewNames(session.Identity{Region: "eu-west-1"}, fmt.Sprintf("p%02d", i), "fn", "rule")
		}
		began := time.Now()
		days := newRecents(t.Context(), sluggish{names(0).LogGroup}, history.Rate())
		defer days.end()
		days.located(names(0), &settings.Record{LogLevel: "INFO"})
		synctest.Wait() // it is asked about first
		for i := 1; i < 20; i++ {
			days.located(names(i), &settings.Record{LogLevel: "INFO"})
		}
		days.beginRest([]*deploy.Installation{{Names: names(20)}, {Names: names(21)}})
		unknown, queued := 0, 0
		for i := range 22 {
			var status deploy.Status
			days.add(&status, &deploy.Installation{Names: names(i)})
			switch why := unreadOf(status); {
			case i == 0 && status.Last24h != nil && why == "":
			case i > 0 && status.Last24h == nil && why == "not read within 3s":
				unknown++
			case status.Last24h == nil && why == "not read within 3s: CloudWatch Logs allows five calls a second":
				queued++
			default:
				t.Errorf("%d: %+v, %q", i, status.Last24h, why)
			}
		}
		if took := time.Since(began); took != recentLimit || unknown != 14 || queued != 7 { // at 4.8 calls a second
			t.Errorf("it took %s, %d are not answered, %d not asked for", took, unknown, queued)
		}
		days.end()
		synctest.Wait()
	})
}

// What was read while other reads took longer than three seconds counts.
func TestHistoryReadInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := deploy.NewNames(session.Identity{Region: "eu-west-1"}, "prod", "fn", "rule")
		days := newRecents(t.Context(), sluggish{n.LogGroup}, history.Rate())
		defer days.end()
		days.located(n, &settings.Record{LogLevel: "INFO"})
		time.Sleep(time.Minute)
		var status deploy.Status
		if days.add(&status, &deploy.Installation{Names: n}); status.Last24h == nil {
			t.Errorf("%q", unreadOf(status))
		}
	})
}
