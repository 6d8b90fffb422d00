package handler

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"runtime/debug"
)

// Handle decides what to do about an EventBridge event and does it. It returns
// an *Error for a failure that a retry may fix, so that Lambda invokes the
// function once more; a permanent failure is only reported in the response and
// the log.
func (h *Handler) Handle(ctx context.Context, event json.RawMessage) (response Response, err error) {
	v := h.begin(ctx, event)
	defer func() {
		if cause := recover(); cause != nil {
			response, err = v.response(), &Error{"Panic", fmt.Errorf("panic: %v", cause)}
			v.log.ErrorContext(ctx, "The handler panicked", slog.Any("error", err), slog.String("stack", string(debug.Stack())))
		}
	}()
	err = v.run(ctx)
	v.summarize(ctx, err)
	response = v.response()
	if err == nil || isPermanent(err) {
		return response, nil
	}
	return response, &Error{errorType(err), err}
}

// eventKind is one kind of event that the function handles.
type eventKind struct {
	detailType string
	handle     func(*invocation, context.Context) error
}

// eventKinds returns the kinds of event that the function handles.
func eventKinds() [2]eventKind {
	return [...]eventKind{
		{EventDetailType, (*invocation).replaceInterrupted},
		{SimulateSource, (*invocation).replaceInterrupted}, // as a dry run
	}
}

// run handles the event by its detail type. For an unknown type the gate alone
// decides.
func (v *invocation) run(ctx context.Context) error {
	for _, kind := range eventKinds() {
		if kind.detailType == v.event.DetailType {
			return kind.handle(v, ctx)
		}
	}
	v.decide()
	return nil
}
