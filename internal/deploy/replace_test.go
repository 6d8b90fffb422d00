package deploy

import (
	"context"
	"testing"
	"time"

	"github.com/spothandler/spothandler/internal/apperr/apperrtest"
	"github.com/spothandler/spothandler/internal/deploy/deploytest"
	"github.com/spothandler/spothandler/internal/deploy/resource"
	"github.com/spothandler/spothandler/internal/localaws"
)

// A function is recreated if its role was. It is not deleted if that was a mistake: IAM did not return an existing role
// yet, or another install has recreated both meanwhile.
func TestFunctionThatNeedsNoReplacement(t *testing.T) {
	for _, test := range []struct {
		name      string
		before    func(context.Context, *testing.T, *account)
		meanwhile func(context.Context, *testing.T, *account)
	}{
		{
			"the role was not returned",
			func(_ context.Context, _ *testing.T, a *account) {
				a.Inject(localaws.Fault{Action: "GetRole", Nth: 1, Refuse: &localaws.Error{Code: "NoSuchEntity", Message: "The role cannot be found.", Status: 404}})
			},
			func(context.Context, *testing.T, *account) {},
		},
		{
			"another install has recreated both",
			func(_ context.Context, t *testing.T, a *account) {
				t.Helper()
				n := a.find(t, "prod", nil).Names
				a.deleteOutOfBand(t, resource.ID{Kind: resource.KindRole, Name: n.Role}, n)
			},
			func(_ context.Context, t *testing.T, a *account) {
				t.Helper()
				time.Sleep(time.Second)
				a.install(t, "prod", nil)
			},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			inAccount(t, func(t *testing.T, a *account) {
				a.install(t, "prod", nil)
				time.Sleep(time.Second) // virtual time: the function is newer than its role
				a.install(t, "prod", given("memory-size", "256"))
				test.before(t.Context(), t, a)
				install, err := a.prepare(t.Context(), "prod", nil)
				if err != nil {
					t.Fatal(err)
				}
				test.meanwhile(t.Context(), t, a)
				a.ForgetCalls()
				_, err = install.Apply(t.Context(), resource.Options{})
				const want = "function prod-ecs-fargate-spot-handler no longer has to be recreated"
				if a.count("lambda:DeleteFunction") > 0 || err == nil || apperrtest.ErrorOf(t, err).Message != want {
					t.Errorf("it was deleted %d times: %v", a.count("lambda:DeleteFunction"), err)
				}
				a.install(t, "prod", nil)
				if memory := a.find(t, "prod", nil).State.Function.MemorySize; memory != 256 {
					t.Errorf("it has %d MB", memory)
				}
			})
		})
	}
}

// A role that exists, although IAM did not return it, holds the settings: they are not replaced by those that this run
// assumed.
func TestRecordThatWasNotReturned(t *testing.T) {
	inAccount(t, func(t *testing.T, a *account) {
		a.install(t, "prod", given("tag", "Team=web", "cooldown", "90s"))
		n := a.find(t, "prod", nil).Names
		a.deleteOutOfBand(t, resource.ID{Kind: resource.KindFunction, Name: n.Function}, n)
		a.Inject(localaws.Fault{Action: "GetRole", Nth: 1, Refuse: &localaws.Error{Code: "NoSuchEntity", Message: "The role cannot be found.", Status: 404}})
		_, err := a.tryInstall(t.Context(), "prod", nil)
		const want = "another command has created role prod-spothandler-us-east-1 while this command was running"
		if err == nil || apperrtest.ErrorOf(t, err).Message != want {
			t.Error(err)
		}
		deploytest.SameLines(t, a.calls(func(c localaws.Call) bool { return c.String() == "lambda:CreateFunction" }), "lambda:CreateFunction")
		a.install(t, "prod", nil)
		if spec, _, err := a.find(t, "prod", nil).Resolve(nil, false); err != nil || spec.Cooldown != 90*time.Second || spec.Tags["Team"] != "web" {
			t.Errorf("%+v, %v", spec, err)
		}
	})
}
