package resource

import (
	"slices"
	"strings"
	"testing"

	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/apperr/apperrtest"
	"github.com/spothandler/spothandler/internal/localaws"
)

// Changes that fail at the same time are all reported, so that a user does not fix one permission after the other.
func TestAllFailuresOfAWave(t *testing.T) {
	inAccount(t, func(t *testing.T, a account) {
		removal := Removal(a.want, a.names.Prefix, false)
		if _, err := Apply(t.Context(), a.clients, a.names, removal, Options{}); err != nil {
			t.Fatal(err)
		}
		a.server.Inject(localaws.Fault{Action: "CreateLogGroup", Deny: true})
		a.server.Inject(localaws.Fault{Action: "PutRule", Deny: true})
		done, err := Apply(t.Context(), a.clients, a.names, Plan(a.want, State{}), Options{})
		failure := apperrtest.ErrorOf(t, err)
		if done != 1 || failure.Code != apperr.CodeAccessDenied {
			t.Errorf("%d done, %+v", done, failure)
		}
		for _, want := range []string{"lacks the permission logs:CreateLogGroup.", "Also failed: creating rule prod-ecs-spot-interruption: access denied.", "lacks the permission events:PutRule."} {
			if !slices.ContainsFunc(failure.Detail, func(line string) bool { return strings.HasSuffix(line, want) }) {
				t.Errorf("%q is not in %q", want, failure.Detail)
			}
		}
	})
}
