package history

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"
	"golang.org/x/sync/errgroup"
	"golang.org/x/time/rate"

	"github.com/spothandler/spothandler/internal/handler"
)

// LogsAPI is what is asked of CloudWatch Logs.
type LogsAPI interface {
	FilterLogEvents(context.Context, *cloudwatchlogs.FilterLogEventsInput, ...func(*cloudwatchlogs.Options)) (*cloudwatchlogs.FilterLogEventsOutput, error)
}

var _ LogsAPI = (*cloudwatchlogs.Client)(nil)

// Query says which records to read.
type Query struct {
	LogGroup string
	From, To time.Time // of the records; To is not included
	Filter   Filter
	Limiter  *rate.Limiter // shared by everything that reads in one account and region; nil: one of its own
	// Progress, where it is not nil, is called as the reading goes on, one call at a time.
	Progress func(Progress)
}

// Progress says how far a reading is.
type Progress struct {
	Windows, WindowsRead int
	Records              int
}

// Entry is one record of the function.
type Entry struct {
	handler.Record
	At  time.Time // when CloudWatch Logs says that it was written
	Raw string    // the line as it is
}

// Rate is the pace of FilterLogEvents: AWS documents five calls a second for an account and region, of
// everybody together (CloudWatch Logs quotas), so a little less is taken.
func Rate() *rate.Limiter { return rate.NewLimiter(4.8, 1) }

const (
	// sideBySide is how many windows are read at once: enough for the documented rate at a second a call.
	sideBySide = 5
	// windows is into how many parts a long period is cut, so that each has a page or two of a busy
	// account's records; shortest is the part that a short one is cut into.
	windows  = 48
	shortest = 6 * time.Hour
)

// Read reads the records of a period, in the order of their time, and gives each to keep, one at a time.
// It returns how many lines were passed over because they are none of the function's records. A page is
// held no longer than until it was given. An error is AWS's, keep's, or the end of the context.
func Read(ctx context.Context, logs LogsAPI, q Query, keep func(Entry) error) (passedOver int, err error) {
	r := &reading{logs: logs, query: q, limiter: q.Limiter}
	if r.limiter == nil {
		r.limiter = Rate()
	}
	spans := cut(q.From, q.To)
	if len(spans) > 1 {
		if done, err := r.atOnce(ctx, keep); done || err != nil {
			return r.passedOver, err
		}
	}
	r.progress.Windows = len(spans)
	pages := make([]chan []types.FilteredLogEvent, len(spans))
	for i := range pages {
		pages[i] = make(chan []types.FilteredLogEvent, 1) // a window runs ahead by two pages
	}
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return r.give(ctx, pages, keep) })
	free := make(chan struct{}, sideBySide)
	group.Go(func() error {
		for i, w := range spans {
			select {
			case free <- struct{}{}:
			case <-ctx.Done():
				return ctx.Err()
			}
			group.Go(func() error {
				defer func() { <-free }()
				defer close(pages[i])
				return r.window(ctx, w, pages[i])
			})
		}
		return nil
	})
	err = group.Wait()
	return r.passedOver, err
}

// span is a part of the period.
type span struct{ from, to time.Time }

func cut(from, to time.Time) []span {
	var spans []span
	length := max(to.Sub(from)/windows, shortest)
	for at := from; at.Before(to); at = at.Add(length) {
		end := at.Add(length)
		if end.After(to) {
			end = to
		}
		spans = append(spans, span{at, end})
	}
	return spans
}

type reading struct {
	logs       LogsAPI
	query      Query
	limiter    *rate.Limiter
	progress   Progress // of give
	passedOver int
}

// give hands the pages over in the order of the windows.
func (r *reading) give(ctx context.Context, windows []chan []types.FilteredLogEvent, keep func(Entry) error) error {
	for _, pages := range windows {
		for {
			page, more, err := next(ctx, pages)
			if err != nil {
				return err
			}
			if !more {
				break
			}
			for _, event := range page {
				if err := r.keep(event, keep); err != nil {
					return err
				}
			}
			r.report()
		}
		r.progress.WindowsRead++
		r.report()
	}
	return nil
}

// atOnce reads the whole period with one call, where that is enough: most installations have few records.
func (r *reading) atOnce(ctx context.Context, keep func(Entry) error) (done bool, err error) {
	answer, err := r.call(ctx, span{r.query.From, r.query.To}, nil)
	if err != nil || aws.ToString(answer.NextToken) != "" {
		return false, err
	}
	r.progress.Windows = 1
	page := make(chan []types.FilteredLogEvent, 1)
	page <- answer.Events
	close(page)
	return true, r.give(ctx, []chan []types.FilteredLogEvent{page}, keep)
}

func next(ctx context.Context, pages <-chan []types.FilteredLogEvent) (page []types.FilteredLogEvent, more bool, err error) {
	select {
	case page, more = <-pages:
		return page, more, nil
	case <-ctx.Done():
		return nil, false, ctx.Err()
	}
}

func (r *reading) keep(event types.FilteredLogEvent, keep func(Entry) error) error {
	line := aws.ToString(event.Message)
	record, ok := handler.ParseRecord([]byte(line))
	if !ok {
		r.passedOver++
		return nil
	}
	entry := Entry{Record: record, At: time.UnixMilli(aws.ToInt64(event.Timestamp)).UTC(), Raw: line}
	if !r.query.Filter.Matches(&entry) {
		return nil
	}
	r.progress.Records++
	return keep(entry)
}

func (r *reading) report() {
	if r.query.Progress != nil {
		r.query.Progress(r.progress)
	}
}

// window reads one window page by page. A page may be empty and have a successor (FilterLogEvents).
func (r *reading) window(ctx context.Context, w span, pages chan<- []types.FilteredLogEvent) error {
	var token *string
	for {
		answer, err := r.call(ctx, w, token)
		if err != nil {
			return err
		}
		if len(answer.Events) > 0 {
			select {
			case pages <- answer.Events:
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		if token = answer.NextToken; aws.ToString(token) == "" {
			return nil
		}
	}
}

// call asks for a page of a window, when it is time to.
func (r *reading) call(ctx context.Context, w span, token *string) (*cloudwatchlogs.FilterLogEventsOutput, error) {
	if err := r.limiter.Wait(ctx); err != nil {
		return nil, err
	}
	return r.logs.FilterLogEvents(ctx, &cloudwatchlogs.FilterLogEventsInput{
		LogGroupName:  &r.query.LogGroup,
		StartTime:     aws.Int64(w.from.UnixMilli()),
		EndTime:       aws.Int64(w.to.UnixMilli() - 1), // both ends are included
		FilterPattern: aws.String(r.query.Filter.pattern()),
		NextToken:     token,
	})
}
