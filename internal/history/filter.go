package history

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spothandler/spothandler/internal/handler"
)

// Filter narrows what is read. What is empty narrows nothing.
type Filter struct {
	Clusters []string // names or ARNs
	Services []string // names
	Task     string   // ARN, or the id at its end, or the beginning of that
	Reasons  []handler.Reason
	Level    string // the least: DEBUG, INFO, WARNING or ERROR
}

// Levels are the levels of records, the least first.
func Levels() []string { return []string{"DEBUG", "INFO", "WARNING", "ERROR"} }

// Matches reports whether the filter lets an entry through.
func (f *Filter) Matches(e *Entry) bool {
	return (len(f.Clusters) == 0 || slices.Contains(f.Clusters, e.Cluster) || slices.Contains(f.Clusters, handler.NameOf(e.Cluster))) &&
		(len(f.Services) == 0 || slices.Contains(f.Services, e.Service)) &&
		(f.Task == "" || f.Task == e.TaskARN || strings.HasPrefix(handler.NameOf(e.TaskARN), f.Task)) &&
		f.wants(e)
}

func (f *Filter) wants(e *Entry) bool {
	return (len(f.Reasons) == 0 || slices.Contains(f.Reasons, e.Reason)) &&
		(f.Level == "" || slices.Index(Levels(), e.Level) >= slices.Index(Levels(), f.Level))
}

// pattern is what CloudWatch Logs can filter by itself, so that less is sent: the function's records, and
// of these the service's, where it is one. What a name may hold cannot break out of it: ECS's names have no quotes, and a
// name with other letters is left to Matches.
func (f *Filter) pattern() string {
	const names = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"
	if len(f.Services) == 1 && strings.Trim(f.Services[0], names) == "" {
		return fmt.Sprintf(`{ $.reason = "*" && $.service = %q }`, f.Services[0])
	}
	return `{ $.reason = "*" }`
}
