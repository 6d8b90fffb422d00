package cli

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/spothandler/spothandler/internal/deploy/settings"
)

// notDefault are the settings that are not the default, in words, but for some.
func notDefault(spec settings.Spec, but ...string) []string {
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
