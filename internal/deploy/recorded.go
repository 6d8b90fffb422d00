package deploy

import (
	"slices"

	"github.com/spothandler/spothandler/internal/deploy/settings"
	"github.com/spothandler/spothandler/internal/handler"
)

// HidesRecords reports whether the function omits records with this log level: those of redeployments, and
// most of skipped events, have level INFO.
func HidesRecords(logLevel string) bool { return logLevel == "WARNING" || logLevel == "ERROR" }

// Unrecorded returns a clause that says why the log group of an installation with these settings does not
// contain all of its function's records, or "".
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
		return "Lambda's log level " + f.Logging.Application + " omits records"
	}
	return ""
}

// LevelHides returns a clause that says that a log level omits records.
func LevelHides(level string) string {
	return "log level " + level + " omits records"
}
