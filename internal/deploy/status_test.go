package deploy

import (
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/spothandler/spothandler/internal/deploy/deploytest"
	"github.com/spothandler/spothandler/internal/deploy/resource"
	"github.com/spothandler/spothandler/internal/deploy/settings"
)

// assessed returns the installation that Observe would find after an install of version 1.0.0.
func assessed(t *testing.T) *Installation {
	t.Helper()
	have := installed(t)
	return &Installation{
		Names:  resource.NewNames(deploytest.Identity(), "prod", "ecs-fargate-spot-handler", "ecs-spot-interruption"),
		Record: settings.ParseRecord(have.Role.Description),
		State:  have,
	}
}

func embedded() resource.Release {
	return resource.Release{Version: "1.0.0", CodeSHA256: "c29tZSBoYXNo"}
}

func TestAssessHealthy(t *testing.T) {
	status, err := Assess(assessed(t), embedded(), nil)
	if err != nil || !status.Healthy || status.UpgradeAvailable || len(status.Problems)+len(status.Changes)+len(status.Warnings) > 0 {
		t.Errorf("%+v, %v", status, err)
	}
	if status.Prefix != "prod" || status.Account != "111122223333" || status.Region != "us-east-1" || status.Settings["memory_size"] != 128 {
		t.Errorf("%+v", status)
	}
}

// Settings that prevent handling interruptions are healthy, but are mentioned.
func TestReminders(t *testing.T) {
	for _, test := range []struct {
		setting, value, want string
	}{
		{"rule-state", "DISABLED", "the rule is DISABLED, as configured: interruptions are not handled"},
		{"redeploy", "observe", "redeploy is observe, as configured: interruptions are only logged"},
	} {
		inAccount(t, func(t *testing.T, a *account) {
			a.install(t, "", given(test.setting, test.value))
			status := a.status(t, "")
			if !status.Healthy {
				t.Errorf("%+v", status.Problems)
			}
			deploytest.SameLines(t, status.Reminders, test.want)
		})
	}
}

// Each reason why an installation is not healthy, with its message.
func TestProblems(t *testing.T) {
	record := settings.NewRecord(settings.Defaults("other"), embedded().Version, embedded().CodeSHA256)
	others := []Listed{{Prefix: "", Record: &record}}
	for _, test := range []struct {
		name   string
		change func(*Installation)
		others []Listed
		want   []string
	}{
		{
			"missing", func(i *Installation) { i.State.Triggers[0].Permission = nil }, nil,
			[]string{"missing: permission spothandler is missing"},
		},
		{
			"differs", func(i *Installation) { i.State.Function.Timeout, i.State.Function.MemorySize = 3, 256 }, nil,
			[]string{"differs: function prod-ecs-fargate-spot-handler differs: memory_size, timeout"},
		},
		{
			"role gone", func(i *Installation) { i.State.Role, i.Record = nil, nil }, nil,
			[]string{"missing: role prod-spothandler-us-east-1 is missing", "broken: must be recreated: its role is gone, and a new one cannot decrypt its environment"},
		},
		{
			"role and permission gone", func(i *Installation) { i.State.Role, i.Record, i.State.Triggers[0].Permission = nil, nil, nil }, nil,
			[]string{"missing: role prod-spothandler-us-east-1 is missing", "broken: must be recreated: its role is gone, and a new one cannot decrypt its environment", "missing: permission spothandler is missing"},
		},
		{
			"role newer", func(i *Installation) { i.State.Role.Created = i.State.Role.Created.Add(time.Hour) }, nil,
			[]string{"broken: must be recreated: its role was recreated and cannot decrypt its environment"},
		},
		{
			"another's rule", func(i *Installation) { i.State.Triggers[0].Rule.Tags = nil }, nil,
			[]string{"not_ours: rule prod-ecs-spot-interruption lacks the tags managed-by=spothandler and spothandler:prefix=prod."},
		},
		{
			"foreign", func(i *Installation) { i.State.Role.Inline = []string{"x"} }, nil,
			[]string{"foreign_additions: role prod-spothandler-us-east-1 has an addition that spothandler did not make: inline policy x"},
		},
		{"foreign on another's", func(i *Installation) {
			i.State.Function.Tags = map[string]string{resource.TagManagedBy: "spothandler", resource.TagPrefix: "test"}
			i.State.Function.Statements = []string{"x"}
		}, nil, []string{`not_ours: function prod-ecs-fargate-spot-handler does not belong to this installation. Its tag spothandler:prefix is "test".`}},
		{
			"concurrency zero", func(i *Installation) {
				i.Record.ReservedConcurrency, i.State.Function.ReservedConcurrency = 0, 0
				i.recorded(t)
			}, nil,
			[]string{"concurrency_zero: function prod-ecs-fargate-spot-handler has a reserved concurrency of 0: no invocation can run"},
		},
		{
			"overlap", func(*Installation) {}, others,
			[]string{"overlap: the installation (no prefix) watches the same clusters: both would redeploy"},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			found := assessed(t)
			test.change(found)
			status, err := Assess(found, embedded(), test.others)
			if err != nil || status.Healthy {
				t.Fatalf("healthy: %t, %v", status.Healthy, err)
			}
			var got []string
			for _, problem := range status.Problems {
				got = append(got, problem.Code+": "+problem.Message)
			}
			deploytest.SameLines(t, got, test.want...)
		})
	}
}

// recorded writes the record to the role's description.
func (i *Installation) recorded(t *testing.T) {
	t.Helper()
	text, err := i.Record.Encode()
	if err != nil {
		t.Fatal(err)
	}
	i.State.Role.Description = text
}

// If something other than the setting determines the retention, that is reported, unless the values are
// equal.
func TestRetentionWarning(t *testing.T) {
	for days, want := range map[int][]string{
		14: nil,
		3:  {"logs are kept 3 days instead of 14 days, because of its class DELIVERY"},
		0:  {"logs are kept forever instead of 14 days, because of its class DELIVERY"},
	} {
		found := assessed(t)
		found.State.LogGroup.RetentionDays, found.State.LogGroup.RetentionSetBy = days, "its class DELIVERY"
		status, err := Assess(found, embedded(), nil)
		if err != nil || !status.Healthy {
			t.Errorf("%+v, %v", status.Problems, err)
		}
		deploytest.SameLines(t, status.Warnings, want...)
	}
}

// The installed code and the embedded code are right; any other is drift.
func TestAssessCode(t *testing.T) {
	newer := resource.Release{Version: "1.1.0", CodeSHA256: "bmV3ZXI="}
	for _, test := range []struct {
		name     string
		code     string
		embedded resource.Release
		healthy  bool
		upgrade  bool
	}{
		{"as recorded", "c29tZSBoYXNo", embedded(), true, false},
		{"as recorded, a newer binary", "c29tZSBoYXNo", newer, true, true},
		{"as embedded already", "bmV3ZXI=", newer, true, true},
		{"neither: drift does not hide that there is a newer one", "b3RoZXI=", newer, false, true},
		{"a newer version of the same code", "c29tZSBoYXNo", resource.Release{Version: "1.1.0", CodeSHA256: "c29tZSBoYXNo"}, true, true},
		{"an older binary", "c29tZSBoYXNo", resource.Release{Version: "0.9.0", CodeSHA256: "b2xkZXI="}, true, false},
		{"a binary without the archives", "c29tZSBoYXNo", resource.Release{Version: "1.0.0"}, true, false},
		{"a binary that was built from source", "c29tZSBoYXNo", resource.Release{Version: "dev", CodeSHA256: "ZGV2"}, true, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			found := assessed(t)
			found.State.Function.CodeSHA256 = test.code
			status, err := Assess(found, test.embedded, nil)
			if err != nil || status.Healthy != test.healthy || status.UpgradeAvailable != test.upgrade {
				t.Errorf("healthy %t, upgrade %t, %q, %v", status.Healthy, status.UpgradeAvailable, deploytest.Printed(status.Changes), err)
			}
		})
	}
}

// A record that was edited to something that could not be installed here is ignored, and differs.
func TestAssessImpossibleRecord(t *testing.T) {
	found := assessed(t)
	for i := range 200 {
		found.Record.Clusters = append(found.Record.Clusters, "cluster"+strconv.Itoa(i))
	}
	if status, err := Assess(found, embedded(), nil); err != nil || len(status.Settings["clusters"].([]string)) > 0 {
		t.Errorf("%+v, %v", status, err)
	}
	found.Record.Clusters = []string{"arn:aws:ecs:eu-west-1:111122223333:cluster/shop"}
	found.recorded(t)
	if status, err := Assess(found, embedded(), nil); err != nil || status.Healthy || status.Problems[0].Fields[0].Path != "record.clusters" {
		t.Errorf("%+v, %v", status, err)
	}
}

func TestCheckVersion(t *testing.T) {
	for _, test := range []struct {
		installed, binary string
		allow, refused    bool
	}{
		{"1.1.0", "1.0.0", false, true},
		{"1.1.0", "1.0.0", true, false},
		{"v1.1.0", "1.1.0-rc.1", false, true},
		{"1.1.0", "1.1.0", false, false},
		{"1.9.0", "1.10.0", false, false},
		{"dev", "1.0.0", false, false},
		{"1.0.0", "dev", false, false},
	} {
		found := &Installation{Record: &settings.Record{Version: test.installed}}
		if err := found.checkVersion(test.binary, test.allow); (err != nil) != test.refused {
			t.Errorf("%s on %s: %v", test.binary, test.installed, err)
		}
	}
	if err := (&Installation{}).checkVersion("1.0.0", false); err != nil {
		t.Error(err)
	}
}

// The sixteen outputs of the Terraform module, by value.
func TestOutputs(t *testing.T) {
	found := assessed(t)
	found.State.Role.UniqueID = "AROAEXAMPLE"
	const want = `{"cloudwatch_log_group_arn":"arn:aws:logs:us-east-1:111122223333:log-group:/aws/lambda/prod-ecs-fargate-spot-handler",` +
		`"cloudwatch_log_group_name":"/aws/lambda/prod-ecs-fargate-spot-handler",` +
		`"eventbridge_rule_arn":"arn:aws:events:us-east-1:111122223333:rule/prod-ecs-spot-interruption",` +
		`"eventbridge_rule_id":"prod-ecs-spot-interruption","eventbridge_rule_name":"prod-ecs-spot-interruption","eventbridge_target_id":"spothandler",` +
		`"lambda_execution_role_arn":"arn:aws:iam::111122223333:role/spothandler/prod-spothandler-us-east-1",` +
		`"lambda_execution_role_name":"prod-spothandler-us-east-1","lambda_execution_role_unique_id":"AROAEXAMPLE",` +
		`"lambda_function_arn":"arn:aws:lambda:us-east-1:111122223333:function:prod-ecs-fargate-spot-handler",` +
		`"lambda_function_invoke_arn":"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:111122223333:function:prod-ecs-fargate-spot-handler/invocations",` +
		`"lambda_function_name":"prod-ecs-fargate-spot-handler",` +
		`"lambda_function_qualified_arn":"arn:aws:lambda:us-east-1:111122223333:function:prod-ecs-fargate-spot-handler:$LATEST",` +
		`"lambda_function_version":"$LATEST","module_name":"spothandler","module_version":"1.0.0"}`
	if got := jsonText(found.Outputs()); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if nothing := (&Installation{Names: found.Names}).Outputs(); nothing.RoleUniqueID != "" || nothing.ModuleVersion != "" {
		t.Errorf("%+v", nothing)
	}
}

// The verdict depends on the problems, regardless of their order.
func TestVerdict(t *testing.T) {
	overlap, foreign := Problem{Code: ProblemOverlap}, Problem{Code: ProblemForeign}
	differs := Problem{Code: ProblemDiffers}
	vital := Problem{Code: ProblemDiffers, Vital: true}
	change := []resource.Change{{}}
	for _, test := range []struct {
		name     string
		problems []Problem
		changes  []resource.Change
		want     Verdict
	}{
		{"a harmless difference", []Problem{differs}, change, Differs},
		{"a harmless difference, then a vital one", []Problem{differs, vital}, change, MissesInterruptions},
		{"what install does not repair", []Problem{overlap, foreign}, nil, NeedsAttention},
		{"nothing", nil, nil, Healthy},
		{"both", []Problem{differs, overlap}, change, Differs},
	} {
		if got := verdictOf(test.problems, test.changes); got != test.want {
			t.Errorf("%s: %q, want %q", test.name, got, test.want)
		}
	}
}

// A function alone, which anybody can give our tags, watches nothing: that it does not work is said once.
func TestFunctionAloneWatchesNothing(t *testing.T) {
	prod := Listed{Prefix: "other", Record: assessed(t).Record}
	for _, test := range []struct {
		name     string
		change   func(*Installation)
		overlaps bool
	}{
		{"whole", func(*Installation) {}, true},
		{"without its role", func(i *Installation) { i.State.Role, i.Record = nil, nil }, true},
		{"a function alone", func(i *Installation) { i.State, i.Record = resource.State{Function: i.State.Function}, nil }, false},
	} {
		found := assessed(t)
		test.change(found)
		status, err := Assess(found, embedded(), []Listed{prod})
		if err != nil {
			t.Fatal(err)
		}
		if got := slices.ContainsFunc(status.Problems, func(p Problem) bool { return p.Code == ProblemOverlap }); got != test.overlaps {
			t.Errorf("%s: %t: %+v", test.name, got, status.Problems)
		}
	}
}

// A role that lost its tags still exists: the function is not recreated.
func TestRoleLostItsTag(t *testing.T) {
	found := assessed(t)
	found.State.Role.Tags = map[string]string{resource.TagManagedBy: resource.ManagedBy}
	found.Record = nil
	status, err := Assess(found, embedded(), nil)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, problem := range status.Problems {
		got = append(got, problem.Message)
	}
	deploytest.SameLines(t, got, "role prod-spothandler-us-east-1 lacks the tag spothandler:prefix=prod.")
}
