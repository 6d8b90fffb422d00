package resource

import (
	"testing"

	"github.com/spothandler/spothandler/internal/deploy/deploytest"
	"github.com/spothandler/spothandler/internal/deploy/settings"
)

// Differences that prevent handling interruptions, "" being the whole resource. Without its log group the
// function works but leaves no records.
func TestVital(t *testing.T) {
	found := wanted(t).byID()
	names := NewNames(deploytest.Identity(), "prod", settings.Defaults("").FunctionName, settings.Defaults("").RuleName)
	for _, test := range []struct {
		id    ID
		paths []string
		want  bool
	}{
		{ID{KindRole, names.Role}, []string{"", "policy.Statement[0].Action", "trust_policy.Version"}, true},
		{ID{KindRole, names.Role}, []string{"record.memory", "permissions_boundary", "tags.Team"}, false},
		{ID{KindLogGroup, names.LogGroup}, []string{"", "retention_days", "kms_key"}, false},
		{ID{KindFunction, names.Function}, []string{"", "state", "code", "role", "runtime", "handler", "architecture", "environment"}, true},
		{ID{KindFunction, names.Function}, []string{"memory_size", "environment.LOG_LEVEL", "reserved_concurrency", "tags.Team"}, false},
		{ID{KindPermission, StatementID}, []string{"", "source_arn", "principal"}, true},
		{ID{KindRule, names.Rule}, []string{"", "detail.clusterArn", "state", "schedule"}, true},
		{ID{KindRule, names.Rule}, []string{"description", "tags.Team"}, false},
		{ID{KindTarget, TargetID}, []string{"", "function", "other"}, true},
		{ID{KindTarget, TargetID}, []string{"max_event_age", "max_retries"}, false},
	} {
		for _, path := range test.paths {
			if got := found[test.id].vital(Field{Path: path, Old: "x"}); got != test.want {
				t.Errorf("%s, %q: %t", test.id, path, got)
			}
		}
	}
	if f := found[ID{KindFunction, names.Function}]; !f.vital(Field{"reserved_concurrency", "0", "-1"}) {
		t.Error("a function that nothing may invoke is fine")
	}
}
