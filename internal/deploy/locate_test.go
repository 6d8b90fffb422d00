package deploy

import (
	"testing"

	"github.com/spothandler/spothandler/internal/deploy/resource"
)

// What is needed to read an installation's records is found by its role or, without one, by its log group.
func TestLocate(t *testing.T) {
	inAccount(t, func(t *testing.T, a *account) {
		locate := func() *Located {
			t.Helper()
			located, err := Locate(t.Context(), a.clients, a.id, "prod", nil)
			if err != nil {
				t.Fatal(err)
			}
			return located
		}
		if located := locate(); located != nil {
			t.Errorf("before the install: %+v", located)
		}
		a.install(t, "prod", given("function-name", "fn", "log-retention-days", "30"))
		names := a.find(t, "prod", nil).Names
		if located := locate(); located == nil || located.Names != names || located.Record == nil || located.Left {
			t.Errorf("installed: %+v", located)
		}
		if days, err := Retention(t.Context(), a.clients, a.id, names.LogGroup); err != nil || days != 30 {
			t.Errorf("the records are kept for %d days, %v", days, err)
		}
		if days, err := Retention(t.Context(), a.clients, a.id, "absent"); err != nil || days != 0 {
			t.Errorf("those of an absent log group for %d days, %v", days, err)
		}
	})
}

// A log group that remains is found by its tags, whether its role was deleted or the logs were kept.
func TestLocateWithoutRole(t *testing.T) {
	for _, kept := range []bool{false, true} {
		inAccount(t, func(t *testing.T, a *account) {
			a.install(t, "prod", nil)
			names := a.find(t, "prod", nil).Names
			if kept {
				a.uninstall(t, "prod", true)
			} else {
				a.deleteKind(t, resource.KindRole, names)
			}
			located, err := Locate(t.Context(), a.clients, a.id, "prod", nil)
			if err != nil || located == nil || located.Names.LogGroup != names.LogGroup || !located.Left || located.Kept != kept {
				t.Errorf("kept %t: %+v, %v", kept, located, err)
			}
		})
	}
}
