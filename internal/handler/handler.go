package handler

import (
	"context"
	"io"
	"log/slog"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
)

// ECSAPI is the part of ECS that the handler calls.
type ECSAPI interface {
	DescribeServices(context.Context, *ecs.DescribeServicesInput, ...func(*ecs.Options)) (*ecs.DescribeServicesOutput, error)
	UpdateService(context.Context, *ecs.UpdateServiceInput, ...func(*ecs.Options)) (*ecs.UpdateServiceOutput, error)
}

var _ ECSAPI = (*ecs.Client)(nil)

// LogsAPI is the part of CloudWatch Logs that the handler calls.
type LogsAPI interface {
	CreateLogStream(context.Context, *cloudwatchlogs.CreateLogStreamInput, ...func(*cloudwatchlogs.Options)) (*cloudwatchlogs.CreateLogStreamOutput, error)
}

var _ LogsAPI = (*cloudwatchlogs.Client)(nil)

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

// Response is the result of an invocation: the decision and its outcome.
type Response struct {
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
