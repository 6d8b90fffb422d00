package history

import (
	"context"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"
	"golang.org/x/sync/errgroup"
	"golang.org/x/time/rate"

	"github.com/spothandler/spothandler/internal/handler"
)

// LogsAPI is the part of CloudWatch Logs that is used.
type LogsAPI interface {
	FilterLogEvents(context.Context, *cloudwatchlogs.FilterLogEventsInput, ...func(*cloudwatchlogs.Options)) (*cloudwatchlogs.FilterLogEventsOutput, error)
}

var _ LogsAPI = (*cloudwatchlogs.Client)(nil)

// Query selects the records to read.
type Query struct {
	LogGroup string
	From, To time.Time // of the records; To is not included
	Filter   Filter
	Limiter  *rate.Limiter // shared by all readers of one account and Region; nil: a separate one
	// Progress, if not nil, is called during the reading; calls are serialized.
	Progress func(Progress)
}

// Progress is the progress of a reading.
type Progress struct {
	Windows, WindowsRead int
	Records              int
}

// Entry is one record of the function.
type Entry struct {
	handler.Record
	At  time.Time // when it was written, according to CloudWatch Logs
	Raw string    // the original line
}

// Rate returns a limiter for FilterLogEvents: AWS documents five calls per second for all callers in an
// account and Region (CloudWatch Logs quotas), so a little less is used.
func Rate() *rate.Limiter { return rate.NewLimiter(4.8, 1) }

const (
	// parallelism is the number of windows that are read concurrently: enough for the documented rate at one
	// second per call.
	parallelism = 5
	// windows is the number of parts of a long period, so that each has a page or two of a busy account's
	// records; shortest is the length of the parts of a short period.
	windows  = 48
	shortest = 6 * time.Hour
)

// Skew is the assumed difference between this machine's clock and AWS's: records up to that long after now
// are read, too.
const Skew = 5 * time.Minute

// Read reads the records of a period in the order of time and passes each to keep, one at a time. It returns
// the number of lines that are not records of the function. Pages are only held until they were passed on. An
// error is AWS's, keep's, or the context's.
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
		pages[i] = make(chan []types.FilteredLogEvent, 1) // a window is at most two pages ahead
	}
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return r.give(ctx, pages, keep) })
	free := make(chan struct{}, parallelism)
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
	progress   Progress // maintained by give
	passedOver int
}

// give passes the pages on in the order of the windows. FilterLogEvents may return an event twice, within the window of
// its time: only the first is passed on.
func (r *reading) give(ctx context.Context, windows []chan []types.FilteredLogEvent, keep func(Entry) error) error {
	for _, pages := range windows {
		seen := seenIDs{}
		for {
			page, more, err := next(ctx, pages)
			if err != nil {
				return err
			}
			if !more {
				break
			}
			for _, event := range seen.first(page) {
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

// atOnce reads the whole period with one call if one page is enough: most installations have few records.
func (r *reading) atOnce(ctx context.Context, keep func(Entry) error) (done bool, err error) {
	response, err := r.call(ctx, span{r.query.From, r.query.To}, nil)
	if err != nil || aws.ToString(response.NextToken) != "" {
		return false, err
	}
	r.progress.Windows = 1
	page := make(chan []types.FilteredLogEvent, 1)
	page <- response.Events
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

// seenIDs are the IDs of the log events of a window.
type seenIDs map[string]bool

// first returns the events of a page that were not seen before. An event without an ID is always returned.
func (s seenIDs) first(page []types.FilteredLogEvent) []types.FilteredLogEvent {
	return slices.DeleteFunc(slices.Clone(page), func(event types.FilteredLogEvent) bool {
		id := aws.ToString(event.EventId)
		seen := id != "" && s[id]
		s[id] = true
		return seen
	})
}

func (r *reading) report() {
	if r.query.Progress != nil {
		r.query.Progress(r.progress)
	}
}

// window reads one window page by page. An empty page may be followed by others (FilterLogEvents).
func (r *reading) window(ctx context.Context, w span, pages chan<- []types.FilteredLogEvent) error {
	var token *string
	for {
		response, err := r.call(ctx, w, token)
		if err != nil {
			return err
		}
		if len(response.Events) > 0 {
			select {
			case pages <- response.Events:
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		if token = response.NextToken; aws.ToString(token) == "" {
			return nil
		}
	}
}

// call reads a page of a window within the rate limit.
func (r *reading) call(ctx context.Context, w span, token *string) (*cloudwatchlogs.FilterLogEventsOutput, error) {
	if err := r.limiter.Wait(ctx); err != nil {
		return nil, err
	}
	return r.logs.FilterLogEvents(ctx, &cloudwatchlogs.FilterLogEventsInput{
		LogGroupName:  &r.query.LogGroup,
		StartTime:     aws.Int64(w.from.UnixMilli()),
		EndTime:       aws.Int64(w.to.UnixMilli() - 1), // both ends are inclusive
		FilterPattern: aws.String(r.query.Filter.pattern()),
		NextToken:     token,
	})
}
