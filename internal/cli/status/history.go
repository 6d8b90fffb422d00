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
	"github.com/spothandler/spothandler/internal/deploy/settings"
	"github.com/spothandler/spothandler/internal/history"
)

// recentLimit is how long status waits for the records of the last 24 hours.
const recentLimit = 3 * time.Second

// recents reads, beside all else that status reads in a region, what each function did in the last 24 hours. Nothing
// that happens to it changes the verdict.
type recents struct {
	logs    history.LogsAPI
	limiter *rate.Limiter // of the account and region
	ctx     context.Context
	cancel  context.CancelFunc
	now     time.Time

	mu  sync.Mutex
	all map[string]*recent // by log group
}

// recent is the last 24 hours of one function.
type recent struct {
	limit  <-chan time.Time
	asked  atomic.Bool // AWS; until then it waits for its turn
	done   chan struct{}
	day    *history.Day
	latest *history.Latest
	err    error
}

// noted notes whether it was called.
type noted struct {
	history.LogsAPI
	called *atomic.Bool
}

func (n noted) FilterLogEvents(ctx context.Context, in *cloudwatchlogs.FilterLogEventsInput, options ...func(*cloudwatchlogs.Options)) (*cloudwatchlogs.FilterLogEventsOutput, error) {
	n.called.Store(true)
	return n.LogsAPI.FilterLogEvents(ctx, in, options...)
}

// newRecents begins nothing yet. It has to be ended.
func newRecents(ctx context.Context, logs history.LogsAPI, limiter *rate.Limiter) *recents {
	r := &recents{logs: logs, limiter: limiter, now: time.Now(), all: map[string]*recent{}}
	r.ctx, r.cancel = context.WithCancel(ctx)
	return r
}

// end stops what is still being read, and waits until it has stopped: with --verbose each call prints a line.
func (r *recents) end() {
	r.cancel()
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, one := range r.all {
		<-one.done
	}
}

// located begins to read the records of an installation whose record is known. One that omits records has nothing
// to be counted.
func (r *recents) located(names deploy.Names, record *settings.Record) {
	if !deploy.HidesRecords(record.LogLevel) {
		r.begin(names.LogGroup)
	}
}

// beginRest begins to read what no role told of.
func (r *recents) beginRest(found []*deploy.Installation) {
	for _, each := range found {
		if each.Record == nil {
			r.begin(each.Names.LogGroup)
		}
	}
}

// begin begins to read a log group, unless that has begun already.
func (r *recents) begin(group string) *recent {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.all[group] == nil {
		one := &recent{limit: time.After(recentLimit), done: make(chan struct{})}
		r.all[group] = one
		go func() {
			defer close(one.done)
			one.day, one.latest, one.err = history.ReadDay(r.ctx, noted{r.logs, &one.asked}, history.Query{LogGroup: group, Limiter: r.limiter}, r.now)
		}()
	}
	return r.all[group]
}

// lastDay is how the part of status is called that comes from the records.
const lastDay = "last 24 h"

// add notes at a status what the function did, or why that is not known.
func (r *recents) add(status *deploy.Status, found *deploy.Installation) {
	unknown := found.Unrecorded(status.Spec)
	if unknown == "" {
		one := r.begin(found.Names.LogGroup)
		status.Last24h, status.Latest, unknown = one.wait()
	}
	if unknown != "" {
		status.NotChecked = append(status.NotChecked, deploy.NotChecked{What: lastDay, Why: unknown})
	}
}

// wait waits until it was read, or for the rest of the time that there is for it. What was read by then counts, however
// long the other reads took.
func (one *recent) wait() (day *history.Day, latest *history.Latest, unknown string) {
	select {
	case <-one.done:
	default:
		select {
		case <-one.done:
		case <-one.limit:
			unknown = fmt.Sprintf("not read within %s", recentLimit)
			if !one.asked.Load() {
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
		return "the log group is gone"
	case apperr.Says(err, "KMS", "kms:"):
		return "the KMS key of the log group may not be used: " + apperr.Plain(err)
	}
	return apperr.WhyNot(err)
}

// printRecent shows what the function did, or why that is not known.
func (r run) printRecent(status deploy.Status) {
	if why := unreadOf(status); why != "" {
		r.Out.Print(r.Out.Labelled(lastDay, " ", []string{"unknown: " + why}))
		return
	}
	if status.Last24h == nil { // it was not asked for
		return
	}
	r.Out.Print(r.Out.Labelled(lastDay, " · ", dayInWords(status.Last24h)))
	if status.Latest != nil {
		r.Out.Print(r.Out.Labelled("latest", " · ", latestInWords(status.Latest)))
	}
}

// hintRecent says, below all rows, what helps against what printRecent showed.
func (r run) hintRecent(status deploy.Status) {
	switch {
	case unreadOf(status) != "" && deploy.HidesRecords(status.Spec.LogLevel):
		show.Hint(r.Out, r.inRegion(status.Region).RecordAllHint(status.Prefix))
	case status.Last24h != nil && status.Last24h.Failures > 0:
		show.Hint(r.Out, "spothandler logs"+r.inRegion(status.Region).InstallationFlags(status.Prefix)+" --level ERROR   what failed, and what helps")
	}
}

// printRecordAll shows, below a remark on several installations, with what their functions record all, where it is about
// their log level.
func (r run) printRecordAll(all []deploy.Status, remark note) {
	prefix := "NAME"
	if len(remark.prefixes) == 1 {
		prefix = remark.prefixes[0]
	}
	for _, status := range all {
		if remark.text == notRead+": "+deploy.LevelHides(status.Spec.LogLevel) {
			cure := r.inRegion(status.Region).RecordAllHint(prefix)
			if r.Installations != nil {
				cure = "log-level: INFO   in " + r.Sources.File
			}
			show.Hint(r.Out, cure)
			return
		}
	}
}

// unreadOf is why the records of an installation are not known; "" where they are, or were not asked for.
func unreadOf(status deploy.Status) string {
	for _, each := range status.NotChecked {
		if each.What == lastDay {
			return each.Why
		}
	}
	return ""
}

func dayInWords(day *history.Day) []string {
	if day.Interruptions == 0 {
		return []string{"no interruption was recorded"}
	}
	return slices.Concat([]string{term.Plural(day.Interruptions, "task") + " interrupted", fmt.Sprintf("%d redeployed", day.Redeployments)},
		show.NotRedeployed(day.Skipped), []string{fmt.Sprintf("%d failed", day.Failures)})
}

func latestInWords(latest *history.Latest) []string {
	result := string(latest.Result)
	switch latest.Result {
	case history.Skipped:
		result += ": " + string(latest.Reason)
	case history.Observed:
		result = "would have been redeployed"
	}
	return []string{latest.At.UTC().Format("15:04:05 UTC"), latest.Cluster + "/" + latest.Service, result}
}

// recentInBrief is the last 24 hours in a line among those of other installations.
func recentInBrief(status deploy.Status) string {
	day := status.Last24h
	switch {
	case unreadOf(status) != "":
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
