package deploy

import (
	"testing"

	"github.com/spothandler/spothandler/internal/deploy/deploytest"
	"github.com/spothandler/spothandler/internal/deploy/resource"
	"github.com/spothandler/spothandler/internal/deploy/settings"
)

// Without a record the settings are read from the resources, as far as a user could have set them.
func TestInferSettings(t *testing.T) {
	for _, test := range []struct {
		name     string
		change   func(*resource.State)
		settings settings.Given
		want     func(*settings.Spec)
		warnings []string
	}{
		{"defaults", func(*resource.State) {}, nil, func(*settings.Spec) {}, nil},
		{
			"numbers", func(s *resource.State) {
				s.Function.MemorySize, s.Function.Timeout, s.LogGroup.RetentionDays = 256, 45, 0
			}, nil,
			func(s *settings.Spec) { s.MemorySize, s.Timeout, s.LogRetentionDays = 256, 45, 0 },
			[]string{"memory size 256", "timeout 45", "log retention days 0"},
		},
		{
			"what is given needs no warning", func(s *resource.State) { s.Function.MemorySize = 256 }, given("memory-size", "512"),
			func(s *settings.Spec) { s.MemorySize = 512 }, nil,
		},
		{"clusters", func(s *resource.State) {
			s.Triggers[0].Rule.Pattern = `{"detail":{"clusterArn":["arn:aws:ecs:us-east-1:111122223333:cluster/shop"]}}`
		}, nil, func(s *settings.Spec) { s.Clusters = []string{"shop"} }, []string{`clusters ["shop"]`}},
		{"clusters elsewhere", func(s *resource.State) {
			s.Triggers[0].Rule.Pattern = `{"detail":{"clusterArn":["arn:aws:ecs:eu-west-1:111122223333:cluster/shop"]}}`
		}, nil, func(*settings.Spec) {}, nil},
		{"clusters by prefix", func(s *resource.State) { s.Triggers[0].Rule.Pattern = `{"detail":{"clusterArn":[{"prefix":"arn:"}]}}` }, nil, func(*settings.Spec) {}, nil},
		{"clusters that are none", func(s *resource.State) { s.Triggers[0].Rule.Pattern = `{"detail":{"clusterArn":["*"]}}` }, nil, func(*settings.Spec) {}, nil},
		{"values that no user could give", func(s *resource.State) {
			s.Function.Environment = map[string]string{"LOG_LEVEL": "verbose", "SPOTHANDLER_REDEPLOY": "", "SPOTHANDLER_COOLDOWN": "1500ms"}
			s.Function.Architecture, s.Triggers[0].Rule.State = "riscv", "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"
		}, nil, func(*settings.Spec) {}, nil},
		{"tags", func(s *resource.State) {
			s.Function.Tags = map[string]string{"Team": "web", "team": "ops", "aws:stack": "1", "Managed-By": "terraform", resource.TagVersion: "1", "odd*": "1"}
		}, nil, func(s *settings.Spec) { s.Tags = map[string]string{"Team": "web"} }, []string{`tags {"Team":"web"}`}},
		{"an account-level retention", func(s *resource.State) { s.LogGroup.RetentionDays, s.LogGroup.RetentionSetBy = 3, "p" }, nil, func(*settings.Spec) {}, nil},
		{
			"the function's key before the log group's", func(s *resource.State) { s.Function.KMSKey, s.LogGroup.KMSKey = aKey, otherKey }, nil,
			func(s *settings.Spec) { s.KMSKey = aKey },
			[]string{`kms key "` + aKey + `"`},
		},
		{"nothing is left", func(s *resource.State) { *s = resource.State{} }, nil, func(*settings.Spec) {}, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			found := assessed(t)
			found.Record, found.State.Role = nil, nil
			found.State.Function.Tags = map[string]string{}
			test.change(&found.State)
			spec, warnings, err := found.Resolve(test.settings, false)
			if err != nil {
				t.Fatal(err)
			}
			want := settings.Defaults("prod")
			test.want(&want)
			if got := jsonText(settings.JSON(spec)); got != jsonText(settings.JSON(want)) {
				t.Errorf("got\n%s\nwant\n%s", got, jsonText(settings.JSON(want)))
			}
			for i := range test.warnings {
				test.warnings[i] = "the record is missing: " + test.warnings[i] + " was read from the resources"
			}
			deploytest.SameLines(t, warnings, test.warnings...)
		})
	}
}
