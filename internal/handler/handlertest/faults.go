package handlertest

import (
	"net/http"
	"time"
)

// Fault is an answer other than the usual one.
type Fault struct {
	Code    string        // AWS's error code
	Status  int           // HTTP status; default 400
	Network bool          // the connection breaks instead
	Hang    time.Duration // before anything else
	Done    bool          // the call is carried out all the same
}

// Denied is the answer for lack of permission.
func Denied() Fault { return Fault{Code: "AccessDeniedException"} }

// Throttled is the answer for too many calls.
func Throttled() Fault { return Fault{Code: "ThrottlingException"} }

// Broken is an answer of class 5xx.
func Broken() Fault { return Fault{Code: "ServerException", Status: http.StatusInternalServerError} }

// Reset breaks the connection.
func Reset() Fault { return Fault{Network: true} }

// Fail answers the next times calls of an operation with f.
func (a *AWS) Fail(operation string, times int, f Fault) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.faults == nil {
		a.faults = map[string][]Fault{}
	}
	for range times {
		a.faults[operation] = append(a.faults[operation], f)
	}
}

// Heal ends the faults of an operation.
func (a *AWS) Heal(operation string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.faults, operation)
}

func (a *AWS) fault(operation string) Fault {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.tries == nil {
		a.tries = map[string]int{}
	}
	a.tries[operation]++
	queue := a.faults[operation]
	if len(queue) == 0 {
		return Fault{}
	}
	a.faults[operation] = queue[1:]
	return queue[0]
}

// Limit throttles an operation as AWS does: a bucket of tokens.
type Limit struct {
	Burst  float64
	PerSec float64

	tokens float64
	last   time.Time
}

// SetLimit returns an operation a limit.
func (a *AWS) SetLimit(operation string, l Limit) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.limits == nil {
		a.limits = map[string]*Limit{}
	}
	l.tokens, l.last = l.Burst, time.Now()
	a.limits[operation] = &l
}

func (l *Limit) allow(now time.Time) bool {
	l.tokens = min(l.Burst, l.tokens+now.Sub(l.last).Seconds()*l.PerSec)
	l.last = now
	if l.tokens < 1 {
		return false
	}
	l.tokens--
	return true
}
