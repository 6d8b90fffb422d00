package deploy

import (
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/resourcegroupstaggingapi"

	"github.com/spothandler/spothandler/internal/deploy/deploytest"
	"github.com/spothandler/spothandler/internal/deploy/resource"
	"github.com/spothandler/spothandler/internal/localaws"
)

// deleteRoleOf deletes the role out of band.
func (a *account) deleteRoleOf(t *testing.T, prefix string) resource.Names {
	t.Helper()
	n := a.find(t, prefix, nil).Names
	a.deleteOutOfBand(t, resource.ID{Kind: resource.KindRole, Name: n.Role}, n)
	return n
}

// withoutRole returns the installations found by tags, one line each: "prod: function fn, rule r".
func (a *account) withoutRole(t *testing.T) (lines []string) {
	t.Helper()
	known, err := List(t.Context(), a.clients, a.id)
	if err != nil {
		t.Fatal(err)
	}
	found, notChecked, err := FindWithoutRole(t.Context(), a.clients, resourcegroupstaggingapi.NewFromConfig(a.Config()), a.id, func(prefix string) bool {
		return !slices.ContainsFunc(known, func(l Listed) bool { return l.Prefix == prefix })
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, each := range found {
		lines = append(lines, each.Names.Prefix+": "+each.Names.Function+", "+each.Names.Rule)
	}
	for _, each := range notChecked {
		lines = append(lines, each.String())
	}
	return lines
}

// The remains of an installation without a role are found by their tags, whatever their names.
func TestFindWithoutRole(t *testing.T) {
	inAccount(t, func(t *testing.T, a *account) {
		a.install(t, "prod", given("function-name", "fn", "rule-name", "r"))
		a.install(t, "test", nil)
		a.install(t, "", nil)
		deploytest.SameLines(t, a.withoutRole(t))

		a.deleteRoleOf(t, "prod")
		a.deleteRoleOf(t, "")
		deploytest.SameLines(t, a.withoutRole(t), ": ecs-fargate-spot-handler, ecs-spot-interruption", "prod: prod-fn, prod-r")
	})
}

// Each single resource is sufficient.
func TestFindWithoutRoleByOneResource(t *testing.T) {
	for _, kept := range []resource.Kind{resource.KindLogGroup, resource.KindFunction, resource.KindRule} {
		inAccount(t, func(t *testing.T, a *account) {
			a.install(t, "prod", given("function-name", "fn", "rule-name", "r"))
			state, n := a.find(t, "prod", nil).State, a.find(t, "prod", nil).Names
			for _, id := range state.IDs() {
				if id.Kind != kept && id.Kind != resource.KindPermission && id.Kind != resource.KindTarget && id.Kind != resource.KindRole {
					a.deleteOutOfBand(t, id, n)
				}
			}
			a.deleteRoleOf(t, "prod")
			want := "prod: prod-fn, prod-ecs-spot-interruption"
			if kept == resource.KindRule {
				want = "prod: prod-ecs-fargate-spot-handler, prod-r"
			}
			deploytest.SameLines(t, a.withoutRole(t), want)
		})
	}
}

// GetResources lists deleted resources for hours: only what a read by name confirms counts.
func TestFindWithoutRoleConfirmsTags(t *testing.T) {
	inAccount(t, func(t *testing.T, a *account) {
		a.install(t, "prod", given("function-name", "new"))
		n := a.deleteRoleOf(t, "prod")
		mine := func(prefix string) map[string]string {
			return map[string]string{resource.TagManagedBy: resource.ManagedBy, resource.TagPrefix: prefix}
		}
		a.Inject(localaws.Fault{Action: "GetResources", Lag: &localaws.Lag{Deleted: map[string]map[string]string{
			n.ARN("lambda", n.Region, "function:prod-old"):                      mine("prod"),
			n.ARN("logs", n.Region, "log-group:/aws/lambda/prod-older"):         mine("prod"),
			n.ARN("events", n.Region, "rule/gone-rule"):                         mine("gone"),
			n.ARN("lambda", n.Region, "function:named-otherwise"):               mine("prod"),
			n.ARN("lambda", n.Region, "function:half-ecs-fargate-spot-handler"): {resource.TagManagedBy: resource.ManagedBy},
		}}})
		deploytest.SameLines(t, a.withoutRole(t), "prod: prod-new, prod-ecs-spot-interruption")
	})
}

// If a guessed name would be too long, that is reported.
func TestFindWithoutRoleOfALongPrefix(t *testing.T) {
	inAccount(t, func(t *testing.T, a *account) {
		prefix := strings.Repeat("p", 42)
		a.Inject(localaws.Fault{Action: "GetResources", Lag: &localaws.Lag{Deleted: map[string]map[string]string{
			a.id.ARN("events", a.id.Region, "rule/"+prefix+"-r"): {resource.TagManagedBy: resource.ManagedBy, resource.TagPrefix: prefix},
		}}})
		if lines := a.withoutRole(t); len(lines) != 1 || !strings.HasPrefix(lines[0], "not checked: resources found by their tags for "+prefix+": ") || !strings.Contains(lines[0], "Lambda allows 64") {
			t.Errorf("%q", lines)
		}
	})
}

// Denied access is reported, and is not an error.
func TestFindWithoutRoleDenied(t *testing.T) {
	inAccount(t, func(t *testing.T, a *account) {
		a.install(t, "prod", nil)
		a.deleteRoleOf(t, "prod")
		for action, want := range map[string]string{
			"GetResources": "not checked: installations whose role was deleted: no permission for tag:GetResources",
			"GetFunction":  "not checked: resources found by their tags for prod: no permission for lambda:GetFunction",
		} {
			stop := a.Inject(localaws.Fault{Action: action, Deny: true})
			deploytest.SameLines(t, a.withoutRole(t), want)
			stop()
		}
		a.Inject(localaws.Fault{Action: "DescribeRule", Refuse: &localaws.Error{Code: "InternalException", Status: 500}})
		if _, _, err := FindWithoutRole(t.Context(), a.clients, resourcegroupstaggingapi.NewFromConfig(a.Config()), a.id, func(string) bool { return true }); err == nil || !strings.Contains(err.Error(), "InternalException") {
			t.Errorf("%v", err)
		}
	})
}
