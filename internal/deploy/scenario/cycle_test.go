package scenario_test

import (
	"slices"
	"testing"

	"github.com/spothandler/spothandler/internal/deploy/deploytest"
	"github.com/spothandler/spothandler/internal/deploy/resource"
	"github.com/spothandler/spothandler/internal/deploy/settings"
	"github.com/spothandler/spothandler/internal/localaws"
)

// The life cycle of an installation: none, installed, up to date, changed, removed.
func TestCycle(t *testing.T) {
	inAccount(t, func(t *testing.T, a *account) {
		changes := a.plan(t, "prod", nil)
		deploytest.SameLines(t, deploytest.Printed(changes),
			"create role", "create log group", "create function", "create permission", "create rule", "create target")

		a.install(t, "prod", given("memory-size", "256", "tag", "Team=web", "cluster", "shop", "reserved-concurrency", "2"))

		a.ForgetCalls()
		a.install(t, "prod", nil)
		deploytest.SameLines(t, a.calls(writes))

		a.install(t, "prod", given("timeout", "90"))
		found := a.find(t, "prod", nil)
		if f := found.State.Function; f.MemorySize != 256 || f.Timeout != 90 || f.ReservedConcurrency != 2 || f.Tags["Team"] != "web" {
			t.Errorf("a later install forgot what an earlier one was given: %+v", f)
		}

		a.uninstall(t, "prod")
		a.isEmpty(t, "prod")
		a.ForgetCalls()
		a.uninstall(t, "prod") // like rm -f
		deploytest.SameLines(t, a.calls(writes))
	})
}

// A slow AWS: a role that Lambda cannot assume yet, a function that is pending and rejects changes, a
// function that still exists after its deletion.
func TestCycleWhereAWSIsSlow(t *testing.T) {
	inAccountWith(t, localaws.Options{}, func(t *testing.T, a *account) {
		a.install(t, "", given("reserved-concurrency", "1"))
		if a.count("lambda:CreateFunction") < 2 {
			t.Error("the role was usable at once: this tests nothing")
		}
		a.release = testRelease(t, "1.1.0")
		a.install(t, "", given("memory-size", "512"))
		a.uninstall(t, "")
		a.isEmpty(t, "")
	})
}

// everyOtherSetting differs in every setting from the defaults and from what the tests install first.
func everyOtherSetting() settings.Given {
	return given(
		"rule-state", "DISABLED", "memory-size", "1024", "timeout", "30", "reserved-concurrency", "3",
		"log-level", "DEBUG", "log-retention-days", "0", "tag", "Team=ops", "tag", "b=", "architecture", "x86_64",
		"cluster", "shop", "cluster", "batch", "redeploy", "always", "cooldown", "0",
		"vpc-subnet", aSubnet, "vpc-security-group", aGroup, "permissions-boundary", aBoundary, "kms-key", otherKey,
		"on-failure", aQueue, "tracing", "Active", "metrics", "on")
}

// Every setting that can be changed is changed by one install, and restored by another.
func TestChangeEverySetting(t *testing.T) {
	other, never := everyOtherSetting(), []string{"function-name", "rule-name", "role-path"}
	for _, setting := range settings.All() {
		if _, changes := other[setting.Name]; !changes && !slices.Contains(never, setting.Name) {
			t.Errorf("%s is not changed here", setting.Name)
		}
	}
	inAccount(t, func(t *testing.T, a *account) {
		a.install(t, "", nil)
		first := a.find(t, "", nil)
		a.release = testRelease(t, "2.0.0")
		a.install(t, "", other)
		changed := a.find(t, "", nil)
		spec, _, err := changed.Resolve(nil, false)
		if err != nil {
			t.Fatal(err)
		}
		for _, setting := range settings.All() {
			if jsonOf(t, setting.Get(spec)) == jsonOf(t, setting.Get(settings.Defaults(""))) && other[setting.Name].Texts != nil {
				t.Errorf("%s was not recorded", setting.Name)
			}
		}

		a.release = testRelease(t, "1.0.0")
		spec, _, err = changed.Resolve(nil, true) // --reset
		if err != nil {
			t.Fatal(err)
		}
		want, err := resource.Desired(changed.Names, spec, a.release)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := resource.Apply(t.Context(), a.clients, changed.Names, changed.Plan(want), resource.Options{}); err != nil {
			t.Fatal(err)
		}
		deploytest.SameLines(t, deploytest.Printed(a.find(t, "", nil).Plan(want)))
		if last := a.find(t, "", nil); last.State.Role.Description == first.State.Role.Description ||
			last.Record.Untagged == "" || last.State.Function.Tags["Team"] != "" {
			t.Errorf("tags that were taken off: record %q, function %v", last.State.Role.Description, last.State.Function.Tags)
		}
	})
}

// Two installations in one account are independent.
func TestTwoPrefixes(t *testing.T) {
	inAccount(t, func(t *testing.T, a *account) {
		a.install(t, "", nil)
		a.install(t, "prod", given("cluster", "shop"))
		a.install(t, "test", given("cluster", "test"))
		a.uninstall(t, "prod")
		a.isEmpty(t, "prod")
		for _, prefix := range []string{"", "test"} {
			if changes := a.plan(t, prefix, nil); len(changes) > 0 {
				t.Errorf("prefix %q: %q", prefix, deploytest.Printed(changes))
			}
		}
	})
}

// In other partitions only the ARNs differ.
func TestPartitions(t *testing.T) {
	for region, partition := range map[string]string{"cn-north-1": "aws-cn", "us-gov-west-1": "aws-us-gov", "eu-west-1": "aws"} {
		t.Run(partition, func(t *testing.T) {
			inAccountWith(t, localaws.Options{Region: region, Delays: &localaws.Delays{}}, func(t *testing.T, a *account) {
				a.id.Partition, a.id.Region = partition, region
				a.install(t, "prod", given("cluster", "shop"))
				a.uninstall(t, "prod")
				a.isEmpty(t, "prod")
			})
		})
	}
}
