package api

import (
	"errors"
	"time"
)

// errDropped is the error of a connection that is cut before the response.
var errDropped = errors.New("the connection was cut by a fault")

// Fault makes calls fail: empty fields in its first part match every call.
type Fault struct {
	Service, Action string          // as in [Call]
	Match           func(Call) bool // for conditions that names cannot express
	Nth             int             // only the n-th matching call, counted from 1 since the injection
	Every           int             // every n-th matching call

	Delay    time.Duration // before anything else, the call takes longer
	Refuse   *Error        // the response is this error, and the call is not done
	Throttle bool          // the response is the service's throttling error
	Deny     bool          // access is denied, as by IAM
	Lose     bool          // cut before it takes effect
	Drop     bool          // done, but its response is lost
	// Entries makes the entries of a batch fail with status 200: PutTargets, RemoveTargets.
	Entries *Error
	// Lag makes GetResources use an outdated index.
	Lag *Lag
}

// Lag is how the index of the Resource Groups Tagging API is outdated.
type Lag struct {
	Missing bool                         // it lacks the existing resources
	Deleted map[string]map[string]string // it still contains these resources, by ARN with their tags
}

// armed is an injected fault with its counter.
type armed struct {
	Fault
	seen int
}

// hits reports whether the fault applies to this call, and counts the call if it matches.
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
