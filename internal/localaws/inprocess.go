package localaws

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"reflect"

	"github.com/aws/aws-lambda-go/lambdacontext"
)

// InProcess makes a function's handler, once for each sandbox: environment is what Lambda gives the function, getenv's
// way, and out takes its log lines. It runs where processes are not wanted, or cannot be.
type InProcess func(environment func(string) string, out io.Writer) (Handler, error)

// Handler does one invocation. Its context has the function's deadline and, as aws-lambda-go has them, request id and
// client context. Its answer is written as JSON.
type Handler func(ctx context.Context, event json.RawMessage) (any, error)

// inProcess is a sandbox that calls a handler.
type inProcess struct {
	handler Handler
}

func startInProcess(factory InProcess, env map[string]string, out io.Writer) (sandbox, error) {
	h, err := factory(func(key string) string { return env[key] }, out)
	if err != nil {
		return nil, err
	}
	return &inProcess{h}, nil
}

func (p *inProcess) invoke(ctx context.Context, inv invocation) outcome {
	lc := &lambdacontext.LambdaContext{AwsRequestID: inv.id, InvokedFunctionArn: inv.functionARN}
	if inv.clientContext != "" && json.Unmarshal([]byte(inv.clientContext), &lc.ClientContext) != nil {
		return failure(inv.id, "Runtime.UnmarshalError", "client context")
	}
	done := make(chan outcome, 1)
	go func() { done <- p.handle(lambdacontext.NewContext(ctx, lc), inv) }()
	select {
	case out := <-done:
		return out
	case <-ctx.Done():
		return timedOut(inv)
	}
}

func (p *inProcess) handle(ctx context.Context, inv invocation) (out outcome) {
	defer func() {
		if r := recover(); r != nil {
			out = failure(inv.id, "Runtime.ExitError", fmt.Sprintf("Runtime exited with error: panic: %v", r))
		}
	}()
	answer, err := p.handler(ctx, inv.payload)
	if err == nil {
		var text []byte
		if text, err = json.Marshal(answer); err == nil {
			return outcome{payload: text, status: "success"}
		}
	}
	kind := reflect.TypeOf(err)
	if kind.Kind() == reflect.Pointer {
		kind = kind.Elem()
	}
	text, err := json.Marshal(map[string]string{"errorMessage": err.Error(), "errorType": kind.Name()})
	if err != nil { // plain strings: cannot happen
		return failure(inv.id, "Runtime.MarshalError", err.Error())
	}
	return outcome{payload: text, failed: true, status: "error"}
}

func (p *inProcess) close() {}

// timedOut is what Lambda answers when a function has run past its timeout; its sandbox is killed.
func timedOut(inv invocation) outcome {
	out := failure(inv.id, "Sandbox.Timedout", fmt.Sprintf("Task timed out after %.2f seconds", inv.timeout.Seconds()))
	out.status = "timeout"
	return out
}
