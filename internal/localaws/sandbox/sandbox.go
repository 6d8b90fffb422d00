// Package sandbox runs a Lambda function one event at a time, as Lambda does: its bootstrap as a process
// behind the Lambda Runtime API, or a handler inside this process.
package sandbox

import (
	"context"
	"encoding/json"
	"fmt"
	"time"
)

// Sandbox is an execution environment of a function.
type Sandbox interface {
	// Invoke passes an event to the function and returns the outcome; ctx ends at the event's deadline. Calls
	// must not overlap.
	Invoke(ctx context.Context, e Event) Outcome
	// Close ends the function and waits for it. It may be called again.
	Close()
}

// Event is one event for a function.
type Event struct {
	ID, FunctionARN string
	Payload         json.RawMessage
	ClientContext   string // JSON; "" if none
	Timeout         time.Duration
	Deadline        time.Time
}

// Outcome is the result of an invocation.
type Outcome struct {
	Payload json.RawMessage // the function's response, or Lambda's error
	Status  string          // as in Lambda's report: success, error, failure, timeout
	Broken  bool            // the sandbox cannot be reused
}

// Failed reports whether the function did not succeed.
func (o Outcome) Failed() bool { return o.Status != "success" }

// Failure returns the outcome of an event that broke its sandbox, or found none.
func Failure(e Event, kind, message string) Outcome {
	return Outcome{Payload: words(kind, "RequestId: "+e.ID+" Error: "+message), Status: "failure", Broken: true}
}

// timedOut returns Lambda's outcome for a function that exceeded its timeout.
func timedOut(e Event) Outcome {
	out := Failure(e, "Sandbox.Timedout", fmt.Sprintf("Task timed out after %.2f seconds", e.Timeout.Seconds()))
	out.Status = "timeout"
	return out
}

// words returns an error in Lambda's format.
func words(kind, message string) json.RawMessage {
	text, err := json.Marshal(map[string]string{"errorType": kind, "errorMessage": message})
	if err != nil { // cannot fail for strings
		return nil
	}
	return text
}
