package records

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"
	"github.com/aws/smithy-go"

	"github.com/spothandler/spothandler/internal/history"
)

// stream answers FilterLogEvents with one more record at each call, after some troubles.
type stream struct {
	began    time.Time
	calls    int
	troubles map[int]error // by the call
}

func (s *stream) FilterLogEvents(_ context.Context, in *cloudwatchlogs.FilterLogEventsInput, _ ...func(*cloudwatchlogs.Options)) (*cloudwatchlogs.FilterLogEventsOutput, error) {
	s.calls++
	if err := s.troubles[s.calls]; err != nil {
		return nil, err
	}
	out := &cloudwatchlogs.FilterLogEventsOutput{}
	for n := range s.calls { // one more each time, and those before stay
		if at := s.began.Add(time.Duration(n) * followEvery).UnixMilli(); at >= *in.StartTime {
			out.Events = append(out.Events, types.FilteredLogEvent{Timestamp: &at, Message: aws.String(fmt.Sprintf(`{"reason":"redeploy","request_id":"%d"}`, n))})
		}
	}
	return out, nil
}

// Following prints each record once, outlives throttling and credentials that have to be renewed, and ends with the
// context; what is refused for good ends it. AWS's clock may be behind by as much as is assumed anywhere.
func TestLogsFollow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &stream{began: time.Now().Add(-history.Skew), troubles: map[int]error{
			2: &smithy.GenericAPIError{Code: "ThrottlingException", Message: "Rate exceeded"},
			3: &smithy.GenericAPIError{Code: "ExpiredTokenException", Message: "expired"},
		}}
		var printed, troubles []string
		renewed := 0
		f := &follower{
			logs: s, query: history.Query{From: time.Now().Add(-time.Hour), Limiter: history.Rate()},
			print:   func(e *history.Entry) error { printed = append(printed, e.RequestID); return nil },
			trouble: func(text string) { troubles = append(troubles, text) },
			renew:   func(context.Context) (history.LogsAPI, error) { renewed++; return s, nil },
		}
		ctx, cancel := context.WithTimeout(t.Context(), 15*time.Minute)
		defer cancel()
		if err := f.run(ctx); err != nil {
			t.Error(err)
		}
		if got, want := strings.Join(printed, " "), "0 1 2 3 4 5 6 7 "; !strings.HasPrefix(got, want) || len(printed) < s.calls-1 || s.calls < 100 {
			t.Errorf("printed %s in %d calls", got, s.calls)
		}
		if len(f.seen) > 60 {
			t.Errorf("%d records are still held", len(f.seen))
		}
		if renewed != 1 {
			t.Errorf("the credentials were read anew %d times", renewed)
		}
		if len(troubles) != 1 || !strings.Contains(troubles[0], "ThrottlingException") {
			t.Errorf("%q", troubles)
		}
		s.troubles = map[int]error{s.calls + 2: &smithy.GenericAPIError{Code: "AccessDeniedException"}}
		if err := f.run(t.Context()); !errors.As(err, new(*smithy.GenericAPIError)) {
			t.Errorf("%v", err)
		}
	})
}
