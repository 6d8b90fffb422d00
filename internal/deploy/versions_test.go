package deploy

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/spothandler/spothandler/internal/deploy/deploytest"
	"github.com/spothandler/spothandler/internal/deploy/resource"
	"github.com/spothandler/spothandler/internal/deploy/settings"
)

// olderVersions are what earlier versions of the program might have written instead.
func olderVersions() map[string]func(want *resource.State) {
	return map[string]func(*resource.State){
		"policy": func(s *resource.State) {
			s.Role.Policy = strings.Replace(s.Role.Policy, "ecs:DescribeServices", "ecs:Describe*", 1)
		},
		"trust": func(s *resource.State) {
			s.Role.Trust = strings.Replace(s.Role.Trust, `{"Effect"`, `{"Sid":"Old","Effect"`, 1)
		},
		"pattern": func(s *resource.State) {
			r := s.Triggers[0].Rule
			r.Pattern = strings.Replace(r.Pattern, "SpotInterruption", "Interruption", 1)
		},
		"rule":        func(s *resource.State) { s.Triggers[0].Rule.Description = "old" },
		"target":      func(s *resource.State) { s.Triggers[0].Target.MaxRetries = 3 },
		"program":     func(s *resource.State) { s.Function.Handler, s.Function.Description = "main", "old" },
		"environment": func(s *resource.State) { delete(s.Function.Environment, "SPOTHANDLER_ACCOUNT") },
		"logging":     func(s *resource.State) { s.Function.Logging.System = "WARN" },
		"async":       func(s *resource.State) { s.Function.Async.MaxAge = 300 },
	}
}

// installOlder installs as version 0.9.0 would have.
func (a *account) installOlder(t *testing.T, older ...func(*resource.State)) {
	t.Helper()
	names, spec := olderInstallation(a)
	release := a.release
	release.Version = "0.9.0"
	a.installAs(t, names, spec, release, older...)
}

func olderInstallation(a *account) (resource.Names, settings.Spec) {
	spec := settings.Defaults("prod")
	spec.FunctionName, spec.RuleName, spec.Clusters = "fn", "rule", []string{"shop"}
	return resource.NewNames(a.id, "prod", "fn", "rule"), spec
}

// installAs installs as this release would have.
func (a *account) installAs(t *testing.T, names resource.Names, spec settings.Spec, release resource.Release, older ...func(*resource.State)) {
	t.Helper()
	want, err := resource.Desired(names, spec, release)
	if err != nil {
		t.Fatal(err)
	}
	for _, change := range older {
		change(&want)
	}
	record := settings.NewRecord(spec, release.Version, release.CodeSHA256)
	if want.Role.Description, err = record.Encode(); err != nil {
		t.Fatal(err)
	}
	want.Sign(record)
	if _, err := resource.Apply(t.Context(), a.clients, names, resource.Plan(want, resource.State{}), resource.Options{}); err != nil {
		t.Fatal(err)
	}
}

// What an earlier version wrote differently is healthy; an upgrade is available, and applied.
func TestOlderVersionIsHealthy(t *testing.T) {
	for name, older := range olderVersions() {
		inAccount(t, func(t *testing.T, a *account) {
			a.installOlder(t, older)
			status := a.status(t, "prod")
			if !status.Healthy || !status.UpgradeAvailable || len(status.Changes) > 0 {
				t.Errorf("%s: %+v %+v", name, status.Problems, status)
			}
			if _, changes := a.plan(t, "prod", nil); len(changes) == 0 {
				t.Errorf("%s: an install would change nothing", name)
			}
			a.install(t, "prod", nil)
			if status := a.status(t, "prod"); !status.Healthy || status.UpgradeAvailable {
				t.Errorf("%s, upgraded: %+v", name, status.Problems)
			}
		})
	}
}

// An older binary does not report a newer version's installation as broken, nor offer an upgrade.
func TestNewerVersionIsHealthy(t *testing.T) {
	inAccount(t, func(t *testing.T, a *account) {
		names, spec := olderInstallation(a)
		newer := a.release
		newer.Version = "2.0.0"
		a.installAs(t, names, spec, newer, olderVersions()["policy"])
		if status := a.status(t, "prod"); !status.Healthy || status.UpgradeAvailable {
			t.Errorf("%+v", status)
		}
	})
}

// The hashes are not keyed, and anyone who may update the role can write them. They excuse no difference
// between equal versions, and never one that prevents handling interruptions.
func TestEditedHash(t *testing.T) {
	deadPattern := func(s *resource.State) { s.Triggers[0].Rule.Pattern = `{"source":["nobody"]}` }
	for _, test := range []struct {
		name, version string
		change        func(*resource.State)
		want          string
	}{
		{"a pattern, of this version", "1.0.0", olderVersions()["pattern"], "rule prod-rule differs: detail.$or"},
		{"a policy, of this version", "1.0.0", olderVersions()["policy"], "role prod-spothandler-us-east-1 differs: policy"},
		{"a policy that denies", "0.9.0", func(s *resource.State) {
			s.Role.Policy = strings.Replace(s.Role.Policy, `"Statement":[`, `"Statement":[{"Effect":"Deny","Action":"ecs:*","Resource":"*"},`, 1)
		}, "role prod-spothandler-us-east-1 differs: policy"},
		{"a policy that does not allow", "0.9.0", func(s *resource.State) {
			s.Role.Policy = strings.Replace(s.Role.Policy, "ecs:UpdateService", "ecs:ListServices", 1)
		}, "role prod-spothandler-us-east-1 differs: policy"},
		{"a trust in others", "0.9.0", func(s *resource.State) {
			s.Role.Trust = strings.Replace(s.Role.Trust, `{"Service"`, `{"AWS":"arn:aws:iam::444455556666:root","Service"`, 1)
		}, "role prod-spothandler-us-east-1 differs: other principals may assume it as well: AWS arn:aws:iam::444455556666:root"},
		{"a pattern that matches nothing", "0.9.0", deadPattern, "rule prod-rule differs: "},
		{"a pattern of another cluster", "0.9.0", func(s *resource.State) {
			r := s.Triggers[0].Rule
			r.Pattern = strings.Replace(r.Pattern, "cluster/shop", "cluster/batch", 1)
		}, "rule prod-rule differs: detail.clusterArn"},
		{"a pattern that is none", "0.9.0", func(s *resource.State) { s.Triggers[0].Rule.Pattern = `{"source":[{"nothing":1}]}` }, "rule prod-rule differs: "},
		{"a permission", "0.9.0", func(s *resource.State) { s.Triggers[0].Permission.Action = "lambda:InvokeFunctionUrl" }, "permission spothandler differs: action"},
		{"a target", "0.9.0", func(s *resource.State) { s.Triggers[0].Target.FunctionARN += "x" }, "target spothandler differs: function"},
		{"what the function does", "0.9.0", func(s *resource.State) { s.Function.Environment["SPOTHANDLER_REDEPLOY"] = "observe" }, "function prod-fn differs: environment.SPOTHANDLER_REDEPLOY"},
	} {
		t.Run(test.name, func(t *testing.T) {
			inAccount(t, func(t *testing.T, a *account) {
				names, spec := olderInstallation(a)
				release := a.release
				release.Version = test.version
				want, err := resource.Desired(names, spec, release)
				if err != nil {
					t.Fatal(err)
				}
				test.change(&want)
				want.Sign(settings.NewRecord(spec, release.Version, release.CodeSHA256))
				found := &Installation{Names: names, Record: settings.ParseRecord(want.Role.Description), State: want}
				status, err := Assess(found, a.release, nil)
				if err != nil || status.Healthy || len(status.Problems) != 1 || !strings.HasPrefix(status.Problems[0].Message, test.want) {
					t.Fatalf("%+v, %v", status.Problems, err)
				}
				if status.UpgradeAvailable != (test.version != a.release.Version) {
					t.Errorf("upgrade available: %t", status.UpgradeAvailable)
				}
			})
		})
	}
}

// A policy that allows more is excused as another version's, whichever that is, but is not passed over in silence.
func TestPolicyOfAnotherVersionMayAllowMore(t *testing.T) {
	const wide = `"Statement":[{"Effect":"Allow","Action":["iam:PassRole","s3:*"],"Resource":"*"},`
	for version, want := range map[string]string{
		"0.9.0": "role prod-spothandler-us-east-1, of version 0.9.0 according to its record, allows more than this version requires: iam:PassRole on *, and 1 more",
		"2.0.0": "role prod-spothandler-us-east-1, of version 2.0.0 according to its record, allows more than this version requires: iam:PassRole on *, and 1 more",
		"1.0.0": "", // it is a difference, and a problem
	} {
		inAccount(t, func(t *testing.T, a *account) {
			names, spec := olderInstallation(a)
			release := a.release
			release.Version = version
			state, err := resource.Desired(names, spec, release)
			if err != nil {
				t.Fatal(err)
			}
			state.Role.Policy = strings.Replace(state.Role.Policy, `"Statement":[`, wide, 1)
			state.Sign(settings.NewRecord(spec, release.Version, release.CodeSHA256))
			status, err := Assess(&Installation{Names: names, Record: settings.ParseRecord(state.Role.Description), State: state}, a.release, nil)
			if err != nil || strings.Join(status.Warnings, "\n") != want || status.Healthy != (want != "") {
				t.Errorf("%s: healthy %t, %q, %v", version, status.Healthy, status.Warnings, err)
			}
		})
	}
}

// Only a difference from both versions is drift.
func TestDriftBesideAnOlderVersion(t *testing.T) {
	versions := olderVersions()
	for _, test := range []struct {
		name   string
		change func(*resource.State) // out of band
		want   string
		older  bool // this version would write some of the rest differently
	}{
		{"another part", func(s *resource.State) { s.Function.Async.MaxRetries = 0 }, "function prod-fn differs: async.max_retries", true},
		{"the same part", func(s *resource.State) { s.Triggers[0].Target.MaxAge = 60 }, "target spothandler differs: max_event_age, max_retries", true},
		{"a setting", func(s *resource.State) { s.Function.MemorySize = 512 }, "function prod-fn differs: memory_size", true},
	} {
		inAccount(t, func(t *testing.T, a *account) {
			a.installOlder(t, versions["policy"], versions["target"], versions["environment"])
			found := a.find(t, "prod", nil)
			edited := a.find(t, "prod", nil).State
			test.change(&edited)
			if _, err := resource.Apply(t.Context(), a.clients, found.Names, resource.Plan(edited, found.State), resource.Options{}); err != nil {
				t.Fatal(err)
			}
			status := a.status(t, "prod")
			var got []string
			for _, problem := range status.Problems {
				got = append(got, problem.Message)
			}
			deploytest.SameLines(t, got, test.want)
			if status.UpgradeAvailable != test.older {
				t.Errorf("%s: upgrade available: %t", test.name, status.UpgradeAvailable)
			}
		})
	}
}

// The hashes depend on their record: settings requested later by another tool are not what was written.
func TestEditedRecordInvalidatesHashes(t *testing.T) {
	inAccount(t, func(t *testing.T, a *account) {
		a.installOlder(t)
		role := a.find(t, "prod", nil).State.Role
		edited := strings.Replace(role.Description, `"clusters":["shop"]`, `"clusters":["batch"]`, 1)
		if _, err := a.clients.IAM.UpdateRole(t.Context(), &iam.UpdateRoleInput{RoleName: &role.Name, Description: aws.String(edited)}); err != nil {
			t.Fatal(err)
		}
		if status := a.status(t, "prod"); status.Healthy || len(status.Problems) != 2 {
			t.Errorf("%+v", status.Problems)
		}
	})
}
