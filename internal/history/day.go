package history

import (
	"context"
	"time"

	"github.com/spothandler/spothandler/internal/handler"
)

// Day is what the function did in the last 24 hours, in the figures that a Report of one day has.
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
	Error   string         `json:"error"` // "" where it is no failure
}

// Skew is how far the clocks of this machine and of AWS may be apart: records of so long after now are read too.
const Skew = 5 * time.Minute

// ReadDay reads the last 24 hours before now of a log group, at the pace of the limiter, as Read does. The latest is nil
// where there was no interruption.
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

// latest returns the last of the interruptions, which are in the order of time. Of the tasks of one deployment that were
// interrupted together it is the one for which the service was redeployed: the others were skipped since it was.
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
