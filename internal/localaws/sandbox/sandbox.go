// Package sandbox runs a Lambda function as Lambda does, one event after the other: its bootstrap as a process behind
// the Lambda Runtime API, or a handler inside this process.
package sandbox

import (
	"context"
	"encoding/json"
	"fmt"
	"time"
)

// Sandbox is one place where a function runs.
type Sandbox interface {
	// Invoke hands the function an event and returns how that ended; ctx ends at the event's deadline. One at a time.
	Invoke(ctx context.Context, e Event) Outcome
	// Close ends the function and waits for its end. It may be called again.
	Close()
}

// Event is one event for a function.
type Event struct {
	ID, FunctionARN string
	Payload         json.RawMessage
	ClientContext   string // JSON; "" is none
	Timeout         time.Duration
	Deadline        time.Time
}

// Outcome is how an invocation ended.
type Outcome struct {
	Payload json.RawMessage // the function's answer, or Lambda's words for what went wrong
	Status  string          // as Lambda's own report has it: success, error, failure, timeout
	Broken  bool            // the sandbox is of no more use
}

// Failed reports whether the function did not succeed.
func (o Outcome) Failed() bool { return o.Status != "success" }

// Failure is the outcome of an event that broke its sandbox, or found none.
func Failure(e Event, kind, message string) Outcome {
	return Outcome{Payload: words(kind, "RequestId: "+e.ID+" Error: "+message), Status: "failure", Broken: true}
}

// timedOut is what Lambda answers when a function has run past its timeout.
func timedOut(e Event) Outcome {
	out := Failure(e, "Sandbox.Timedout", fmt.Sprintf("Task timed out after %.2f seconds", e.Timeout.Seconds()))
	out.Status = "timeout"
	return out
}

// words are an error as Lambda answers it.
func words(kind, message string) json.RawMessage {
	text, err := json.Marshal(map[string]string{"errorType": kind, "errorMessage": message})
	if err != nil { // plain strings: cannot happen
		return nil
	}
	return text
}
