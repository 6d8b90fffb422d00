package deploy

import (
	"testing"

	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/apperr/apperrtest"
	"github.com/spothandler/spothandler/internal/deploy/deploytest"
	"github.com/spothandler/spothandler/internal/deploy/resource"
	"github.com/spothandler/spothandler/internal/deploy/settings"
	"github.com/spothandler/spothandler/internal/localaws"
)

// A company may require a path for its roles. The role is found by its name, so that later commands need no
// path.
func TestRolePath(t *testing.T) {
	inAccount(t, func(t *testing.T, a *account) {
		const arn = "arn:aws:iam::111122223333:role/team/spot/prod-spothandler-us-east-1"
		a.install(t, "prod", given("role-path", "/team/spot/"))
		found := a.find(t, "prod", nil)
		if found.State.Role.Path != "/team/spot/" || found.State.Function.RoleARN != arn || found.Names.RoleARN() != arn {
			t.Errorf("%+v of %+v", found.Names, found.State.Role)
		}
		if found.Record == nil || !a.status(t, "prod").Healthy {
			t.Errorf("%+v", a.status(t, "prod").Problems)
		}

		a.ForgetCalls()
		a.install(t, "prod", given("role-path", "/team/spot/"))
		a.install(t, "prod", nil)
		deploytest.SameLines(t, a.calls(writes))

		_, err := a.tryInstall(t.Context(), "prod", given("role-path", "/spothandler/"))
		want := "--role-path /spothandler/: role prod-spothandler-us-east-1 has the path /team/spot/, and the path cannot be changed"
		if refusal := apperrtest.ErrorOf(t, err); refusal.Code != apperr.CodeRenamed || refusal.Message != want {
			t.Errorf("%+v", refusal)
		}

		a.uninstall(t, "prod", false)
		a.isEmpty(t, "prod")
	})
}

// If the role is gone, the path comes from the function that ran as it.
func TestRolePathOfALostRole(t *testing.T) {
	inAccount(t, func(t *testing.T, a *account) {
		a.install(t, "prod", given("role-path", "/team/"))
		names := a.find(t, "prod", nil).Names
		a.deleteOutOfBand(t, resource.ID{Kind: resource.KindRole, Name: names.Role}, names)
		if found := a.find(t, "prod", nil); found.Names.RolePath != "/team/" {
			t.Errorf("it would be recreated under %s", found.Names.RolePath)
		}
		a.install(t, "prod", nil)
		if role := a.find(t, "prod", nil).State.Role; role.Path != "/team/" {
			t.Errorf("it was recreated under %s", role.Path)
		}
	})
}

// ListRoles filters by path. Roles under another path are listed if it is given, and otherwise found by the
// tags of the installation's other resources.
func TestRolesOfAnotherPathAreFound(t *testing.T) {
	inAccount(t, func(t *testing.T, a *account) {
		a.install(t, "", nil)
		a.install(t, "prod", given("role-path", "/team/"))
		prefixes := func(paths ...string) (found []string) {
			listed, err := List(t.Context(), a.clients, a.id, paths...)
			if err != nil {
				t.Fatal(err)
			}
			for _, each := range listed {
				found = append(found, each.Prefix)
			}
			return found
		}
		deploytest.SameLines(t, prefixes(), "")
		deploytest.SameLines(t, prefixes("/team/"), "", "prod")
		deploytest.SameLines(t, prefixes("", resource.Path), "")
		deploytest.SameLines(t, a.withoutRole(t), "prod: prod-ecs-fargate-spot-handler, prod-ecs-spot-interruption")

		prod := "prod"
		for _, test := range []struct {
			paths, want []string
		}{{nil, nil}, {[]string{"/team/"}, []string{"us-east-1"}}} {
			regions, ignored, err := Regions(t.Context(), a.clients, a.id, &prod, test.paths...)
			if err != nil || len(ignored) > 0 {
				t.Errorf("%v, %q", err, ignored)
			}
			deploytest.SameLines(t, regions, test.want...)
		}
	})
}

// Others under the path of the installation's own role are found, even if the command does not give the path.
func TestOthersUnderTheSamePath(t *testing.T) {
	inAccount(t, func(t *testing.T, a *account) {
		a.install(t, "prod", given("role-path", "/team/"))
		a.install(t, "test", given("role-path", "/team/"))
		prod := "prod"
		survey, err := Inspect(t.Context(), a.clients, nil, a.id, &prod, nil, nil)
		if err != nil || len(survey.NotChecked) > 0 {
			t.Fatal(err, survey)
		}
		deploytest.SameLines(t, Overlaps(survey.Others, settings.Defaults(prod)), "test")
		install, err := a.prepare(t.Context(), prod, nil)
		if err != nil {
			t.Fatal(err)
		}
		deploytest.SameLines(t, Overlaps(install.Others, install.Spec), "test")
	})
}

// A caller that may not list roles installs all the same. What was not checked is said once, although it was tried before
// and after the writes.
func TestInstallWithoutListRoles(t *testing.T) {
	inAccount(t, func(t *testing.T, a *account) {
		a.Inject(localaws.Fault{Action: "ListRoles", Deny: true})
		install, err := a.prepare(t.Context(), "prod", nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := install.Apply(t.Context(), resource.Options{}); err != nil {
			t.Fatal(err)
		}
		if err := install.Verify(t.Context(), 0); err != nil {
			t.Fatal(err)
		}
		if len(install.NotChecked) != 1 || install.NotChecked[0].What != "other installations" {
			t.Errorf("%q", install.NotChecked)
		}
	})
}

// An installation that appears during an install is among the others afterwards: they are listed again.
func TestOthersAreListedAgain(t *testing.T) {
	inAccount(t, func(t *testing.T, a *account) {
		install, err := a.prepare(t.Context(), "prod", nil)
		if err != nil {
			t.Fatal(err)
		}
		a.install(t, "test", nil)
		if _, err := install.Apply(t.Context(), resource.Options{}); err != nil {
			t.Fatal(err)
		}
		if err := install.Verify(t.Context(), 0); err != nil {
			t.Fatal(err)
		}
		deploytest.SameLines(t, Overlaps(install.Others, install.Spec), "test")
	})
}
