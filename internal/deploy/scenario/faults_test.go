package scenario_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/apperr/apperrtest"
	"github.com/spothandler/spothandler/internal/deploy"
	"github.com/spothandler/spothandler/internal/deploy/settings"
	"github.com/spothandler/spothandler/internal/localaws"
)

// everyWrite runs a command once to record its writes, and then tests each of them in a new account that is
// prepared in the same way.
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

// nthWrite returns a fault for the n-th write from now on.
func nthWrite(n int, fault localaws.Fault) localaws.Fault {
	fault.Match, fault.Nth = writes, n
	return fault
}

// denyFrom denies the n-th write from now on, however often it is repeated.
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

func installFull(t *testing.T, a *account) {
	a.install(t, "prod", given("tag", "Team=web", "reserved-concurrency", "2"))
}

func anUninstall(t *testing.T, a *account) { a.uninstall(t, "prod") }

// A caller without one of the permissions gets an error that names it, and the applied changes do not
// prevent the next run or an uninstall.
func TestInstallDenied(t *testing.T) {
	everyWrite(t, nothing, installFull, func(t *testing.T, a *account, n int, _ string) {
		stop := a.Inject(denyFrom(n))
		err := a.tryInstall(t.Context(), "prod", given("tag", "Team=web", "reserved-concurrency", "2"))
		refusal, ok := errors.AsType[*apperr.Error](err)
		if !ok || refusal.Code != apperr.CodeAccessDenied || !strings.Contains(strings.Join(refusal.Detail, " "), "assumed-role/dev/ana lacks the permission "+denied(a)) {
			t.Fatalf("%v", err)
		}
		stop()
		if n%2 == 0 {
			installFull(t, a)
		}
		a.uninstall(t, "prod")
		a.isEmpty(t, "prod")
	})
}

// denied returns the call that was denied: the n-th call varies when calls are concurrent.
func denied(a *account) string {
	for _, call := range a.Calls() {
		if strings.HasPrefix(call.Code, "AccessDenied") {
			return call.String()
		}
	}
	return ""
}

// If a response is lost the SDK retries, and AWS reports that the resource already exists or is gone.
func TestInstallResponseLost(t *testing.T) {
	everyWrite(t, nothing, installFull, func(t *testing.T, a *account, n int, _ string) {
		a.Inject(nthWrite(n, localaws.Fault{Drop: true}))
		installFull(t, a)
	})
}

func TestUninstallResponseLost(t *testing.T) {
	everyWrite(t, installFull, anUninstall, func(t *testing.T, a *account, n int, _ string) {
		a.Inject(nthWrite(n, localaws.Fault{Drop: true}))
		anUninstall(t, a)
		a.isEmpty(t, "prod")
	})
}

// An uninstall that is stopped anywhere is completed by the next one.
func TestUninstallDenied(t *testing.T) {
	everyWrite(t, installFull, anUninstall, func(t *testing.T, a *account, n int, _ string) {
		stop := a.Inject(denyFrom(n))
		if err := a.tryUninstall(t.Context(), "prod"); !apperr.IsAccessDenied(err) {
			t.Fatal(err)
		}
		stop()
		anUninstall(t, a)
		a.isEmpty(t, "prod")
	})
}

// Access denied never means absent: each denied read is an error that names its call, except those of
// TestAdditionsNotChecked.
func TestReadDenied(t *testing.T) {
	var reads []string
	inAccount(t, func(t *testing.T, a *account) {
		installFull(t, a)
		a.ForgetCalls()
		a.find(t, "prod", nil)
		additions := []string{"ListFunctionUrlConfigs", "ListEventSourceMappings", "GetFunctionCodeSigningConfig", "DescribeSubscriptionFilters"}
		reads = a.calls(func(c localaws.Call) bool { return !slices.Contains(additions, c.Action) })
	})
	if len(reads) != 12 {
		t.Errorf("Find makes %d calls: %q", len(reads), reads)
	}
	for _, read := range reads {
		t.Run(read, func(t *testing.T) {
			inAccount(t, func(t *testing.T, a *account) {
				installFull(t, a)
				a.Inject(localaws.Fault{Match: func(c localaws.Call) bool { return c.String() == read }, Deny: true})
				_, err := deploy.Find(t.Context(), a.clients, a.id, "prod", nil)
				if !apperr.IsAccessDenied(err) || !strings.Contains(strings.Join(apperrtest.ErrorOf(t, err).Detail, " "), "lacks the permission "+read) {
					t.Errorf("%v", err)
				}
			})
		})
	}
}

// Temporary errors of AWS are retried, each service with its own error codes.
func TestTemporaryErrors(t *testing.T) {
	conflict := localaws.Error{Code: "ResourceConflictException", Message: "The operation cannot be performed at this time. An update is in progress for resource: x", Status: 409}
	aborted := localaws.Error{Code: "OperationAbortedException", Message: "A conflicting operation is currently in progress against this resource. Please try again."}
	concurrent := localaws.Error{Code: "ConcurrentModificationException", Message: "Rule x was modified concurrently"}
	unmodifiable := localaws.Error{Code: "EntityTemporarilyUnmodifiable", Message: "x is being changed.", Status: 409}
	for _, during := range []struct {
		name             string
		prepare, command func(*testing.T, *account)
		refusals         map[string]localaws.Error
	}{
		{"an install", nothing, installFull, map[string]localaws.Error{
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
		{"an update", installFull, anUpdate, map[string]localaws.Error{
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
		{"an uninstall", installFull, anUninstall, map[string]localaws.Error{
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

// otherSettings differs from installFull in every setting.
func otherSettings() settings.Given {
	return given(
		"rule-state", "DISABLED", "memory-size", "1024", "timeout", "30", "reserved-concurrency", "3",
		"log-level", "DEBUG", "log-retention-days", "0", "tag", "Team=ops", "tag", "New=", "architecture", "x86_64",
		"cluster", "shop", "redeploy", "always", "cooldown", "0")
}

func anUpdate(t *testing.T, a *account) {
	a.release = testRelease(t, "2.0.0")
	a.install(t, "prod", otherSettings())
}

// An update that is stopped anywhere is completed by the same command, and also by a plain install, because
// the record is written first.
func TestUpdateDenied(t *testing.T) {
	want := settings.Defaults("prod")
	if err := otherSettings().Apply(&want); err != nil {
		t.Fatal(err)
	}
	everyWrite(t, installFull, anUpdate, func(t *testing.T, a *account, n int, call string) {
		a.release = testRelease(t, "2.0.0")
		stop := a.Inject(denyFrom(n))
		if err := a.tryInstall(t.Context(), "prod", otherSettings()); !apperr.IsAccessDenied(err) {
			t.Fatal(err)
		}
		stop()
		if call == "iam:UpdateRole" || call == "iam:TagRole" { // nothing is recorded: only the same command completes it
			anUpdate(t, a)
		} else {
			if _, warnings, err := a.find(t, "prod", nil).Resolve(nil, false); err != nil || len(warnings) > 0 {
				t.Errorf("%q, %v", warnings, err)
			}
			a.install(t, "prod", nil)
		}
		if got := jsonOf(t, settings.JSON(resolved(t, a.find(t, "prod", nil)))); got != jsonOf(t, settings.JSON(want)) {
			t.Errorf("got\n%s\nwant\n%s", got, jsonOf(t, settings.JSON(want)))
		}
		a.uninstall(t, "prod")
		a.isEmpty(t, "prod")
	})
}

// The response of any write may be lost; the SDK retries, and nothing is done twice.
func TestUpdateResponseLost(t *testing.T) {
	everyWrite(t, installFull, anUpdate, func(t *testing.T, a *account, n int, _ string) {
		a.Inject(nthWrite(n, localaws.Fault{Drop: true}))
		anUpdate(t, a)
	})
}

// The SDK retries throttling with each service's own error code, here at every other attempt.
func TestThrottled(t *testing.T) {
	inAccount(t, func(t *testing.T, a *account) {
		times := map[string]int{}
		a.Inject(localaws.Fault{Throttle: true, Match: func(c localaws.Call) bool {
			times[c.String()]++
			return times[c.String()]%2 == 1
		}})
		installFull(t, a)
		anUninstall(t, a)
		a.isEmpty(t, "prod")
		refused := map[string]bool{}
		for _, call := range a.Calls() {
			refused[call.Code] = true
		}
		for _, code := range []string{"Throttling", "TooManyRequestsException", "ThrottlingException"} {
			if !refused[code] {
				t.Errorf("no call was refused with %s", code)
			}
		}
	})
}

// Faults at any write of setting and clearing all optional settings: after a denial the next run continues;
// after a lost response the same run does.
func TestOptionalSettingsFaults(t *testing.T) {
	bare := func(t *testing.T, a *account) { a.install(t, "prod", nil) }
	full := func(t *testing.T, a *account) { a.install(t, "prod", optionalSettings()) }
	for _, change := range []struct {
		name     string
		before   func(*testing.T, *account)
		settings settings.Given
	}{{"set", bare, optionalSettings()}, {"cleared", full, noOptionalSettings()}, {"installed", nothing, optionalSettings()}} {
		t.Run(change.name, func(t *testing.T) {
			command := func(t *testing.T, a *account) { a.install(t, "prod", change.settings) }
			everyWrite(t, change.before, command, func(t *testing.T, a *account, n int, _ string) {
				stop := a.Inject(denyFrom(n))
				if err := a.tryInstall(t.Context(), "prod", change.settings); !apperr.IsAccessDenied(err) {
					t.Fatal(err)
				}
				stop()
				a.install(t, "prod", nil) // completes whichever settings are recorded
				command(t, a)
				a.uninstall(t, "prod")
				a.isEmpty(t, "prod")
			})
			everyWrite(t, change.before, command, func(t *testing.T, a *account, n int, _ string) {
				a.Inject(nthWrite(n, localaws.Fault{Drop: true}))
				command(t, a)
			})
		})
	}
}
