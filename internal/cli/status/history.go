package status

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"golang.org/x/time/rate"

	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/cli/show"
	"github.com/spothandler/spothandler/internal/cli/term"
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

// lastDay is the name of the part of status that comes from the records.
const lastDay = "last 24 h"

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

// printActivity prints what the function did, or why that is unknown.
func (r run) printActivity(status deploy.Status) {
	if why := whyUnknown(status); why != "" {
		r.Out.Print(r.Out.Labeled(lastDay, " ", []string{"unknown: " + why}))
		return
	}
	if status.Last24h == nil { // not requested
		return
	}
	r.Out.Print(r.Out.Labeled(lastDay, " · ", describeDay(status.Last24h)))
	if status.Latest != nil {
		r.Out.Print(r.Out.Labeled("latest", " · ", describeLatest(status.Latest)))
	}
}

// hintActivity prints, below all rows, hints on what printActivity showed.
func (r run) hintActivity(status deploy.Status) {
	switch {
	case whyUnknown(status) != "" && deploy.HidesRecords(status.Spec.LogLevel):
		show.Hint(r.Out, r.hintsIn(status.Region).RecordAll(status.Prefix))
	case status.Last24h != nil && status.Last24h.Failures > 0:
		show.Hint(r.Out, "spothandler logs"+r.hintsIn(status.Region).InstallationFlags(status.Prefix)+" --level ERROR   what failed, and how to fix it")
	}
}

// hintRecordAll prints, below a remark on the log level of several installations, the command that makes their functions
// record everything.
func (r run) hintRecordAll(all []deploy.Status, remark note) {
	prefix := "NAME"
	if len(remark.prefixes) == 1 {
		prefix = remark.prefixes[0]
	}
	for _, status := range all {
		if remark.text == notRead+": "+deploy.LevelHides(status.Spec.LogLevel) {
			hint := r.hintsIn(status.Region).RecordAll(prefix)
			if r.Installations != nil {
				hint = "log-level: INFO   in " + r.Sources.File
			}
			show.Hint(r.Out, hint)
			return
		}
	}
}

// whyUnknown returns why the activity of an installation is unknown, or "" if it is known or was not requested.
func whyUnknown(status deploy.Status) string {
	for _, each := range status.NotChecked {
		if each.What == lastDay {
			return each.Why
		}
	}
	return ""
}

func describeDay(day *history.Day) []string {
	if day.Interruptions == 0 {
		return []string{"no interruptions recorded"}
	}
	return slices.Concat([]string{term.Plural(day.Interruptions, "task") + " interrupted", fmt.Sprintf("%d redeployed", day.Redeployments)},
		show.NotRedeployed(day.Skipped), []string{fmt.Sprintf("%d failed", day.Failures)})
}

func describeLatest(latest *history.Latest) []string {
	result := string(latest.Result)
	switch latest.Result {
	case history.Skipped:
		result += ": " + string(latest.Reason)
	case history.Observed:
		result = "would have been redeployed"
	}
	return []string{latest.At.UTC().Format("15:04:05 UTC"), latest.Cluster + "/" + latest.Service, result}
}

// summarizeDay returns the last 24 hours in the few words of a table's cell.
func summarizeDay(status deploy.Status) string {
	day := status.Last24h
	switch {
	case whyUnknown(status) != "":
		return "24 h: unknown"
	case day == nil:
		return ""
	case day.Interruptions == 0:
		return "24 h: none recorded"
	}
	words := []string{fmt.Sprintf("24 h: %d interrupted", day.Interruptions)}
	if day.Failures > 0 {
		words = append(words, fmt.Sprintf("%d failed", day.Failures))
	}
	return strings.Join(words, ", ")
}
