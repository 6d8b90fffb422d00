package deploy

import (
	"context"
	"errors"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"github.com/spothandler/spothandler/internal/deploy/settings"
	"github.com/spothandler/spothandler/internal/localaws"
)

// sentConfigurations is a Lambda client that records the configurations it is sent.
type sentConfigurations struct {
	FunctionAPI
	sent *lambda.UpdateFunctionConfigurationInput
}

func (f sentConfigurations) UpdateFunctionConfiguration(ctx context.Context, in *lambda.UpdateFunctionConfigurationInput, options ...func(*lambda.Options)) (*lambda.UpdateFunctionConfigurationOutput, error) {
	*f.sent = *in
	return f.FunctionAPI.UpdateFunctionConfiguration(ctx, in, options...)
}

// A value that needs a further permission, to pass the role or to use the VPC or the key, is sent only if it
// differs.
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
		{"environment.LOG_LEVEL", false, false, true}, // encrypted again with the key
		{"state", false, true, true},                  // it is unknown what a failed update left
	} {
		t.Run(test.differs, func(t *testing.T) {
			inAccount(t, func(t *testing.T, a *account) {
				a.install(t, "prod", nil)
				found := a.find(t, "prod", nil)
				var sent lambda.UpdateFunctionConfigurationInput
				r := &runner{a.clients, found.Names, 0, func(string) {}}
				r.Lambda = sentConfigurations{a.clients.Lambda, &sent}
				if err := found.State.Function.updateConfiguration(t.Context(), r, changed{{Path: test.differs}}); err != nil {
					t.Fatal(err)
				}
				if role, vpc, key := sent.Role != nil, sent.VpcConfig != nil, sent.KMSKeyArn != nil; role != test.role || vpc != test.vpc || key != test.key {
					t.Errorf("sent are the role: %t, the VPC: %t, the key: %t", role, vpc, key)
				}
			})
		})
	}
}

// The minimum number of calls, including the verification.
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
		count("an uninstall", 30, func() { a.uninstall(t, "prod", false) })
	})
}

// Plan and Removal need no AWS: they give the same result without an account.
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
