package deploy

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/localaws"
)

// everyWrite does a command once to learn its writes, and then tests each of them, each time in a new
// account that is prepared the same way.
func everyWrite(t *testing.T, prepare, command func(*testing.T, *account), test func(t *testing.T, a *account, n int, call string)) {
	t.Helper()
	var calls []string
	inAccount(t, func(t *testing.T, a *account) {
		prepare(t, a)
		a.ForgetCalls()
		command(t, a)
		calls = a.calls(writes)
	})
	for n, call := range calls {
		t.Run(fmt.Sprintf("%02d %s", n+1, call), func(t *testing.T) {
			inAccount(t, func(t *testing.T, a *account) {
				prepare(t, a)
				test(t, a, n+1, call)
			})
		})
	}
}

// nthWrite is a fault in the n-th write from now on.
func nthWrite(n int, fault localaws.Fault) localaws.Fault {
	fault.Match, fault.Nth = writes, n
	return fault
}

// denyFrom refuses the n-th write from now on, however often it is repeated.
func denyFrom(n int) localaws.Fault {
	var seen int
	var denied string
	return localaws.Fault{Deny: true, Match: func(c localaws.Call) bool {
		if c.Write() && denied == "" {
			if seen++; seen == n {
				denied = c.String()
			}
		}
		return c.String() == denied
	}}
}

func nothing(*testing.T, *account) {}

func aFullInstall(t *testing.T, a *account) {
	a.install(t, "prod", given("tag", "Team=web", "reserved-concurrency", "2"))
}

func anUninstall(t *testing.T, a *account) { a.uninstall(t, "prod", false) }

// A caller without one of the rights is told which, and what was done does not stand in the way: of the
// next run, and of an uninstall.
func TestInstallDenied(t *testing.T) {
	everyWrite(t, nothing, aFullInstall, func(t *testing.T, a *account, n int, _ string) {
		stop := a.Inject(denyFrom(n))
		_, err := a.tryInstall(t.Context(), "prod", given("tag", "Team=web", "reserved-concurrency", "2"))
		refusal, ok := errors.AsType[*apperr.Error](err)
		if !ok || refusal.Code != apperr.CodeAccessDenied || !strings.Contains(strings.Join(refusal.Detail, " "), "assumed-role/dev/ana may not "+denied(a)) {
			t.Fatalf("%v", err)
		}
		stop()
		if n%2 == 0 {
			aFullInstall(t, a)
		}
		a.uninstall(t, "prod", false)
		a.isEmpty(t, "prod")
	})
}

// denied is the call that was refused: which is the n-th differs where calls are made side by side.
func denied(a *account) string {
	for _, call := range a.Calls() {
		if strings.HasPrefix(call.Code, "AccessDenied") {
			return call.String()
		}
	}
	return ""
}

// An answer that is lost makes the SDK ask again, and AWS say that it is there already, or gone.
func TestInstallAnswerLost(t *testing.T) {
	everyWrite(t, nothing, aFullInstall, func(t *testing.T, a *account, n int, _ string) {
		a.Inject(nthWrite(n, localaws.Fault{Drop: true}))
		aFullInstall(t, a)
	})
}

func TestUninstallAnswerLost(t *testing.T) {
	everyWrite(t, aFullInstall, anUninstall, func(t *testing.T, a *account, n int, _ string) {
		a.Inject(nthWrite(n, localaws.Fault{Drop: true}))
		anUninstall(t, a)
		a.isEmpty(t, "prod")
	})
}

// An uninstall that is stopped anywhere is finished by the next.
func TestUninstallDenied(t *testing.T) {
	everyWrite(t, aFullInstall, anUninstall, func(t *testing.T, a *account, n int, _ string) {
		stop := a.Inject(denyFrom(n))
		found := a.look(t, "prod", nil)
		if _, err := Apply(t.Context(), a.clients, found.Names, Removal(found.Owned(), "prod", false), Options{}); !apperr.IsAccessDenied(err) {
			t.Fatal(err)
		}
		stop()
		anUninstall(t, a)
		a.isEmpty(t, "prod")
	})
}

// Access denied is never taken for absence: each read that is refused is an error that names its call, but for those
// of TestAdditionsNotChecked.
func TestReadDenied(t *testing.T) {
	var reads []string
	inAccount(t, func(t *testing.T, a *account) {
		aFullInstall(t, a)
		a.ForgetCalls()
		a.look(t, "prod", nil)
		additions := []string{"ListFunctionUrlConfigs", "ListEventSourceMappings", "GetFunctionCodeSigningConfig", "DescribeSubscriptionFilters"}
		reads = a.calls(func(c localaws.Call) bool { return !slices.Contains(additions, c.Action) })
	})
	if len(reads) != 12 {
		t.Errorf("a look makes %d calls: %q", len(reads), reads)
	}
	for _, read := range reads {
		t.Run(read, func(t *testing.T) {
			inAccount(t, func(t *testing.T, a *account) {
				aFullInstall(t, a)
				a.Inject(localaws.Fault{Match: func(c localaws.Call) bool { return c.String() == read }, Deny: true})
				_, err := Find(t.Context(), a.clients, a.id, "prod", nil)
				if !apperr.IsAccessDenied(err) || !strings.Contains(strings.Join(errorOf(t, err).Detail, " "), "may not "+read) {
					t.Errorf("%v", err)
				}
			})
		})
	}
}

// errorOf is the Error that an error is.
func errorOf(t *testing.T, err error) *apperr.Error {
	t.Helper()
	own, ok := errors.AsType[*apperr.Error](err)
	if !ok {
		t.Fatalf("%v is no Error", err)
	}
	return own
}

// What AWS calls "not now" is waited out, each service in its own words.
func TestNotNow(t *testing.T) {
	conflict := localaws.Error{Code: "ResourceConflictException", Message: "The operation cannot be performed at this time. An update is in progress for resource: x", Status: 409}
	aborted := localaws.Error{Code: "OperationAbortedException", Message: "A conflicting operation is currently in progress against this resource. Please try again."}
	concurrent := localaws.Error{Code: "ConcurrentModificationException", Message: "Rule x was modified concurrently"}
	unmodifiable := localaws.Error{Code: "EntityTemporarilyUnmodifiable", Message: "x is being changed.", Status: 409}
	for _, during := range []struct {
		name             string
		prepare, command func(*testing.T, *account)
		refusals         map[string]localaws.Error
	}{
		{"an install", nothing, aFullInstall, map[string]localaws.Error{
			"iam:CreateRole":                      {Code: "ConcurrentModification", Message: "x was changed by another request.", Status: 409},
			"iam:PutRolePolicy":                   {Code: "NoSuchEntity", Message: "The role with name x cannot be found.", Status: 404},
			"logs:CreateLogGroup":                 aborted,
			"logs:PutRetentionPolicy":             {Code: "ResourceNotFoundException", Message: "The specified log group does not exist."},
			"lambda:CreateFunction":               {Code: "InvalidParameterValueException", Message: "Lambda was unable to configure access to your environment variables because the KMS key is invalid for CreateGrant."},
			"lambda:PutFunctionConcurrency":       conflict,
			"lambda:PutFunctionEventInvokeConfig": {Code: "ResourceNotFoundException", Message: "The function arn:x doesn't exist.", Status: 404},
			"lambda:AddPermission":                {Code: "ResourceNotFoundException", Message: "Function not found: x", Status: 404},
			"events:PutRule":                      concurrent,
			"events:PutTargets":                   {Code: "ResourceNotFoundException", Message: "Rule x does not exist on EventBus default."},
		}},
		{"an update", aFullInstall, anUpdate, map[string]localaws.Error{
			"iam:TagRole":                        {Code: "ConcurrentModification", Message: "x was changed by another request.", Status: 409},
			"iam:UpdateRole":                     unmodifiable,
			"logs:DeleteRetentionPolicy":         aborted,
			"logs:TagResource":                   aborted,
			"lambda:UpdateFunctionCode":          conflict,
			"lambda:UpdateFunctionConfiguration": {Code: "InvalidParameterValueException", Message: "Lambda was throttled by EC2 while it set up the function's network."},
			"lambda:PutFunctionConcurrency":      conflict,
			"lambda:TagResource":                 conflict,
			"events:PutRule":                     concurrent,
			"events:TagResource":                 concurrent,
		}},
		{"an uninstall", aFullInstall, anUninstall, map[string]localaws.Error{
			"events:RemoveTargets":    concurrent,
			"events:DeleteRule":       {Code: "ValidationException", Message: "Rule can't be deleted since it has targets."},
			"lambda:RemovePermission": conflict,
			"lambda:DeleteFunction":   conflict,
			"logs:DeleteLogGroup":     aborted,
			"iam:DeleteRolePolicy":    unmodifiable,
			"iam:DeleteRole":          {Code: "DeleteConflict", Message: "Cannot delete entity, must delete policies first.", Status: 409},
		}},
	} {
		for call, refusal := range during.refusals {
			t.Run(during.name+" "+call, func(t *testing.T) {
				inAccount(t, func(t *testing.T, a *account) {
					during.prepare(t, a)
					a.ForgetCalls()
					for n := range 3 {
						a.Inject(localaws.Fault{Match: func(c localaws.Call) bool { return c.String() == call }, Nth: n + 1, Refuse: &refusal})
					}
					during.command(t, a)
					if a.count(call) != 4 {
						t.Errorf("%d calls", a.count(call))
					}
				})
			})
		}
	}
}

// A caller whose rights depend on tags may not set the retention before IAM sees the new group's: that is tried
// again, and briefly, since it may as well be the plain truth. Any other denial is told at once.
func TestRetentionWhereRightsDependOnTags(t *testing.T) {
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
		{"for good", denied(unseen), true, ceilingTags / 2, ceilingTags},
		{"by a deny", denied("User: ana is not authorized to perform: logs:PutRetentionPolicy with an explicit deny"), true, 0, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			inAccount(t, func(t *testing.T, a *account) {
				names, changes := a.plan(t, "", nil)
				a.Inject(test.fault)
				began := time.Now()
				_, err := Apply(t.Context(), a.clients, names, changes, Options{Wait: time.Hour})
				if waited := time.Since(began); apperr.IsAccessDenied(err) != test.fails || waited < test.least || waited > test.most {
					t.Errorf("after %s: %v", waited, err)
				}
			})
		})
	}
}

// A wait has an end, and then says what AWS said last.
func TestWaitTooLong(t *testing.T) {
	delays := &localaws.Delays{RoleUsable: time.Hour}
	inAccountWith(t, localaws.Options{Delays: delays}, func(t *testing.T, a *account) {
		started := time.Now()
		_, err := a.tryInstall(t.Context(), "prod", nil)
		refusal := errorOf(t, err)
		if waited := time.Since(started); waited < ceilingRole-longestPause || waited > ceilingRole {
			t.Errorf("it waited %s", waited)
		}
		if refusal.Code != apperr.CodeNotSettled || refusal.Message != "creating function prod-ecs-fargate-spot-handler: waiting for the role for 3m0s was not enough" {
			t.Errorf("%s: %s", refusal.Code, refusal.Message)
		}
		if !strings.Contains(strings.Join(refusal.Detail, " "), "cannot be assumed by Lambda") {
			t.Errorf("%q", refusal.Detail)
		}

		names, changes := a.plan(t, "prod", nil)
		started = time.Now()
		if _, err := Apply(t.Context(), a.clients, names, changes, Options{Wait: 10 * time.Second}); err == nil || time.Since(started) > 10*time.Second {
			t.Errorf("with --wait 10s it waited %s: %v", time.Since(started), err)
		}
	})
}

// EventBridge answers 200 and fails an entry inside.
func TestFailedEntries(t *testing.T) {
	inAccount(t, func(t *testing.T, a *account) {
		stop := a.Inject(localaws.Fault{Action: "PutTargets", Entries: &localaws.Error{Code: "LimitExceededException", Message: "The requested resource exceeds the maximum number allowed."}})
		_, err := a.tryInstall(t.Context(), "", nil)
		if err == nil || err.Error() != "creating target spothandler: LimitExceededException: The requested resource exceeds the maximum number allowed." {
			t.Errorf("%v", err)
		}
		stop()
		a.Inject(localaws.Fault{Action: "PutTargets", Nth: 1, Entries: &localaws.Error{Code: "ConcurrentModificationException", Message: "try again"}})
		aFullInstall(t, a)
		a.Inject(localaws.Fault{Action: "RemoveTargets", Nth: 1, Entries: &localaws.Error{Code: "ConcurrentModificationException", Message: "try again"}})
		anUninstall(t, a)
	})
}

// An account without enough concurrency says so, and how to go on.
func TestConcurrencyCannotBeReserved(t *testing.T) {
	inAccountWith(t, localaws.Options{Concurrency: 10, Delays: &localaws.Delays{}}, func(t *testing.T, a *account) {
		_, err := a.tryInstall(t.Context(), "", given("reserved-concurrency", "2"))
		if refusal := errorOf(t, err); !strings.Contains(refusal.Message, "the account has too few") || !strings.Contains(refusal.Hints[0], "--reserved-concurrency -1") {
			t.Errorf("%v", refusal)
		}
		a.install(t, "", given("reserved-concurrency", "-1"))
	})
}
