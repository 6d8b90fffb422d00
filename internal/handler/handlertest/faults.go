package handlertest

import (
	"net/http"
	"time"
)

// Fault is an injected response.
type Fault struct {
	Code    string        // AWS's error code
	Status  int           // HTTP status; default 400 with a Code, else unchanged
	Body    string        // the whole body, if AWS did not send it
	Cut     bool          // the connection breaks in the middle of the response
	Network bool          // the connection breaks instead of a response
	Hang    time.Duration // delay before anything else
	Done    bool          // the call is still carried out
}

// Denied is the response if the permission is missing.
func Denied() Fault { return Fault{Code: "AccessDeniedException"} }

// Throttled is the response if there are too many calls.
func Throttled() Fault { return Fault{Code: "ThrottlingException"} }

// Broken is a 5xx response.
func Broken() Fault { return Fault{Code: "ServerException", Status: http.StatusInternalServerError} }

// Unavailable is AWS's response during an outage.
func Unavailable() Fault {
	return Fault{Code: "ServiceUnavailableException", Status: http.StatusServiceUnavailable}
}

// Reset breaks the connection.
func Reset() Fault { return Fault{Network: true} }

// CutOff breaks the connection in the middle of the response.
func CutOff() Fault { return Fault{Cut: true} }

// HTML is the response of something between the client and AWS.
func HTML(status int) Fault {
	return Fault{Status: status, Body: "<html><body>Bad gateway</body></html>"}
}

// BrokenJSON is a response with invalid JSON.
func BrokenJSON() Fault { return Fault{Body: `{"services":[{"serviceName":"api",,`} }

// EmptyObject is a response that lacks what AWS always sends.
func EmptyObject() Fault { return Fault{Body: "{}"} }

// Fail responds with f to the next calls of an operation, as many as times
// says.
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

// Heal removes the faults of an operation.
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

// Limit throttles an operation with a token bucket, as AWS does.
type Limit struct {
	Burst  float64
	PerSec float64

	tokens float64
	last   time.Time
}

// SetLimit sets the limit of an operation.
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
