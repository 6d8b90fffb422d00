package deploy

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"strconv"
	"strings"

	"github.com/spothandler/spothandler/internal/deploy/resource"
	"github.com/spothandler/spothandler/internal/deploy/settings"
	"github.com/spothandler/spothandler/internal/handler"
)

// Resolve returns the settings: given values, else (unless reset) recorded ones, else, if the role is gone,
// what the resources still have, else the defaults. The warnings name what had to be inferred, and what was
// kept because no other value was given.
func (i *Installation) Resolve(given settings.Given, reset bool) (spec settings.Spec, warnings []string, err error) {
	spec = settings.Defaults(i.Names.Prefix)
	switch {
	case reset:
	case i.recordHolds():
		spec = i.Record.Spec(i.Names.Prefix)
		spec.Tags, warnings = i.recordedTags(given)
	default:
		warnings = i.inferSettings(&spec, given)
	}
	i.keepNames(&spec)
	warnings = append(warnings, i.guard(&spec, given, reset)...)
	if err := given.Apply(&spec); err != nil {
		return settings.Spec{}, nil, err
	}
	spec.RolePath = i.Names.RolePath
	spec.Dropped = i.droppedTags(spec)
	spec.Clusters, err = settings.LocalClusters(i.Names.Identity, spec.Clusters)
	return spec, warnings, err
}

// keepNames keeps the names of an existing installation, even on reset, since renaming is refused. Without a
// record they are the names that it was found by.
func (i *Installation) keepNames(spec *settings.Spec) {
	if i.Record != nil {
		spec.FunctionName, spec.RuleName = i.Record.FunctionName, i.Record.RuleName
		return
	}
	before := settings.Prefixed(i.Names.Prefix, "")
	spec.FunctionName, spec.RuleName = strings.TrimPrefix(i.Names.Function, before), strings.TrimPrefix(i.Names.Rule, before)
}

func (i *Installation) recordedTags(given settings.Given) (map[string]string, []string) {
	tags, lost := settings.RecoverTags(i.Record.TagMarks, i.State.Tags()...)
	_, asked := given["tag"]
	if lost == 0 || asked {
		return tags, nil
	}
	return tags, []string{fmt.Sprintf("%d recorded tags are no longer on any of the resources; give them again with --tag", lost)}
}

// droppedTags returns the recorded tags that the Spec no longer has. The record contains them until they are
// removed from every resource, so that the next run completes an interrupted one.
func (i *Installation) droppedTags(spec settings.Spec) map[string]string {
	if i.Record == nil {
		return nil
	}
	dropped, _ := settings.RecoverTags(i.Record.TagMarks+i.Record.Untagged, i.State.Tags()...)
	maps.DeleteFunc(dropped, func(key, _ string) bool {
		_, wanted := spec.Tags[key]
		return wanted
	})
	return dropped
}

// inferSettings reads the settings from the resources of an installation that lost its record, and of
// resources that are taken over. Each value that is neither the default nor given has a warning.
func (i *Installation) inferSettings(spec *settings.Spec, given settings.Given) []string {
	before := spec.Clone()
	found := map[string]string{}
	if f := i.State.Function; f != nil {
		inferFunction(found, f)
		spec.Tags = settings.UserTags(f.Tags)
	}
	if g := i.State.LogGroup; g != nil && !i.Kept && g.RetentionSetBy == "" {
		found["log-retention-days"] = strconv.Itoa(g.RetentionDays)
	}
	i.inferKeyAndBoundary(found)
	if r := i.State.Rule(i.Names.Rule); r != nil {
		found["rule-state"] = r.State
		spec.Clusters = i.inferClusters(r.Pattern)
	}
	var warnings []string
	for _, setting := range settings.All() {
		if text, ok := found[setting.Name]; ok {
			texts := []string{text}
			if setting.List {
				texts = strings.Split(text, ",")
			}
			_ = setting.Set(spec, "", texts) // values that are not accepted are ignored
		}
		_, asked := given[setting.Name]
		was, is := setting.JSON(before), setting.JSON(*spec)
		if was != is && !asked {
			warnings = append(warnings, fmt.Sprintf("the record is missing: %s %s was read from the resources", strings.ReplaceAll(setting.JSONName(), "_", " "), is))
		}
	}
	return warnings
}

func inferFunction(found map[string]string, f *resource.Function) {
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

// inferKeyAndBoundary prefers the function's key to the log group's: without it the function could not start.
// A new role has no boundary to infer.
func (i *Installation) inferKeyAndBoundary(found map[string]string) {
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

// inferClusters returns the clusters in a rule's pattern, if it lists clusters of this account and Region by
// ARN.
func (i *Installation) inferClusters(pattern string) []string {
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
