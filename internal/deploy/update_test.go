package deploy

import (
	"context"
	"errors"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/deploy/settings"
	"github.com/spothandler/spothandler/internal/localaws"
)

// functionsTold is a Lambda that remembers the configuration that a function is given.
type functionsTold struct {
	FunctionAPI
	told *lambda.UpdateFunctionConfigurationInput
}

func (f functionsTold) UpdateFunctionConfiguration(ctx context.Context, in *lambda.UpdateFunctionConfigurationInput, options ...func(*lambda.Options)) (*lambda.UpdateFunctionConfigurationOutput, error) {
	*f.told = *in
	return f.FunctionAPI.UpdateFunctionConfiguration(ctx, in, options...)
}

// What needs a further right of the caller, to pass the role or to use the VPC or the key, is sent where it differs,
// and else left as it is.
func TestUpdateSendsWhatDiffers(t *testing.T) {
	for _, test := range []struct {
		differs        string
		role, vpc, key bool
	}{
		{"memory_size", false, false, false},
		{"role", true, false, false},
		{"vpc_subnets", false, true, false},
		{"vpc_security_groups", false, true, false},
		{"kms_key", false, false, true},
		{"environment.LOG_LEVEL", false, false, true}, // which the key encrypts anew
		{"state", false, true, true},                  // nobody knows what a failed update left
	} {
		t.Run(test.differs, func(t *testing.T) {
			inAccount(t, func(t *testing.T, a *account) {
				a.install(t, "prod", nil)
				found := a.look(t, "prod", nil)
				var told lambda.UpdateFunctionConfigurationInput
				r := &runner{a.clients, found.Names, 0, func(string) {}}
				r.Lambda = functionsTold{a.clients.Lambda, &told}
				if err := found.State.Function.updateConfiguration(t.Context(), r, changed{{Path: test.differs}}); err != nil {
					t.Fatal(err)
				}
				if role, vpc, key := told.Role != nil, told.VpcConfig != nil, told.KMSKeyArn != nil; role != test.role || vpc != test.vpc || key != test.key {
					t.Errorf("sent are the role: %t, the VPC: %t, the key: %t", role, vpc, key)
				}
			})
		})
	}
}

// everythingElse is given after aFullInstall, and differs from it in every setting.
func everythingElse() settings.Given {
	return given(
		"rule-state", "DISABLED", "memory-size", "1024", "timeout", "30", "reserved-concurrency", "3",
		"log-level", "DEBUG", "log-retention-days", "0", "tag", "Team=ops", "tag", "New=", "architecture", "x86_64",
		"cluster", "shop", "redeploy", "always", "cooldown", "0")
}

func anUpdate(t *testing.T, a *account) {
	a.release = testRelease(t, "2.0.0")
	a.install(t, "prod", everythingElse())
}

// An update that is stopped anywhere is finished by the same command, and by a plain install too: the
// record is written before anything else changes.
func TestUpdateDenied(t *testing.T) {
	want := settings.Defaults("prod")
	if err := everythingElse().Apply(&want); err != nil {
		t.Fatal(err)
	}
	everyWrite(t, aFullInstall, anUpdate, func(t *testing.T, a *account, n int, call string) {
		a.release = testRelease(t, "2.0.0")
		stop := a.Inject(denyFrom(n))
		if _, err := a.tryInstall(t.Context(), "prod", everythingElse()); !apperr.IsAccessDenied(err) {
			t.Fatal(err)
		}
		stop()
		if call == "iam:UpdateRole" || call == "iam:TagRole" { // nothing is recorded: the same command has to come again
			anUpdate(t, a)
		} else {
			if _, warnings, err := a.look(t, "prod", nil).Resolve(nil, false); err != nil || len(warnings) > 0 {
				t.Errorf("%q, %v", warnings, err)
			}
			a.install(t, "prod", nil)
		}
		if got := encodeJSON(settings.JSON(resolved(t, a.look(t, "prod", nil)))); got != encodeJSON(settings.JSON(want)) {
			t.Errorf("got\n%s\nwant\n%s", got, encodeJSON(settings.JSON(want)))
		}
		a.uninstall(t, "prod", false)
		a.isEmpty(t, "prod")
	})
}

// The answer of any write may be lost on the way; the SDK asks again, and nothing is done twice.
func TestUpdateAnswerLost(t *testing.T) {
	everyWrite(t, aFullInstall, anUpdate, func(t *testing.T, a *account, n int, _ string) {
		a.Inject(nthWrite(n, localaws.Fault{Drop: true}))
		anUpdate(t, a)
	})
}

// Throttling, each service's own, is the SDK's to wait out: every other time that a call is made.
func TestThrottled(t *testing.T) {
	inAccount(t, func(t *testing.T, a *account) {
		times := map[string]int{}
		a.Inject(localaws.Fault{Throttle: true, Match: func(c localaws.Call) bool {
			times[c.String()]++
			return times[c.String()]%2 == 1
		}})
		aFullInstall(t, a)
		anUninstall(t, a)
		a.isEmpty(t, "prod")
		refused := map[string]bool{}
		for _, call := range a.Calls() {
			refused[call.Code] = true
		}
		for _, code := range []string{"Throttling", "TooManyRequestsException", "ThrottlingException"} {
			if !refused[code] {
				t.Errorf("nobody was refused by %s", code)
			}
		}
	})
}

// The number of calls, the second look included: the fewest that say everything.
func TestCalls(t *testing.T) {
	inAccount(t, func(t *testing.T, a *account) {
		count := func(doing string, most int, do func()) {
			t.Helper()
			a.ForgetCalls()
			do()
			if calls := a.calls(func(localaws.Call) bool { return true }); len(calls) > most {
				t.Errorf("%s makes %d calls: %q", doing, len(calls), calls)
			}
		}
		apply := func(asked settings.Given) {
			if _, err := a.tryInstall(t.Context(), "prod", asked); err != nil {
				t.Fatal(err)
			}
		}
		count("a first install", 35, func() { apply(nil) })
		count("a second install", 12, func() { apply(nil) })
		count("one setting", 29, func() { apply(given("timeout", "30")) })
		count("an uninstall", 30, func() { anUninstall(t, a) })
	})
}

// Nothing of what Plan and Removal need is asked of AWS: without an account they say the same.
func TestPlanIsPure(t *testing.T) {
	have, want := installed(t), wanted(t)
	before := encodeJSON([]any{have, want})
	Plan(want, have)
	Plan(want, State{})
	Removal(have, "prod", true)
	if encodeJSON([]any{have, want}) != before {
		t.Error("a plan changed what it was given")
	}
	if _, err := Apply(t.Context(), Clients{}, Names{}, nil, Options{}); err != nil || errors.Is(err, errSettling) {
		t.Error(err)
	}
}
