package deploy

import (
	"strings"
	"testing"
	"time"

	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/apperr/apperrtest"
	"github.com/spothandler/spothandler/internal/deploy/resource"
	"github.com/spothandler/spothandler/internal/localaws"
)

// The pauses and ceilings of the waits, which users see as time that passes.
const (
	firstPause   = 400 * time.Millisecond
	longestPause = 5 * time.Second
	ceilingRole  = 3 * time.Minute
	ceilingTags  = 5 * time.Second
)

// A caller whose permissions depend on tags may not set the retention before IAM sees the new group's tags.
// That is retried only briefly, since the denial may be permanent. Any other denial fails at once.
func TestRetentionWithTagBasedPermissions(t *testing.T) {
	denied := func(text string) localaws.Fault {
		return localaws.Fault{Action: "PutRetentionPolicy", Refuse: &localaws.Error{Code: "AccessDeniedException", Message: text}}
	}
	const unseen = "User: ana is not authorized to perform: logs:PutRetentionPolicy because no identity-based policy allows the logs:PutRetentionPolicy action"
	for _, test := range []struct {
		name        string
		fault       localaws.Fault
		fails       bool
		least, most time.Duration
	}{
		{"for a moment", func() localaws.Fault { f := denied(unseen); f.Nth = 1; return f }(), false, firstPause, firstPause},
		{"permanently", denied(unseen), true, ceilingTags / 2, ceilingTags},
		{"by a deny", denied("User: ana is not authorized to perform: logs:PutRetentionPolicy with an explicit deny"), true, 0, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			inAccount(t, func(t *testing.T, a *account) {
				names, changes := a.plan(t, "", nil)
				a.Inject(test.fault)
				began := time.Now()
				_, err := resource.Apply(t.Context(), a.clients, names, changes, resource.Options{Wait: time.Hour})
				if waited := time.Since(began); apperr.IsAccessDenied(err) != test.fails || waited < test.least || waited > test.most {
					t.Errorf("after %s: %v", waited, err)
				}
			})
		})
	}
}

// A wait ends at its ceiling and reports AWS's last response.
func TestWaitTooLong(t *testing.T) {
	delays := &localaws.Delays{RoleUsable: time.Hour}
	inAccountWith(t, localaws.Options{Delays: delays}, func(t *testing.T, a *account) {
		started := time.Now()
		_, err := a.tryInstall(t.Context(), "prod", nil)
		refusal := apperrtest.ErrorOf(t, err)
		if waited := time.Since(started); waited < ceilingRole-longestPause || waited > ceilingRole {
			t.Errorf("it waited %s", waited)
		}
		if refusal.Code != apperr.CodeNotSettled || refusal.Message != "creating function prod-ecs-fargate-spot-handler: timed out after 3m0s waiting for the role" {
			t.Errorf("%s: %s", refusal.Code, refusal.Message)
		}
		if !strings.Contains(strings.Join(refusal.Detail, " "), "cannot be assumed by Lambda") {
			t.Errorf("%q", refusal.Detail)
		}

		names, changes := a.plan(t, "prod", nil)
		started = time.Now()
		if _, err := resource.Apply(t.Context(), a.clients, names, changes, resource.Options{Wait: 10 * time.Second}); err == nil || time.Since(started) > 10*time.Second {
			t.Errorf("with --wait 10s it waited %s: %v", time.Since(started), err)
		}
	})
}

// EventBridge may respond with 200 and a failed entry.
func TestFailedEntries(t *testing.T) {
	inAccount(t, func(t *testing.T, a *account) {
		stop := a.Inject(localaws.Fault{Action: "PutTargets", Entries: &localaws.Error{Code: "LimitExceededException", Message: "The requested resource exceeds the maximum number allowed."}})
		_, err := a.tryInstall(t.Context(), "", nil)
		if err == nil || err.Error() != "creating target spothandler: LimitExceededException: The requested resource exceeds the maximum number allowed." {
			t.Errorf("%v", err)
		}
		stop()
		for _, code := range []string{"ConcurrentModificationException", "ThrottlingException", "InternalException"} {
			a.Inject(localaws.Fault{Action: "PutTargets", Nth: 1, Entries: &localaws.Error{Code: code, Message: "try again"}})
			a.install(t, "prod", nil)
			a.Inject(localaws.Fault{Action: "RemoveTargets", Nth: 1, Entries: &localaws.Error{Code: code, Message: "try again"}})
			a.uninstall(t, "prod", false)
		}
	})
}

// An account without enough concurrency gets an error with hints.
func TestConcurrencyCannotBeReserved(t *testing.T) {
	inAccountWith(t, localaws.Options{Concurrency: 10, Delays: &localaws.Delays{}}, func(t *testing.T, a *account) {
		_, err := a.tryInstall(t.Context(), "", given("reserved-concurrency", "2"))
		if refusal := apperrtest.ErrorOf(t, err); !strings.Contains(refusal.Message, "the account has too few") || !strings.Contains(refusal.Hints[0], "--reserved-concurrency -1") {
			t.Errorf("%v", refusal)
		}
		a.install(t, "", given("reserved-concurrency", "-1"))
	})
}
