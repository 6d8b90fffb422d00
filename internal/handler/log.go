package handler

import (
	"context"
	"io"
	"log/slog"
	"runtime"
	"strings"
	"time"
)

// MessageRedeployed is the message of the record of a redeployment. Metric
// filters look for it.
const MessageRedeployed = "Service redeployment triggered successfully"

// NewLogger gives a logger that writes one JSON object a line: timestamp,
// level, message, the record's own fields, and the function and line that
// wrote it.
func NewLogger(out io.Writer, level slog.Level) *slog.Logger {
	return slog.New(sourceHandler{slog.NewJSONHandler(out, &slog.HandlerOptions{
		Level:       level,
		ReplaceAttr: rename,
	})})
}

// rename gives slog's own fields the names and forms that ours have.
func rename(groups []string, a slog.Attr) slog.Attr {
	if len(groups) > 0 {
		return a
	}
	switch a.Key {
	case slog.TimeKey:
		return slog.String("timestamp", stamp(a.Value.Time()))
	case slog.MessageKey:
		a.Key = "message"
	case slog.LevelKey:
		if a.Value.String() == slog.LevelWarn.String() {
			return slog.String(slog.LevelKey, "WARNING")
		}
	}
	return a
}

// stamp writes a time as RFC 3339 in UTC with milliseconds.
func stamp(t time.Time) string {
	return t.UTC().Format("2006-01-02T15:04:05.000Z07:00")
}

// sourceHandler adds to each record the function and the line it comes from.
type sourceHandler struct{ slog.Handler }

func (h sourceHandler) Handle(ctx context.Context, r slog.Record) error {
	frame, _ := runtime.CallersFrames([]uintptr{r.PC}).Next()
	name := frame.Function[strings.LastIndexByte(frame.Function, '.')+1:]
	r.AddAttrs(slog.String("function", name), slog.Int("line", frame.Line))
	return h.Handler.Handle(ctx, r)
}

func (h sourceHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return sourceHandler{h.Handler.WithAttrs(attrs)}
}

func (h sourceHandler) WithGroup(name string) slog.Handler {
	return sourceHandler{h.Handler.WithGroup(name)}
}

// eventAttrs are the fields that every record of an invocation has, as far as
// they are known.
func eventAttrs(in *Interruption, requestID string) []any {
	attrs := present(
		slog.String("request_id", requestID),
		slog.String("cluster", in.ClusterARN),
		slog.String("service", in.Service),
		slog.String("task_arn", in.TaskARN),
		slog.String("event_id", in.EventID),
		slog.String("availability_zone", in.AvailabilityZone),
	)
	if !in.EventTime.IsZero() {
		attrs = append(attrs, slog.String("event_time", stamp(in.EventTime)))
	}
	return attrs
}

// present leaves out the empty ones of string attributes.
func present(attrs ...slog.Attr) []any {
	var out []any
	for _, a := range attrs {
		if a.Value.String() != "" {
			out = append(out, a)
		}
	}
	return out
}
