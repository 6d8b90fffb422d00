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

// stream returns one more record from FilterLogEvents at each call, except for calls that fail.
type stream struct {
	began    time.Time
	calls    int
	failures map[int]error // by the number of the call
}

func (s *stream) FilterLogEvents(_ context.Context, in *cloudwatchlogs.FilterLogEventsInput, _ ...func(*cloudwatchlogs.Options)) (*cloudwatchlogs.FilterLogEventsOutput, error) {
	s.calls++
	if err := s.failures[s.calls]; err != nil {
		return nil, err
	}
	out := &cloudwatchlogs.FilterLogEventsOutput{}
	for n := range s.calls { // one more at each call, after those before
		if at := s.began.Add(time.Duration(n) * followInterval).UnixMilli(); at >= *in.StartTime {
			out.Events = append(out.Events, types.FilteredLogEvent{Timestamp: &at, Message: aws.String(fmt.Sprintf(`{"action":"redeploy","reason":"redeploy","request_id":"%d"}`, n))})
		}
	}
	return out, nil
}

// Following prints each record once, survives throttling and expired credentials, and ends with the context or a permanent
// error. AWS's clock may be behind by history.Skew.
func TestLogsFollow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &stream{began: time.Now().Add(-history.Skew), failures: map[int]error{
			2: &smithy.GenericAPIError{Code: "ThrottlingException", Message: "Rate exceeded"},
			3: &smithy.GenericAPIError{Code: "ExpiredTokenException", Message: "expired"},
		}}
		var printed, warnings []string
		renewed := 0
		f := &follower{
			logs: s, query: history.Query{From: time.Now().Add(-time.Hour), Limiter: history.Rate()},
			print: func(e *history.Entry) error { printed = append(printed, e.RequestID); return nil },
			warn:  func(text string) { warnings = append(warnings, text) },
			renew: func(context.Context) (history.LogsAPI, error) { renewed++; return s, nil },
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
			t.Errorf("%d records are still remembered", len(f.seen))
		}
		if renewed != 1 {
			t.Errorf("the credentials were renewed %d times", renewed)
		}
		if len(warnings) != 1 || !strings.Contains(warnings[0], "ThrottlingException") {
			t.Errorf("%q", warnings)
		}
		s.failures = map[int]error{s.calls + 2: &smithy.GenericAPIError{Code: "AccessDeniedException"}}
		if err := f.run(t.Context()); !errors.As(err, new(*smithy.GenericAPIError)) {
			t.Errorf("%v", err)
		}
	})
}
