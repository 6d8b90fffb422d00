package deploy

import (
	"maps"
	"testing"

	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/deploy/deploytest"
	"github.com/spothandler/spothandler/internal/deploy/resource"
	"github.com/spothandler/spothandler/internal/localaws"
)

// An uninstall with --keep-logs leaves the log group, which is then not part of an installation, and which a
// later install of the same prefix adopts again. The empty prefix is no exception.
func TestKeepLogs(t *testing.T) {
	for _, prefix := range []string{"", "prod"} {
		inAccount(t, func(t *testing.T, a *account) {
			a.install(t, prefix, given("log-retention-days", "30", "tag", "Team=web", "kms-key", aKey))
			a.uninstall(t, prefix, true)
			left := a.find(t, prefix, nil)
			if !left.Kept || left.Found() || left.State.Role != nil || left.State.LogGroup.RetentionDays != 30 {
				t.Fatalf("left is %+v", left.State)
			}
			if tags := left.State.LogGroup.Tags; !maps.Equal(tags, map[string]string{"Team": "web", resource.TagKept: prefix}) {
				t.Errorf("its tags are %v", tags)
			}
			a.ForgetCalls()
			a.uninstall(t, prefix, false)
			deploytest.SameLines(t, a.calls(writes))

			if err := left.checkOwnership(false); err != nil {
				t.Fatal(err)
			}
			if spec := resolved(t, left); spec.LogRetentionDays != 14 || spec.KMSKey != "" {
				t.Errorf("a group that was kept says nothing of what is wanted: %d days, key %q", spec.LogRetentionDays, spec.KMSKey)
			}
			a.install(t, prefix, nil)
			again := a.find(t, prefix, nil)
			if _, marked := again.State.LogGroup.Tags[resource.TagKept]; marked || again.Kept {
				t.Errorf("it is still marked: %v", again.State.LogGroup.Tags)
			}
			a.uninstall(t, prefix, false)
			a.isEmpty(t, prefix)
			if a.find(t, prefix, nil).State.LogGroup != nil {
				t.Error("the log group is still there")
			}
		})
	}
}

// A group that another prefix kept is not ours to adopt.
func TestKeptByAnother(t *testing.T) {
	inAccount(t, func(t *testing.T, a *account) {
		a.install(t, "prod", nil)
		a.uninstall(t, "prod", true)
		found := a.find(t, "", given("function-name", "prod-ecs-fargate-spot-handler"))
		if found.Kept || found.checkOwnership(false) == nil {
			t.Error("it was taken for ours")
		}
	})
}

// If an uninstall stops after marking the group, the group is still part of the installation: the next
// uninstall finishes with or without --keep-logs, and an install removes the mark.
func TestKeepLogsInterrupted(t *testing.T) {
	halfKept := func(t *testing.T, a *account) {
		t.Helper()
		a.install(t, "", nil)
		stop := a.Inject(localaws.Fault{Service: "logs", Action: "UntagResource", Deny: true})
		defer stop()
		found := a.find(t, "", nil)
		if _, err := resource.Apply(t.Context(), a.clients, found.Names, resource.Removal(found.owned(), "", true), resource.Options{}); !apperr.IsAccessDenied(err) {
			t.Fatal(err)
		}
	}
	inAccount(t, func(t *testing.T, a *account) {
		halfKept(t, a)
		a.uninstall(t, "", true)
		if left := a.find(t, "", nil); left.Found() || !left.Kept {
			t.Errorf("left is %+v", left.State)
		}
	})
	inAccount(t, func(t *testing.T, a *account) {
		halfKept(t, a)
		a.uninstall(t, "", false)
		if left := a.find(t, "", nil); left.State.LogGroup != nil {
			t.Errorf("left is %+v", left.State.LogGroup)
		}
	})
	inAccount(t, func(t *testing.T, a *account) {
		halfKept(t, a)
		a.install(t, "", nil)
		if _, marked := a.find(t, "", nil).State.LogGroup.Tags[resource.TagKept]; marked {
			t.Error("it is still marked")
		}
	})
}
