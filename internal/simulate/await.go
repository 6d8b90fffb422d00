package simulate

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	smithytime "github.com/aws/smithy-go/time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"golang.org/x/time/rate"

	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/handler"
	"github.com/spothandler/spothandler/internal/history"
)

// await waits for the function's record of one of the events that were sent. It returns nil if none was found, and
// the steps say why. An error is the context's.
func (r *Rehearsal) await(ctx context.Context) (*handler.Record, error) {
	began, limit := time.Now(), history.Rate()
	for pace := pollFirst; ; pace = min(2*pace, pollLast) {
		record, err := r.find(ctx, limit, began)
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if err != nil {
			r.unreadable(err)
			return nil, nil //nolint:nilnil // the steps say why
		}
		waited := time.Since(began)
		if record != nil {
			return record, nil
		}
		if waited >= waitLongest {
			r.unseen()
			return nil, nil //nolint:nilnil // the steps say why
		}
		if r.Progress != nil {
			r.Progress(fmt.Sprintf("waiting for the function's record  %ds", int(waited.Seconds())))
		}
		if time.Since(r.last) >= sendAgain && len(r.sent) == 1 {
			if err := r.send(ctx); err != nil {
				return nil, err
			}
		}
		if err := smithytime.SleepWithContext(ctx, pace); err != nil {
			return nil, err
		}
	}
}

// find searches once for the record. An empty page may be followed by others (CloudWatch Logs API, FilterLogEvents).
func (r *Rehearsal) find(ctx context.Context, limit *rate.Limiter, since time.Time) (*handler.Record, error) {
	var token *string
	for {
		if err := limit.Wait(ctx); err != nil {
			return nil, err
		}
		page, err := r.Logs.FilterLogEvents(ctx, &cloudwatchlogs.FilterLogEventsInput{
			LogGroupName:  &r.Installed.Names.LogGroup,
			StartTime:     aws.Int64(since.Add(-clockSkew).UnixMilli()),
			FilterPattern: aws.String(r.pattern()),
			NextToken:     token,
		})
		if err != nil {
			return nil, err
		}
		for _, event := range page.Events {
			record, ok := handler.ParseRecord([]byte(aws.ToString(event.Message)))
			if _, sent := r.sent[record.EventID]; ok && sent {
				return &record, nil
			}
		}
		if token = page.NextToken; aws.ToString(token) == "" {
			return nil, nil //nolint:nilnil // none yet
		}
	}
}

// clockSkew is how far this machine's clock may be ahead of Lambda's.
const clockSkew = 5 * time.Minute

// pattern returns a filter pattern for the records of the events that were sent. Their IDs are EventBridge's, which
// contain no quotes.
func (r *Rehearsal) pattern() string {
	var all []string
	for _, id := range slices.Sorted(maps.Keys(r.sent)) {
		all = append(all, fmt.Sprintf(`$.event_id = %q`, id))
	}
	return "{ " + strings.Join(all, " || ") + " }"
}

// read sets the steps that a record proves: the rule, the permission, the function, ECS and the log group work.
func (r *Rehearsal) read(record *handler.Record) {
	sent := r.sent[record.EventID]
	seen := time.Since(sent)
	names := r.Installed.Names
	r.note(holds(LinkRule, names.Rule+" matched it"))
	r.note(holds(LinkRecord, "arrived in "+names.LogGroup).after(seen))
	function := holds(LinkFunction, "was invoked, and read the service from ECS")
	if record.Reason == handler.ReasonFailed {
		f := fault{"was invoked, and could not read the service: " + record.Error, "spothandler status" + r.Installed.Scope}
		if strings.Contains(record.ErrorType, "AccessDenied") {
			f.fix = r.Installed.fixOfDenial(r.Event)
		}
		function = broken(LinkFunction, f)
	}
	if took := record.Timestamp.Sub(sent); took >= 0 && took <= seen { // otherwise the two clocks differ
		function = function.after(took)
	}
	r.note(function)
	if record.Reason == handler.ReasonFailed {
		r.note(unchecked(LinkDecision, "not made: the function failed"))
		return
	}
	r.note(holds(LinkDecision, decisionWords(record)))
}

// decisionWords returns the function's decision in words.
func decisionWords(record *handler.Record) string {
	text := string(record.Reason)
	for _, each := range handler.Reasons() {
		if each.Reason == record.Reason {
			text += ": " + each.Text
		}
	}
	switch {
	case isOnlyLogged(record):
		text += "; mode observe only logs it"
	case record.Action == handler.ActionSkip && record.Message != "": // such as an unknown value of the tag
		text = string(record.Reason) + ": " + strings.TrimPrefix(record.Message, handler.MessageSkipped)
	}
	return text
}

// isOnlyLogged reports whether the function did not redeploy only because of mode observe.
func isOnlyLogged(record *handler.Record) bool {
	return record.Action == handler.ActionRedeploy && record.Mode == handler.ModeObserve
}

// unreadable records that the log group cannot be searched.
func (r *Rehearsal) unreadable(err error) {
	names := r.Installed.Names
	if apperr.IsNotFound(err) {
		r.note(broken(LinkRecord, fault{"log group " + names.LogGroup + " is missing", r.Installed.install()}))
		return
	}
	why := "logs:FilterLogEvents: " + apperr.Plain(err)
	if apperr.IsAccessDenied(err) {
		why = "no permission for logs:FilterLogEvents"
	}
	for _, link := range []Link{LinkRule, LinkFunction, LinkDecision, LinkRecord} {
		r.note(unchecked(link, why))
	}
}

// unseen records that no link is known to be broken, but the record was not found.
func (r *Rehearsal) unseen() {
	names := r.Installed.Names
	r.note(unchecked(LinkRule, names.Rule+" is enabled, and its pattern matches"))
	detail := fmt.Sprintf("not seen yet in %s after %ds: a new rule may take a minute", names.LogGroup, int(waitLongest.Seconds()))
	if key := r.Installed.key(); key != "" {
		detail += "; the policy of key " + key + " must allow CloudWatch Logs and the function's role to use it"
	}
	r.note(broken(LinkRecord, fault{detail, "run it again in a minute"}))
}

// key returns the ARN of the customer managed key that the path needs, or "" if there is none.
func (i *Installed) key() string {
	if f := i.State.Function; f != nil && f.KMSKey != "" {
		return f.KMSKey
	}
	if g := i.State.LogGroup; g != nil {
		return g.KMSKey
	}
	return ""
}
