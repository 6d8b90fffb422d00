package history

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spothandler/spothandler/internal/handler"
)

// Filter limits what is read. Empty fields limit nothing.
type Filter struct {
	Clusters []string // names or ARNs
	Services []string // NAME, or CLUSTER/NAME
	Task     string   // ARN, or the ID at its end, or the beginning of that
	Reasons  []handler.Reason
	Level    string // minimum level: DEBUG, INFO, WARNING or ERROR
}

// Levels returns the levels of records, lowest first.
func Levels() []string { return []string{"DEBUG", "INFO", "WARNING", "ERROR"} }

// Matches reports whether an entry passes the filter.
func (f *Filter) Matches(e *Entry) bool {
	return (len(f.Clusters) == 0 || slices.Contains(f.Clusters, e.Cluster) || slices.Contains(f.Clusters, handler.NameOf(e.Cluster))) &&
		(len(f.Services) == 0 || slices.Contains(f.Services, e.Service) || slices.Contains(f.Services, handler.NameOf(e.Cluster)+"/"+e.Service)) &&
		(f.Task == "" || f.Task == e.TaskARN || strings.HasPrefix(handler.NameOf(e.TaskARN), f.Task)) &&
		f.wants(e)
}

func (f *Filter) wants(e *Entry) bool {
	return (len(f.Reasons) == 0 || slices.Contains(f.Reasons, e.Reason)) &&
		(f.Level == "" || slices.Index(Levels(), e.Level) >= slices.Index(Levels(), f.Level))
}

// pattern returns the part of the filter that CloudWatch Logs can apply, to transfer less: the function's
// records and, if there is only one service, that service's. It needs no escaping: ECS's names contain no
// quotes, and a name with other characters is left to Matches.
func (f *Filter) pattern() string {
	const names = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"
	if len(f.Services) == 1 {
		if name := handler.NameOf(f.Services[0]); strings.Trim(name, names) == "" {
			return fmt.Sprintf(`{ $.reason = "*" && $.service = %q }`, name)
		}
	}
	return `{ $.reason = "*" }`
}
