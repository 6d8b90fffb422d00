package deploy

import (
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/deploy/deploytest"
	"github.com/spothandler/spothandler/internal/deploy/resource"
	"github.com/spothandler/spothandler/internal/deploy/settings"
	"github.com/spothandler/spothandler/internal/localaws"
)

// createRoleOutOfBand creates a role that no install of this Region created.
func (a *account) createRoleOutOfBand(t *testing.T, name, description string, tags map[string]string) {
	t.Helper()
	input := &iam.CreateRoleInput{RoleName: &name, Path: aws.String(resource.Path), Description: &description, AssumeRolePolicyDocument: aws.String(lambdaTrust)}
	if len(tags) > 0 {
		input.Tags = iamTags(tags)
	}
	if _, err := a.clients.IAM.CreateRole(t.Context(), input); err != nil {
		t.Fatal(err)
	}
}

// The installations of a Region are found by their roles: all of them, and nothing else.
func TestList(t *testing.T) {
	inAccount(t, func(t *testing.T, a *account) {
		for _, prefix := range []string{"prod", "", "spothandler-us-east-1"} {
			a.install(t, prefix, given("function-name", "fn", "cluster", "shop"))
		}
		mine := func(prefix string) map[string]string {
			return map[string]string{resource.TagManagedBy: resource.ManagedBy, resource.TagPrefix: prefix}
		}
		a.createRoleOutOfBand(t, "other-spothandler-eu-west-1", "", mine("other"))   // another Region
		a.createRoleOutOfBand(t, "theirs-spothandler-us-east-1", "", nil)            // no tags of ours
		a.createRoleOutOfBand(t, "copy-spothandler-us-east-1", "", mine("original")) // a copy, including tags
		a.createRoleOutOfBand(t, "half-spothandler-us-east-1", "", map[string]string{resource.TagPrefix: "half"})
		a.createRoleOutOfBand(t, "lost-spothandler-us-east-1", "edited", mine("lost"))
		_, err := a.clients.IAM.CreateRole(t.Context(), &iam.CreateRoleInput{
			RoleName: aws.String("deeper-spothandler-us-east-1"), Path: aws.String(resource.Path + "team/"), AssumeRolePolicyDocument: aws.String(lambdaTrust), Tags: iamTags(mine("deeper")),
		})
		if err != nil {
			t.Fatal(err)
		}

		list, err := List(t.Context(), a.clients, a.id)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, each := range list {
			line := each.Prefix + " in " + each.Region
			if each.Record != nil {
				line += " for " + each.Record.Clusters[0]
			}
			got = append(got, line)
		}
		deploytest.SameLines(t, got, " in us-east-1 for shop", "lost in us-east-1", "prod in us-east-1 for shop", "spothandler-us-east-1 in us-east-1 for shop")
	})
}

// A caller whose permissions are limited to its own prefix still sees the others, from the list itself.
func TestListDenied(t *testing.T) {
	inAccount(t, func(t *testing.T, a *account) {
		a.install(t, "prod", given("cluster", "shop"))
		a.createRoleOutOfBand(t, "prodspothandler-us-east-1", a.find(t, "prod", nil).State.Role.Description, nil) // no install would use this name
		stop := a.Inject(localaws.Fault{Action: "GetRole", Deny: true})
		list, err := List(t.Context(), a.clients, a.id)
		if err != nil || len(list) != 1 || list[0].Prefix != "prod" || list[0].Record.Clusters[0] != "shop" {
			t.Errorf("%+v, %v", list, err)
		}
		a.createRoleOutOfBand(t, "lost-spothandler-us-east-1", "edited", nil)
		if _, err := List(t.Context(), a.clients, a.id); !apperr.IsAccessDenied(err) {
			t.Errorf("a role that may not be read and shows no record: %v", err)
		}
		stop()
		a.Inject(localaws.Fault{Action: "ListRoles", Deny: true})
		if _, err := List(t.Context(), a.clients, a.id); !apperr.IsAccessDenied(err) {
			t.Errorf("%v", err)
		}
	})
}

// The Regions of an account's installations follow from the names of the roles. A role under our path whose
// name does not end in a Region of the partition is reported and otherwise ignored.
func TestRegions(t *testing.T) {
	inAccount(t, func(t *testing.T, a *account) {
		planted := []string{"prod-spothandler-us-gov-west-1", "spothandler-", "spothandler-eu-west-1a", "spothandler-evil.com", "theirs"}
		for _, name := range slices.Concat(planted, []string{"spothandler-eu-west-1", "prod-spothandler-eu-west-1", "prod-spothandler-us-east-1", "spothandler-x-spothandler-sa-east-1"}) {
			a.createRoleOutOfBand(t, name, "", nil)
		}
		none, prod, odd := "", "prod", "spothandler-x"
		for _, test := range []struct {
			prefix *string
			want   []string
		}{
			{nil, []string{"eu-west-1", "sa-east-1", "us-east-1"}},
			{&none, []string{"eu-west-1"}},
			{&prod, []string{"eu-west-1", "us-east-1"}},
			{&odd, []string{"sa-east-1"}},
		} {
			regions, ignored, err := Regions(t.Context(), a.clients, a.id, test.prefix)
			if err != nil {
				t.Fatal(err)
			}
			deploytest.SameLines(t, regions, test.want...)
			deploytest.SameLines(t, ignored, planted...)
		}
		a.Inject(localaws.Fault{Action: "ListRoles", Deny: true})
		if _, _, err := Regions(t.Context(), a.clients, a.id, nil); !apperr.IsAccessDenied(err) {
			t.Errorf("%v", err)
		}
	})
}

// Two installations would both redeploy if they watch the same cluster.
func TestOverlaps(t *testing.T) {
	record := func(change func(*settings.Spec)) *settings.Record {
		spec := settings.Defaults("other")
		change(&spec)
		record := settings.NewRecord(spec, "1.0.0", "")
		return &record
	}
	shop := func(s *settings.Spec) { s.Clusters = []string{"shop"} }
	for _, test := range []struct {
		name   string
		other  *settings.Record
		change func(*settings.Spec)
		want   bool
	}{
		{"both watch everything", record(func(*settings.Spec) {}), func(*settings.Spec) {}, true},
		{"one watches everything", record(shop), func(*settings.Spec) {}, true},
		{"a cluster in common", record(shop), func(s *settings.Spec) { s.Clusters = []string{"batch", "shop"} }, true},
		{"none in common", record(shop), func(s *settings.Spec) { s.Clusters = []string{"batch"} }, false},
		{"the other only observes", record(func(s *settings.Spec) { s.Redeploy = "observe" }), func(*settings.Spec) {}, false},
		{"the other is switched off", record(func(s *settings.Spec) { s.RuleState = "DISABLED" }), func(*settings.Spec) {}, false},
		{"this one only observes", record(func(*settings.Spec) {}), func(s *settings.Spec) { s.Redeploy = "observe" }, false},
		{"the other's record is lost", nil, func(*settings.Spec) {}, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			spec := settings.Defaults("prod")
			test.change(&spec)
			all := []Listed{{Prefix: "prod", Record: record(func(*settings.Spec) {})}, {Prefix: "other", Record: test.other}}
			if got := len(Overlaps(all, spec)) > 0; got != test.want {
				t.Errorf("%t", got)
			}
		})
	}
}

// An installation that watches several others' clusters says what is true of each pair. Of forty others, the first few are
// named and the rest counted.
func TestOverlapMessage(t *testing.T) {
	for _, test := range []struct {
		clusters, prefixes []string
		want               string
	}{
		{nil, []string{"a"}, "the installation a watches the same clusters: both would redeploy"},
		{nil, []string{"", "a"}, "this installation watches every cluster, and so also those of (no prefix) and a: each would redeploy"},
		{[]string{"shop", "web"}, []string{"a", "b"}, "the installations a and b also watch clusters of this one: each would redeploy"},
		{nil, []string{"a", "b", "c", "d", "e"}, "this installation watches every cluster, and so also those of a, b, c, d and e: each would redeploy"},
		{nil, []string{"a", "b", "c", "d", "e", "f", "g"}, "this installation watches every cluster, and so also those of a, b, c, d, e and 2 more: each would redeploy"},
	} {
		if got := OverlapMessage(settings.Spec{Clusters: test.clusters}, test.prefixes); got != test.want {
			t.Errorf("%q", got)
		}
	}
}
