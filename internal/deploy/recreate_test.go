package deploy

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/deploy/deploytest"
	"github.com/spothandler/spothandler/internal/deploy/resource"
	"github.com/spothandler/spothandler/internal/deploy/settings"
	"github.com/spothandler/spothandler/internal/localaws"
)

// deleteOutOfBand deletes one resource; with a rule, its target as well.
func (a *account) deleteOutOfBand(t *testing.T, id resource.ID, n resource.Names) {
	t.Helper()
	deletions := slices.DeleteFunc(resource.Plan(resource.State{}, a.find(t, n.Prefix, nil).State), func(c resource.Change) bool {
		return c.ID != id && (id.Kind != resource.KindRule || c.Kind != resource.KindTarget)
	})
	if _, err := resource.Apply(t.Context(), a.clients, n, deletions, resource.Options{}); err != nil {
		t.Fatal(err)
	}
}

// deleteKind is deleteOutOfBand for every resource of a kind.
func (a *account) deleteKind(t *testing.T, kind resource.Kind, n resource.Names) {
	t.Helper()
	for _, id := range a.find(t, n.Prefix, nil).State.IDs() {
		if id.Kind == kind {
			a.deleteOutOfBand(t, id, n)
		}
	}
}

// Resources deleted out of band are created again with the recorded settings.
func TestDeletedOutOfBand(t *testing.T) {
	for kind, restoring := range map[resource.Kind][]string{
		resource.KindRole:       {"create role", "delete function", "create function", "create permission"},
		resource.KindLogGroup:   {"create log group"},
		resource.KindFunction:   {"create function", "create permission"},
		resource.KindPermission: {"create permission"},
		resource.KindRule:       {"create rule", "create target"},
		resource.KindTarget:     {"create target"},
	} {
		t.Run(string(kind), func(t *testing.T) {
			inAccount(t, func(t *testing.T, a *account) {
				asked := given("memory-size", "256", "tag", "Team=web", "cluster", "shop", "log-retention-days", "30", "log-level", "DEBUG",
					"redeploy", "observe", "cooldown", "90s", "timeout", "45", "architecture", "x86_64", "rule-state", "DISABLED")
				a.install(t, "prod", asked)
				before := settings.JSON(resolved(t, a.find(t, "prod", nil)))
				a.deleteKind(t, kind, a.find(t, "prod", nil).Names)
				_, changes := a.plan(t, "prod", nil)
				deploytest.SameLines(t, deploytest.Printed(changes), restoring...)
				a.install(t, "prod", nil)
				if after := settings.JSON(resolved(t, a.find(t, "prod", nil))); jsonText(after) != jsonText(before) {
					t.Errorf("the settings were %v and are %v", before, after)
				}
				a.uninstall(t, "prod", false)
				a.isEmpty(t, "prod")
			})
		})
	}
}

func resolved(t *testing.T, found *Installation) settings.Spec {
	t.Helper()
	spec, _, err := found.Resolve(nil, false)
	if err != nil {
		t.Fatal(err)
	}
	return spec
}

// A role that was recreated under our name is ours by its tags but useless to the function: the grant that
// decrypts its environment refers to the old role's ID.
func TestRecreatedRole(t *testing.T) {
	inAccount(t, func(t *testing.T, a *account) {
		a.install(t, "prod", nil)
		role := a.find(t, "prod", nil).State.Role
		time.Sleep(time.Hour) // virtual time
		a.deleteKind(t, resource.KindRole, a.find(t, "prod", nil).Names)
		_, err := a.clients.IAM.CreateRole(t.Context(), &iam.CreateRoleInput{
			RoleName: &role.Name, Path: &role.Path, Description: &role.Description, AssumeRolePolicyDocument: &role.Trust, Tags: iamTags(role.Tags),
		})
		if err != nil {
			t.Fatal(err)
		}
		_, changes := a.plan(t, "prod", nil)
		lines := deploytest.Printed(changes)
		if !strings.HasPrefix(lines[0], "update role; policy.Statement") {
			t.Errorf("first is %q", lines[0])
		}
		deploytest.SameLines(t, lines[1:], "delete function", "create function", "create permission")
		a.install(t, "prod", nil)
	})
}

// A function that is being deleted is waited for and recreated.
func TestFunctionIsBeingDeleted(t *testing.T) {
	delays := &localaws.Delays{FunctionDelete: 30 * time.Second}
	inAccountWith(t, localaws.Options{Delays: delays}, func(t *testing.T, a *account) {
		a.install(t, "", nil)
		names := a.find(t, "", nil).Names
		if _, err := a.clients.Lambda.DeleteFunction(t.Context(), &lambda.DeleteFunctionInput{FunctionName: &names.Function}); err != nil {
			t.Fatal(err)
		}
		a.install(t, "", nil)
	})
}

// An install waits for a function that is not ready, and writes nothing meanwhile.
func TestPlanWaits(t *testing.T) {
	have := installed(t)
	have.Function.Settling = true
	deploytest.SameLines(t, deploytest.Printed(resource.Plan(desiredFor(t, given("tag", "Team=web")), have)), "update function; state not ready yet -> ")
	delays := &localaws.Delays{FunctionUpdate: time.Minute}
	inAccountWith(t, localaws.Options{Delays: delays}, func(t *testing.T, a *account) {
		a.install(t, "prod", nil)
		name := a.find(t, "prod", nil).Names.Function
		if _, err := a.clients.Lambda.UpdateFunctionConfiguration(t.Context(), &lambda.UpdateFunctionConfigurationInput{FunctionName: &name}); err != nil {
			t.Fatal(err)
		}
		a.ForgetCalls()
		a.install(t, "prod", nil)
		deploytest.SameLines(t, a.calls(writes))
		if a.find(t, "prod", nil).State.Function.Settling {
			t.Error("it did not wait")
		}
	})
}

// An interrupted run keeps what is done; the next run does the rest.
func TestInterrupted(t *testing.T) {
	delays := &localaws.Delays{RoleUsable: time.Minute}
	inAccountWith(t, localaws.Options{Delays: delays}, func(t *testing.T, a *account) {
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		done, err := a.tryInstall(ctx, "prod", given("tag", "Team=web"))
		if done != 3 || !errors.Is(err, context.DeadlineExceeded) || !strings.HasPrefix(err.Error(), "creating function") {
			t.Fatalf("%d done, %v", done, err)
		}
		if done, err := a.tryInstall(ctx, "prod", nil); done != 0 || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("in a context that is over: %d done, %v", done, err)
		}
		_, changes := a.plan(t, "prod", nil)
		deploytest.SameLines(t, deploytest.Printed(changes), "create function", "create permission", "create target")
		a.install(t, "prod", nil)
		if tags := a.find(t, "prod", nil).State.Triggers[0].Rule.Tags; tags["Team"] != "web" {
			t.Errorf("the tag of the first run is lost: %v", tags)
		}
	})
}

// A run interrupted while removing tags is completed by the next one.
func TestInterruptedWhileUntagging(t *testing.T) {
	inAccount(t, func(t *testing.T, a *account) {
		a.install(t, "", given("tag", "Team=web", "tag", "Empty="))
		stop := a.Inject(localaws.Fault{Service: "lambda", Action: "UntagResource", Deny: true})
		done, err := a.tryInstall(t.Context(), "", given("tag", "none"))
		if done != 3 || !apperr.IsAccessDenied(err) {
			t.Fatalf("%d done, %v", done, err)
		}
		stop()
		_, changes := a.plan(t, "", nil)
		deploytest.SameLines(t, deploytest.Printed(changes),
			"update function; tags.Empty  -> ; tags.Team web -> ")
		a.install(t, "", nil)
	})
}

// AWS allows 50 tags on a resource; all of the user's 44 may change at once.
func TestChangeAllTags(t *testing.T) {
	inAccount(t, func(t *testing.T, a *account) {
		for _, series := range []string{"a", "b"} {
			var words []string
			for i := range settings.MaxTags {
				words = append(words, "tag", series+strconv.Itoa(i)+"=1")
			}
			a.install(t, "prod", given(words...))
		}
	})
}
