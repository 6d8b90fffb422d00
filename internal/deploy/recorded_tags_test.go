package deploy

import (
	"maps"
	"strings"
	"testing"

	"github.com/spothandler/spothandler/internal/deploy/settings"
)

// A tag that is left on any resource is recovered from there.
func TestRecoverTagsFromAnyResource(t *testing.T) {
	tags := map[string]string{"Team": "web"}
	for kind, state := range map[Kind]State{
		KindRole: {Role: &Role{Tags: tags}}, KindLogGroup: {LogGroup: &LogGroup{Tags: tags}},
		KindFunction: {Function: &Function{Tags: tags}}, KindRule: {Triggers: []Trigger{{Rule: &Rule{Tags: tags}}}},
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
	found := &Installation{Record: &record, State: State{Role: &Role{Tags: map[string]string{}}}}
	if _, warnings := found.recordedTags(nil); len(warnings) != 1 || !strings.Contains(warnings[0], "1 recorded tags are no longer on any of the resources") {
		t.Errorf("%q", warnings)
	}
	if _, warnings := found.recordedTags(given("tag", "Team=web")); len(warnings) != 0 {
		t.Errorf("%q", warnings)
	}
}
