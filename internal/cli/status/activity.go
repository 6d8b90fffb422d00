package status

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"golang.org/x/time/rate"

	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/deploy"
	"github.com/spothandler/spothandler/internal/deploy/resource"
	"github.com/spothandler/spothandler/internal/deploy/settings"
	"github.com/spothandler/spothandler/internal/history"
)

// activityTimeout is how long status waits for the records of the last 24 hours.
const activityTimeout = 3 * time.Second

// activityReader reads what each function in a Region did in the last 24 hours, concurrently with the rest of status. Its
// failures do not affect the verdict.
type activityReader struct {
	logs    history.LogsAPI
	limiter *rate.Limiter // of the account and Region
	ctx     context.Context
	cancel  context.CancelFunc
	now     time.Time
	patient bool // wait for the records however long it takes

	mu  sync.Mutex
	all map[string]*activity // by log group
}

// activity is what one function did in the last 24 hours.
type activity struct {
	limit  <-chan time.Time // nil if there is none
	called atomic.Bool      // false while it waits for the rate limiter
	done   chan struct{}
	day    *history.Day
	latest *history.Latest
	err    error
}

// trackedLogs records whether FilterLogEvents was called.
type trackedLogs struct {
	history.LogsAPI
	called *atomic.Bool
}

func (t trackedLogs) FilterLogEvents(ctx context.Context, in *cloudwatchlogs.FilterLogEventsInput, options ...func(*cloudwatchlogs.Options)) (*cloudwatchlogs.FilterLogEventsOutput, error) {
	t.called.Store(true)
	return t.LogsAPI.FilterLogEvents(ctx, in, options...)
}

// newActivityReader returns a reader that reads nothing yet. The caller must stop it.
func newActivityReader(ctx context.Context, logs history.LogsAPI, limiter *rate.Limiter) *activityReader {
	r := &activityReader{logs: logs, limiter: limiter, now: time.Now(), all: map[string]*activity{}}
	r.ctx, r.cancel = context.WithCancel(ctx)
	return r
}

// stop cancels all reads and waits for them to return, since with --verbose each call prints a line.
func (r *activityReader) stop() {
	r.cancel()
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, one := range r.all {
		<-one.done
	}
}

// start starts to read the log group of an installation whose settings record is known, unless its log level hides
// records.
func (r *activityReader) start(names resource.Names, record *settings.Record) {
	if !deploy.HidesRecords(record.LogLevel) {
		r.read(names.LogGroup)
	}
}

// startRest starts to read the log groups of the installations without a settings record.
func (r *activityReader) startRest(found []*deploy.Installation) {
	for _, each := range found {
		if each.Record == nil {
			r.read(each.Names.LogGroup)
		}
	}
}

// read starts to read a log group, unless it was started already.
func (r *activityReader) read(group string) *activity {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.all[group] == nil {
		one := &activity{done: make(chan struct{})}
		if !r.patient {
			one.limit = time.After(activityTimeout)
		}
		r.all[group] = one
		go func() {
			defer close(one.done)
			one.day, one.latest, one.err = history.ReadDay(r.ctx, trackedLogs{r.logs, &one.called}, history.Query{LogGroup: group, Limiter: r.limiter}, r.now)
		}()
	}
	return r.all[group]
}

// add adds to a status what the function did, or why that is unknown.
func (r *activityReader) add(status *deploy.Status, found *deploy.Installation) {
	unknown := found.Unrecorded(status.Spec)
	if unknown == "" {
		one := r.read(found.Names.LogGroup)
		status.Last24h, status.Latest, unknown = one.wait()
	}
	if unknown != "" {
		status.NotChecked = append(status.NotChecked, resource.NotChecked{What: lastDay, Why: unknown})
	}
}

// wait waits until the records are read, or until activityTimeout after the read was started. Records that were read by then
// are returned, however long the other reads took.
func (one *activity) wait() (day *history.Day, latest *history.Latest, unknown string) {
	select {
	case <-one.done:
	default:
		select {
		case <-one.done:
		case <-one.limit:
			unknown = fmt.Sprintf("not read within %s", activityTimeout)
			if !one.called.Load() {
				unknown += ": CloudWatch Logs allows five calls a second"
			}
			return nil, nil, unknown
		}
	}
	if one.err != nil {
		return nil, nil, whyNoRecords(one.err)
	}
	return one.day, one.latest, ""
}

// whyNoRecords says, as a clause, why records could not be read.
func whyNoRecords(err error) string {
	switch {
	case apperr.IsNotFound(err):
		return "the log group is missing"
	case apperr.Says(err, "KMS", "kms:"):
		return "the KMS key of the log group cannot be used: " + apperr.Plain(err)
	}
	return apperr.WhyNot(err)
}
