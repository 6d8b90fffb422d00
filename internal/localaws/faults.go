package localaws

import (
	"errors"
	"time"
)

// errDropped is a connection cut before the answer.
var errDropped = errors.New("the connection was cut by a fault")

// Fault is trouble for some calls: what it leaves empty in its first part fits every call.
type Fault struct {
	Service, Action string          // as in [Call]
	Match           func(Call) bool // for what names cannot say
	Nth             int             // only the n-th call that fits, counted from 1 when the fault is injected
	Every           int             // every n-th call that fits

	Delay    time.Duration // first of all, the call takes longer
	Refuse   *Error        // answered with this error and not done
	Throttle bool          // refused as the service refuses who is too fast
	Deny     bool          // refused as IAM refuses who may not
	Lose     bool          // cut before it took effect
	Drop     bool          // done, but its answer is lost
	// Entries makes the entries of a batch fail inside an answer that says 200: PutTargets, RemoveTargets.
	Entries *Error
	// Lag makes GetResources answer from an index that lags behind.
	Lag *Lag
}

// Lag is how far the index of the Resource Groups Tagging API is behind.
type Lag struct {
	Missing bool                         // it does not list what there is now
	Deleted map[string]map[string]string // it still lists these resources, by ARN with their tags
}

// armed is a fault that counts.
type armed struct {
	Fault
	seen int
}

// hits reports whether the fault strikes this call, which counts as seen where it fits.
func (a *armed) hits(c Call) bool {
	fits := (a.Service == "" || a.Service == c.Service) && (a.Action == "" || a.Action == c.Action) &&
		(a.Match == nil || a.Match(c))
	if !fits {
		return false
	}
	a.seen++
	switch {
	case a.Nth > 0:
		return a.seen == a.Nth
	case a.Every > 0:
		return a.seen%a.Every == 0
	}
	return true
}

// strike does to the call what the fault says.
func (f Fault) strike(c *call) error {
	if f.Delay > 0 {
		select {
		case <-time.After(f.Delay):
		case <-c.request.Context().Done():
			return errDropped
		}
	}
	switch {
	case f.Lose:
		return errDropped
	case f.Deny:
		return denied(c.record)
	case f.Throttle:
		return throttled(c.record.Service)
	case f.Refuse != nil:
		return f.Refuse
	}
	c.dropped = c.dropped || f.Drop
	if f.Entries != nil {
		c.entries = f.Entries
	}
	if f.Lag != nil {
		c.lag = *f.Lag
	}
	return nil
}
