package handler

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"runtime/debug"

	"github.com/aws/aws-sdk-go-v2/service/ecs"
)

// ECSAPI is the part of ECS that the handler calls.
type ECSAPI interface {
	DescribeServices(context.Context, *ecs.DescribeServicesInput, ...func(*ecs.Options)) (*ecs.DescribeServicesOutput, error)
	UpdateService(context.Context, *ecs.UpdateServiceInput, ...func(*ecs.Options)) (*ecs.UpdateServiceOutput, error)
}

var _ ECSAPI = (*ecs.Client)(nil)

// An invoker requests a dry run with this entry in the custom part of the
// client context, which neither EventBridge nor the content of an event can
// set.
const (
	ClientContextKey = "spothandler"
	DryRun           = "dry-run"
)

// Handler decides and acts on events. It is safe for concurrent use.
type Handler struct {
	config Config
	ecs    ECSAPI
	logs   LogsAPI
	out    io.Writer
	logger *slog.Logger
	memory memory
}

// New returns a Handler that writes its log records to out, one JSON object per
// line. The zero Config is mode once without cooldown, claim or metrics.
func New(config Config, ecs ECSAPI, logs LogsAPI, out io.Writer) *Handler {
	out = &lockedWriter{Writer: out}
	return &Handler{config: config, ecs: ecs, logs: logs, out: out, logger: NewLogger(out, config.LogLevel)}
}

// Answer is the result of an invocation: the decision and its outcome.
type Answer struct {
	Action           Action `json:"action"`
	Reason           Reason `json:"reason"`
	Message          string `json:"message"`
	Mode             Mode   `json:"mode"`
	Applied          bool   `json:"applied"` // a new deployment was forced
	DryRun           bool   `json:"dry_run,omitempty"`
	Cluster          string `json:"cluster,omitempty"`
	Service          string `json:"service,omitempty"`
	TaskARN          string `json:"task_arn,omitempty"`
	DeploymentBefore string `json:"deployment_before,omitempty"`
	DeploymentAfter  string `json:"deployment_after,omitempty"`
}

// Handle decides what to do about an EventBridge event and does it. It returns
// an *Error for a failure that a retry may fix, so that Lambda invokes the
// function once more; a permanent failure is only reported in the answer and
// the log.
func (h *Handler) Handle(ctx context.Context, event json.RawMessage) (answer Answer, err error) {
	v := h.begin(ctx, event)
	defer func() {
		if cause := recover(); cause != nil {
			answer, err = v.answer(), &Error{"Panic", fmt.Errorf("panic: %v", cause)}
			v.log.ErrorContext(ctx, "The handler panicked", slog.Any("error", err), slog.String("stack", string(debug.Stack())))
		}
	}()
	err = v.run(ctx)
	v.summarize(ctx, err)
	if err != nil && !isPermanent(err) {
		return v.answer(), &Error{errorType(err), err}
	}
	return v.answer(), nil
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
