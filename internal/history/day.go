package history

import (
	"context"
	"time"

	"github.com/spothandler/spothandler/internal/handler"
)

// Day summarizes the function's activity of the last 24 hours, with the figures of a Report of one day.
type Day struct {
	From          time.Time      `json:"from"`
	To            time.Time      `json:"to"`
	Interruptions int            `json:"interruptions"`
	Redeployments int            `json:"redeployments"`
	Skipped       map[string]int `json:"skipped"` // by reason; "observed" in mode observe
	Failures      int            `json:"failures"`
}

// Latest is the latest interruption of a Day.
type Latest struct {
	At      time.Time      `json:"at"`
	Cluster string         `json:"cluster"` // name
	Service string         `json:"service"`
	TaskARN string         `json:"task_arn"`
	Result  Result         `json:"result"`
	Reason  handler.Reason `json:"reason"`
	Error   string         `json:"error"` // "" unless it failed
}

// ReadDay reads the last 24 hours before now from a log group, limited like Read. The latest interruption is
// nil if there was none.
func ReadDay(ctx context.Context, logs LogsAPI, q Query, now time.Time) (*Day, *Latest, error) {
	q.From, q.To = now.Add(-24*time.Hour), now.Add(Skew)
	collector := &Collector{}
	_, err := Read(ctx, logs, q, func(e Entry) error {
		collector.Add(&e)
		return nil
	})
	if err != nil {
		return nil, nil, err
	}
	r := Summarize(collector, q.From, now)
	return &Day{r.From, r.To, r.Interruptions, r.Redeployments, r.Skipped, r.Failures}, latest(r.All), nil
}

// latest returns the last of the interruptions, which are sorted by time. If several tasks of one deployment
// were interrupted together it is the one for which the service was redeployed, because the others were
// skipped for that reason.
func latest(all []Interruption) *Latest {
	if len(all) == 0 {
		return nil
	}
	last := all[len(all)-1]
	for i := len(all) - 1; i >= 0 && last.Result == Skipped && last.Deployment != ""; i-- {
		each := all[i]
		if each.Result == Redeployed && each.Deployment == last.Deployment && each.Service == last.Service && each.Cluster == last.Cluster {
			last = each
		}
	}
	return &Latest{
		At: last.At.UTC(), Cluster: handler.NameOf(last.Cluster), Service: last.Service, TaskARN: last.Task,
		Result: last.Result, Reason: last.Reason, Error: last.Error,
	}
}
