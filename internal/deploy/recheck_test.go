package deploy

import (
	"context"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	events "github.com/aws/aws-sdk-go-v2/service/eventbridge/types"

	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/apperr/apperrtest"
	"github.com/spothandler/spothandler/internal/deploy/deploytest"
	"github.com/spothandler/spothandler/internal/deploy/resource"
)

// What changes while a user is asked is not removed unseen, and not overwritten.
func TestRecheck(t *testing.T) {
	inAccount(t, func(t *testing.T, a *account) {
		a.install(t, "prod", nil)
		n := a.find(t, "prod", nil).Names
		uninstall, err := PrepareUninstall(t.Context(), a.clients, a.id, UninstallRequest{Prefix: "prod"})
		if err != nil {
			t.Fatal(err)
		}
		if err := uninstall.Recheck(t.Context()); err != nil {
			t.Errorf("nothing has changed: %v", err)
		}

		_, err = a.clients.Events.PutTargets(t.Context(), &eventbridge.PutTargetsInput{Rule: &n.Rule, Targets: []events.Target{{Id: aws.String("theirs"), Arn: aws.String(n.FunctionARN() + "-2")}}})
		if err != nil {
			t.Fatal(err)
		}
		if refusal := apperrtest.ErrorOf(t, uninstall.Recheck(t.Context())); refusal.Code != apperr.CodeForeign {
			t.Errorf("an addition is to be removed: %v", refusal)
		}

		_, err = a.clients.Events.RemoveTargets(t.Context(), &eventbridge.RemoveTargetsInput{Rule: &n.Rule, Ids: []string{"theirs"}})
		if err != nil {
			t.Fatal(err)
		}
		a.deleteOutOfBand(t, resource.ID{Kind: resource.KindFunction, Name: n.Function}, n)
		const changed = "the installation was changed before the plan was confirmed"
		if refusal := apperrtest.ErrorOf(t, uninstall.Recheck(t.Context())); refusal.Message != changed {
			t.Errorf("another plan: %v", refusal)
		}

		install, err := a.prepare(t.Context(), "prod", nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct {
			change func(context.Context) error
			refuse bool
		}{
			{func(context.Context) error { return nil }, false},
			{func(ctx context.Context) error { _, err := a.tryInstall(ctx, "prod", nil); return err }, true},
		} {
			if err := c.change(t.Context()); err != nil {
				t.Fatal(err)
			}
			a.ForgetCalls()
			if err := install.Recheck(t.Context()); (err != nil) != c.refuse || c.refuse && apperrtest.ErrorOf(t, err).Message != changed {
				t.Errorf("refused is to be %t: %v", c.refuse, err)
			}
			deploytest.SameLines(t, a.calls(writes))
		}
	})
}
