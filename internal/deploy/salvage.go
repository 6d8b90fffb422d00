package deploy

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spothandler/spothandler/internal/handler"
)

// salvage reads the settings off the resources, for an installation whose record is lost and for
// resources that are taken over. Each value that is not the default gives a warning.
func (i *Installation) salvage(spec *Spec) []string {
	before := spec.clone()
	if f := i.State.Function; f != nil {
		salvageFunction(spec, f)
	}
	if g := i.State.LogGroup; g != nil && !i.Kept && g.AccountRetention == "" {
		spec.LogRetentionDays = g.RetentionDays
	}
	if r := i.State.Rule; r != nil {
		salvageRule(spec, r)
	}
	var warnings []string
	for _, setting := range Settings() {
		was, is := encodeJSON(setting.Get(before)), encodeJSON(setting.Get(*spec))
		if was != is {
			warnings = append(warnings, fmt.Sprintf("no record: %s %s is taken from what is there", setting.Name, is))
		}
	}
	return warnings
}

func salvageFunction(spec *Spec, f *Function) {
	spec.MemorySize, spec.Timeout = f.MemorySize, f.Timeout
	spec.ReservedConcurrency = f.ReservedConcurrency
	if slices.Contains([]string{"arm64", "x86_64"}, f.Architecture) {
		spec.Architecture = f.Architecture
	}
	if level := f.Environment[handler.EnvLogLevel]; slices.Contains([]string{"DEBUG", "INFO", "WARNING", "ERROR"}, level) {
		spec.LogLevel = level
	}
	if mode := handler.Mode(f.Environment[handler.EnvRedeploy]); slices.Contains([]handler.Mode{handler.ModeOnce, handler.ModeAlways, handler.ModeObserve}, mode) {
		spec.Redeploy = mode
	}
	if cooldown, err := time.ParseDuration(f.Environment[handler.EnvCooldown]); err == nil && cooldown >= 0 {
		spec.Cooldown = cooldown
	}
	spec.Tags = usersTags(f.Tags)
}

func salvageRule(spec *Spec, r *Rule) {
	if r.State == "ENABLED" || r.State == "DISABLED" {
		spec.RuleState = r.State
	}
	var pattern struct {
		Detail struct{ ClusterArn []string }
	}
	if json.Unmarshal([]byte(r.Pattern), &pattern) == nil {
		spec.Clusters = pattern.Detail.ClusterArn
	}
}

// usersTags are tags without ours and without AWS's own.
func usersTags(tags map[string]string) map[string]string {
	users := map[string]string{}
	for key, value := range tags {
		if key != TagManagedBy && !strings.HasPrefix(key, "spothandler:") && !strings.HasPrefix(key, "aws:") && len(users) < MaxTags {
			users[key] = value
		}
	}
	return users
}
