package handler

import (
	"context"
	"io"
	"log/slog"
	"runtime"
	"strings"
	"sync"
	"time"
)

// MessageRedeployed is the message of the record of a redeployment. Metric
// filters match on it.
const MessageRedeployed = "Service redeployment triggered successfully"

// MessageSkipped is the beginning of the message of the record of an
// interruption that is left to ECS. The cause follows it.
const MessageSkipped = "Service redeployment skipped: "

// NewLogger returns a logger that writes one JSON object per line: timestamp,
// level, message, the record's own fields, and the function and line of the
// caller.
func NewLogger(out io.Writer, level slog.Level) *slog.Logger {
	return slog.New(sourceHandler{slog.NewJSONHandler(out, &slog.HandlerOptions{
		Level:       level,
		ReplaceAttr: rename,
	})})
}

// rename gives slog's own fields the names and formats of Record.
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
		if level, ok := a.Value.Any().(slog.Level); ok {
			return slog.String(slog.LevelKey, levelName(level))
		}
	}
	return a
}

// sourceHandler adds the caller's function and line to each record.
type sourceHandler struct{ slog.Handler }

func (h sourceHandler) Handle(ctx context.Context, r slog.Record) error {
	name, line := sourceOf(r.PC)
	r.AddAttrs(slog.String("function", name), slog.Int("line", line))
	return h.Handler.Handle(ctx, r)
}

// sourceOf returns the function and the line of a program counter.
func sourceOf(pc uintptr) (function string, line int) {
	frame, _ := runtime.CallersFrames([]uintptr{pc}).Next()
	return frame.Function[strings.LastIndexByte(frame.Function, '.')+1:], frame.Line
}

func (h sourceHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return sourceHandler{h.Handler.WithAttrs(attrs)}
}

func (h sourceHandler) WithGroup(name string) slog.Handler {
	return sourceHandler{h.Handler.WithGroup(name)}
}

// eventAttrs returns the fields of Record that every record of an invocation
// has, as far as they are known.
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

// present returns the attributes whose string is not empty.
func present(attrs ...slog.Attr) []any {
	var out []any
	for _, a := range attrs {
		if a.Value.String() != "" {
			out = append(out, a)
		}
	}
	return out
}

// lockedWriter makes a writer safe for concurrent use.
type lockedWriter struct {
	mu sync.Mutex
	io.Writer
}

func (w *lockedWriter) Write(line []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.Writer.Write(line)
}

// Time is a time in the format of records: RFC 3339 in UTC with milliseconds.
type Time struct{ time.Time }

// MarshalJSON returns the time as a JSON string. It never fails.
func (t Time) MarshalJSON() ([]byte, error) { return []byte(`"` + stamp(t.Time) + `"`), nil }

// stamp formats a time as in records.
func stamp(t time.Time) string {
	return t.UTC().Format("2006-01-02T15:04:05.000Z07:00")
}

// levelName returns the name of a level as in records.
func levelName(level slog.Level) string {
	if level == slog.LevelWarn {
		return "WARNING"
	}
	return level.String()
}
