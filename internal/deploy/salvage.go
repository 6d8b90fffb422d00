package deploy

import (
	"cmp"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/spothandler/spothandler/internal/deploy/settings"
	"github.com/spothandler/spothandler/internal/handler"
)

// salvage reads the settings off the resources, for an installation whose record is lost and for
// resources that are taken over. Each value that is not the default, and not given, has a warning.
func (i *Installation) salvage(spec *settings.Spec, given settings.Given) []string {
	before := spec.Clone()
	found := map[string]string{}
	if f := i.State.Function; f != nil {
		salvageFunction(found, f)
		spec.Tags = settings.UserTags(f.Tags)
	}
	if g := i.State.LogGroup; g != nil && !i.Kept && g.RetentionRuler == "" {
		found["log-retention-days"] = strconv.Itoa(g.RetentionDays)
	}
	i.salvageKeyAndBoundary(found)
	if r := i.State.Rule; r != nil {
		found["rule-state"] = r.State
		spec.Clusters = i.salvageClusters(r.Pattern)
	}
	var warnings []string
	for _, setting := range settings.All() {
		if text, ok := found[setting.Name]; ok {
			texts := []string{text}
			if setting.List {
				texts = strings.Split(text, ",")
			}
			_ = setting.Set(spec, "", texts) // what is not accepted is not taken over
		}
		_, asked := given[setting.Name]
		was, is := encodeJSON(setting.Get(before)), encodeJSON(setting.Get(*spec))
		if was != is && !asked {
			warnings = append(warnings, fmt.Sprintf("there is no record: %s %s is taken from the resources", strings.ReplaceAll(setting.JSONName(), "_", " "), is))
		}
	}
	return warnings
}

func salvageFunction(found map[string]string, f *Function) {
	found["memory-size"] = strconv.Itoa(f.MemorySize)
	found["timeout"] = strconv.Itoa(f.Timeout)
	found["reserved-concurrency"] = strconv.Itoa(f.ReservedConcurrency)
	found["architecture"] = f.Architecture
	found["tracing"] = f.Tracing
	if n := f.Network; len(n.Subnets) > 0 && len(n.SecurityGroups) > 0 {
		found["vpc-subnet"], found["vpc-security-group"] = strings.Join(n.Subnets, ","), strings.Join(n.SecurityGroups, ",")
	}
	if f.Async.OnFailure != "" {
		found["on-failure"] = f.Async.OnFailure
	}
	for setting, variable := range map[string]string{
		"log-level": handler.EnvLogLevel, "redeploy": handler.EnvRedeploy, "cooldown": handler.EnvCooldown, "metrics": handler.EnvMetrics,
	} {
		if text, ok := f.Environment[variable]; ok {
			found[setting] = text
		}
	}
}

// salvageKeyAndBoundary takes the function's key before the log group's: without it the function could
// not start. A new role has no boundary to tell.
func (i *Installation) salvageKeyAndBoundary(found map[string]string) {
	if r := i.State.Role; r != nil && r.Boundary != "" {
		found["permissions-boundary"] = r.Boundary
	}
	var key string
	if g := i.State.LogGroup; g != nil && !i.Kept {
		key = g.KMSKey
	}
	if f := i.State.Function; f != nil {
		key = cmp.Or(f.KMSKey, key)
	}
	if key != "" {
		found["kms-key"] = key
	}
}

// salvageClusters are the clusters that a rule's pattern names, if it names them one by one and here.
func (i *Installation) salvageClusters(pattern string) []string {
	var document struct {
		Detail struct{ ClusterArn []string }
	}
	if json.Unmarshal([]byte(pattern), &document) != nil || len(document.Detail.ClusterArn) == 0 {
		return nil
	}
	clusters, err := settings.ParseClusters("", document.Detail.ClusterArn)
	if err != nil {
		return nil
	}
	local, err := settings.LocalClusters(i.Names.Identity, clusters)
	if err != nil {
		return nil
	}
	return local
}
