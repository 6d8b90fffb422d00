package handlertest

import (
	"net/http"
	"time"
)

// Fault is an answer other than the usual one.
type Fault struct {
	Code    string        // AWS's error code
	Status  int           // HTTP status; default 400 with a Code, else as usual
	Body    string        // the whole answer, which AWS did not make
	Cut     bool          // the connection breaks in the middle of the answer
	Network bool          // the connection breaks instead of an answer
	Hang    time.Duration // before anything else
	Done    bool          // the call is carried out all the same
}

// Denied is the answer for lack of permission.
func Denied() Fault { return Fault{Code: "AccessDeniedException"} }

// Throttled is the answer for too many calls.
func Throttled() Fault { return Fault{Code: "ThrottlingException"} }

// Broken is an answer of class 5xx.
func Broken() Fault { return Fault{Code: "ServerException", Status: http.StatusInternalServerError} }

// Unavailable is the answer of AWS during an outage.
func Unavailable() Fault {
	return Fault{Code: "ServiceUnavailableException", Status: http.StatusServiceUnavailable}
}

// Reset breaks the connection.
func Reset() Fault { return Fault{Network: true} }

// CutOff breaks the connection in the middle of the answer.
func CutOff() Fault { return Fault{Cut: true} }

// HTML is the answer of something between the client and AWS.
func HTML(status int) Fault {
	return Fault{Status: status, Body: "<html><body>Bad gateway</body></html>"}
}

// BrokenJSON is an answer that is no JSON.
func BrokenJSON() Fault { return Fault{Body: `{"services":[{"serviceName":"api",,`} }

// EmptyObject is an answer that lacks what AWS always sends.
func EmptyObject() Fault { return Fault{Body: "{}"} }

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
		if a.Faults != nil {
			return a.Faults(operation)
		}
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
