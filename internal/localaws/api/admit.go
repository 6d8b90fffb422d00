package api

import (
	"slices"
	"time"
)

// admit is called before any call has an effect: it records the call, applies faults, and evaluates the
// caller's policies.
func (c *Request) admit() error {
	j := &c.Server.journal
	j.mu.Lock()
	c.noted = j.add(c.Record)
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

// strike applies the fault to the call.
func (f Fault) strike(c *Request) error {
	if f.Delay > 0 {
		select {
		case <-time.After(f.Delay):
		case <-c.HTTP.Context().Done():
			return errDropped
		}
	}
	switch {
	case f.Lose:
		return errDropped
	case f.Deny:
		return denied(c.Record)
	case f.Throttle:
		return Throttled(c.Record.Service)
	case f.Refuse != nil:
		return f.Refuse
	}
	c.dropped = c.dropped || f.Drop
	if f.Entries != nil {
		c.Entries = f.Entries
	}
	if f.Lag != nil {
		c.Lag = *f.Lag
	}
	return nil
}

// finish records how a call ended; refusal is nil if it succeeded. A call that was rejected before it was
// admitted is recorded now.
func (c *Request) finish(refusal *Error) {
	j := &c.Server.journal
	j.mu.Lock()
	defer j.mu.Unlock()
	if c.noted == nil {
		c.noted = j.add(c.Record)
	}
	if refusal != nil {
		c.noted.Code = refusal.Code
	}
}

// Calls returns all calls so far, oldest first. A call is listed once it is admitted, its Code once it is
// completed.
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
