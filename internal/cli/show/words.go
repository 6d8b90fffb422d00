package show

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/spothandler/spothandler/internal/deploy/settings"
)

// ChangedSettings describes the settings that differ from their defaults, except those named in but.
func ChangedSettings(spec settings.Spec, but ...string) []string {
	defaults := settings.Defaults(spec.Prefix)
	var words []string
	for _, setting := range settings.All() {
		if slices.Contains(but, setting.Name) {
			continue
		}
		if value := setting.Get(spec); !reflect.DeepEqual(value, setting.Get(defaults)) {
			words = append(words, settingName(setting.Name)+" "+settingValue(setting.Name, value))
		}
	}
	return words
}

func settingName(name string) string {
	if name == "log-retention-days" {
		return "logs"
	}
	return strings.ReplaceAll(name, "-", " ")
}

func settingValue(name string, value any) string {
	switch value := value.(type) {
	case bool:
		return settings.OnOff(value)
	case []string:
		return strings.Join(value, ", ")
	case map[string]string:
		var pairs []string
		for _, key := range slices.Sorted(maps.Keys(value)) {
			pairs = append(pairs, key+"="+value[key])
		}
		return strings.Join(pairs, ", ")
	}
	return valueWords(strings.TrimPrefix(strings.ReplaceAll(name, "-", "_"), "log_"), fmt.Sprint(value))
}

// Settings describes the settings of an installation: the most important ones, and those that differ from their defaults.
func Settings(spec settings.Spec) []string {
	clusters := "every cluster"
	if len(spec.Clusters) > 0 {
		clusters = "cluster " + strings.Join(spec.Clusters, ", ")
	}
	words := []string{
		clusters, fmt.Sprintf("redeploy %s", spec.Redeploy), spec.Architecture, fmt.Sprintf("%d MB", spec.MemorySize),
		fmt.Sprintf("%ds", spec.Timeout), "logs " + Days(spec.LogRetentionDays),
	}
	return append(words, ChangedSettings(spec, "cluster", "redeploy", "architecture", "memory-size", "timeout", "log-retention-days")...)
}

// Days describes a retention in days; 0 means that logs never expire.
func Days(n int) string {
	switch n {
	case 0:
		return "never expire"
	case 1:
		return "1 day"
	}
	return fmt.Sprintf("%d days", n)
}

// valueWords returns a value with its unit.
func valueWords(path, value string) string {
	switch {
	case value == "" && path == "state": // the state of a healthy function
		return "Active"
	case value == "":
		return "(none)"
	}
	switch path {
	case "memory_size", "ephemeral_storage":
		return value + " MB"
	case "timeout", "max_event_age", "async.max_event_age":
		return value + "s"
	case "retention_days":
		if days, err := strconv.Atoi(value); err == nil {
			return Days(days)
		}
	case "reserved_concurrency":
		if value == "-1" {
			return "unreserved"
		}
	case "code":
		return value[:min(8, len(value))]
	}
	return value
}
