package history

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spothandler/spothandler/internal/handler"
)

// Filter narrows what is read. What is empty narrows nothing.
type Filter struct {
	Cluster string // name or ARN
	Service string
	Task    string // ARN, or the id at its end, or the beginning of that
	Reasons []handler.Reason
	Level   string // the least: DEBUG, INFO, WARNING or ERROR
}

// Levels are the levels of records, the least first.
func Levels() []string { return []string{"DEBUG", "INFO", "WARNING", "ERROR"} }

// Matches reports whether the filter lets an entry through.
func (f *Filter) Matches(e *Entry) bool {
	return (f.Cluster == "" || f.Cluster == e.Cluster || f.Cluster == lastPart(e.Cluster)) &&
		(f.Service == "" || f.Service == e.Service) &&
		(f.Task == "" || f.Task == e.TaskARN || strings.HasPrefix(lastPart(e.TaskARN), f.Task)) &&
		f.wants(e)
}

func (f *Filter) wants(e *Entry) bool {
	return (len(f.Reasons) == 0 || slices.Contains(f.Reasons, e.Reason)) &&
		(f.Level == "" || slices.Index(Levels(), e.Level) >= slices.Index(Levels(), f.Level))
}

// pattern is what CloudWatch Logs can filter by itself, so that less is sent: the function's records, and
// of these one service's. What a name may hold cannot break out of it: ECS's names have no quotes, and a
// name with other letters is left to Matches.
func (f *Filter) pattern() string {
	const names = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"
	if f.Service != "" && strings.Trim(f.Service, names) == "" {
		return fmt.Sprintf(`{ $.reason = "*" && $.service = %q }`, f.Service)
	}
	return `{ $.reason = "*" }`
}

// lastPart returns what stands behind the last slash.
func lastPart(arn string) string { return arn[strings.LastIndexByte(arn, '/')+1:] }
