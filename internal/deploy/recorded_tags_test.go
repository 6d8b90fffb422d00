package deploy

import (
	"maps"
	"strings"
	"testing"

	"github.com/spothandler/spothandler/internal/deploy/resource"
	"github.com/spothandler/spothandler/internal/deploy/settings"
)

// A tag that is left on any resource is recovered from there.
func TestRecoverTagsFromAnyResource(t *testing.T) {
	tags := map[string]string{"Team": "web"}
	for kind, state := range map[resource.Kind]resource.State{
		resource.KindRole: {Role: &resource.Role{Tags: tags}}, resource.KindLogGroup: {LogGroup: &resource.LogGroup{Tags: tags}},
		resource.KindFunction: {Function: &resource.Function{Tags: tags}}, resource.KindRule: {Triggers: []resource.Trigger{{Rule: &resource.Rule{Tags: tags}}}},
	} {
		found := &Installation{Record: &settings.Record{TagMarks: settings.MarkTags(tags)}, State: state}
		if got, warnings := found.recordedTags(nil); !maps.Equal(got, tags) || len(warnings) > 0 {
			t.Errorf("%s: %v, %q", kind, got, warnings)
		}
	}
}

// Tags that are lost everywhere are reported, unless they are given again.
func TestLostTags(t *testing.T) {
	record := settings.Record{Version: "1.0.0", TagMarks: settings.MarkTags(map[string]string{"Team": "web"})}
	found := &Installation{Record: &record, State: resource.State{Role: &resource.Role{Tags: map[string]string{}}}}
	if _, warnings := found.recordedTags(nil); len(warnings) != 1 || !strings.Contains(warnings[0], "1 recorded tags are no longer on any of the resources") {
		t.Errorf("%q", warnings)
	}
	if _, warnings := found.recordedTags(given("tag", "Team=web")); len(warnings) != 0 {
		t.Errorf("%q", warnings)
	}
}
