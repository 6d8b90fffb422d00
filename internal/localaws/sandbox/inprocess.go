package sandbox

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/aws/aws-lambda-go/lambdacontext"
)

// InProcess creates a function's handler, once for each sandbox: environment returns the function's variables
// like os.Getenv, and out receives its log lines. It is used where processes are not wanted or not possible.
type InProcess func(environment func(string) string, out io.Writer) (Handler, error)

// Handler handles one invocation. Its context has the function's deadline and, as in aws-lambda-go, request
// ID and client context. Its result is encoded as JSON.
type Handler func(ctx context.Context, event json.RawMessage) (any, error)

// Start returns a sandbox that calls a handler.
func (factory InProcess) Start(env map[string]string, out io.Writer) (Sandbox, error) {
	h, err := factory(func(key string) string { return env[key] }, out)
	if err != nil {
		return nil, err
	}
	return h, nil
}

// Invoke calls the handler.
func (h Handler) Invoke(ctx context.Context, e Event) Outcome {
	lc := &lambdacontext.LambdaContext{AwsRequestID: e.ID, InvokedFunctionArn: e.FunctionARN}
	if e.ClientContext != "" && json.Unmarshal([]byte(e.ClientContext), &lc.ClientContext) != nil {
		return Failure(e, "Runtime.UnmarshalError", "client context")
	}
	done := make(chan Outcome, 1)
	go func() { done <- h.call(lambdacontext.NewContext(ctx, lc), e) }()
	select {
	case out := <-done:
		return out
	case <-ctx.Done():
		return timedOut(e)
	}
}

func (h Handler) call(ctx context.Context, e Event) (out Outcome) {
	defer func() {
		if r := recover(); r != nil {
			out = Failure(e, "Runtime.ExitError", fmt.Sprintf("Runtime exited with error: panic: %v", r))
		}
	}()
	result, err := h(ctx, e.Payload)
	text, unwritable := json.Marshal(result)
	if err == nil && unwritable == nil {
		return Outcome{Payload: text, Status: "success"}
	}
	if err == nil {
		err = unwritable
	}
	kind := fmt.Sprintf("%T", err)
	return Outcome{Payload: words(kind[strings.LastIndex(kind, ".")+1:], err.Error()), Status: "error"}
}

// Close does nothing.
func (h Handler) Close() {}
