package api

import (
	"slices"
	"strings"
	"sync"
	"time"
)

// Call is one call that a client made.
type Call struct {
	Time      time.Time
	Region    string
	Service   string // as in an IAM action: iam, sts, lambda, logs, events, ecs, sqs, sns, tag, account
	Action    string // the API's name: PutRule
	Resource  string
	Principal string
	Code      string // the error code of its response

	Permissions []Permission // evaluated by IAM, in order: the first that is denied is the last
}

// Permission is an action that IAM evaluated for a call.
type Permission struct {
	Action  string // "iam:PassRole"
	Allowed bool
}

// Write reports whether the call could change something.
func (c Call) Write() bool {
	for _, reading := range []string{"Get", "List", "Describe", "Filter", "Test"} {
		if strings.HasPrefix(c.Action, reading) {
			return false
		}
	}
	return true
}

// String returns the call as an IAM action: "events:PutRule".
func (c Call) String() string { return c.Service + ":" + c.Action }

// journal holds the calls made and the injected faults.
type journal struct {
	mu     sync.Mutex
	calls  []*Call
	faults []*armed
}

// Calls returns all calls so far, oldest first. A call is listed once it is admitted, its Code once it is
// answered.
func (s *Server) Calls() []Call {
	s.journal.mu.Lock()
	defer s.journal.mu.Unlock()
	calls := make([]Call, 0, len(s.journal.calls))
	for _, c := range s.journal.calls {
		calls = append(calls, *c)
	}
	return calls
}

// ForgetCalls clears the list of calls; the counters of faults continue.
func (s *Server) ForgetCalls() {
	s.journal.mu.Lock()
	defer s.journal.mu.Unlock()
	s.journal.calls = nil
}

// finish records how a call ended; refusal is nil if it succeeded. A call that was rejected before it was
// admitted is recorded now.
func (j *journal) finish(c *Request, refusal *Error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if c.noted == nil {
		j.note(c)
	}
	if refusal != nil {
		c.noted.Code = refusal.Code
	}
}

// note adds the call to the list. The lock must be held.
func (j *journal) note(c *Request) {
	record := c.Record
	record.Time = time.Now()
	c.noted = &record
	j.calls = append(j.calls, c.noted)
}

// admit is called before any call has an effect: it records the call, applies faults, and evaluates the
// caller's policies.
func (c *Request) admit() error {
	j := &c.Server.journal
	j.mu.Lock()
	j.note(c)
	var hits []Fault
	for _, f := range j.faults {
		if f.hits(c.Record) {
			hits = append(hits, f.Fault)
		}
	}
	j.mu.Unlock()
	for _, f := range hits {
		if err := f.strike(c); err != nil {
			return err
		}
	}
	return c.authorize()
}

// Inject adds a fault; the returned function removes it.
func (s *Server) Inject(f Fault) (remove func()) {
	j := &s.journal
	a := &armed{Fault: f}
	j.mu.Lock()
	defer j.mu.Unlock()
	j.faults = append(j.faults, a)
	return func() {
		j.mu.Lock()
		defer j.mu.Unlock()
		j.faults = slices.DeleteFunc(j.faults, func(x *armed) bool { return x == a })
	}
}
