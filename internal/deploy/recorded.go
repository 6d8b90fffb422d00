package deploy

import (
	"slices"

	"github.com/spothandler/spothandler/internal/deploy/settings"
	"github.com/spothandler/spothandler/internal/handler"
)

// HidesRecords reports whether with this log level the function leaves records out: those of redeployments, and of most
// that it skips, are of level INFO.
func HidesRecords(logLevel string) bool { return logLevel == "WARNING" || logLevel == "ERROR" }

// Unrecorded returns, as a clause, why the records in the log group of an installation with these settings do not tell
// all that its function does, or "".
func (i *Installation) Unrecorded(spec settings.Spec) string {
	level, f := spec.LogLevel, i.Owned().Function
	if f != nil && f.Environment[handler.EnvLogLevel] != "" {
		level = f.Environment[handler.EnvLogLevel]
	}
	switch {
	case HidesRecords(level):
		return LevelHides(level)
	case f == nil || f.Logging == nil:
		return ""
	case f.Logging.Group != i.Names.LogGroup:
		return "the function writes to log group " + f.Logging.Group
	case slices.Contains([]string{"WARN", "ERROR", "FATAL"}, f.Logging.Application): // Lambda API, LoggingConfig
		return "Lambda's log level " + f.Logging.Application + " leaves records out"
	}
	return ""
}

// LevelHides says, as a clause, that a log level leaves records out.
func LevelHides(level string) string {
	return "log level " + level + " leaves records out"
}
