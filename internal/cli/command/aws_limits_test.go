package command

import (
	"testing"

	"github.com/spothandler/spothandler/internal/session"
)

// Installations in one account and Region share the rate limit of CloudWatch Logs, whatever their profiles.
func TestLogsRatePerAccountAndRegion(t *testing.T) {
	a := New(NewStreams(nil, t.Output(), t.Output()), nil, "1.2.3")
	at := func(prefix, account, region string) any {
		one := a.forTargetAmongSeveral(Target{Prefix: prefix, Region: region}, t.Output(), t.Output())
		return (&Connection{Session: &session.Session{ID: session.Identity{Account: account, Region: region, Caller: prefix}}, limits: one.limits}).LogsRate()
	}
	prod := at("prod", "111122223333", "eu-west-1")
	if at("stag", "111122223333", "eu-west-1") != prod {
		t.Error("two installations of a region have a limit each")
	}
	if at("prod", "111122223333", "eu-central-1") == prod || at("prod", "444455556666", "eu-west-1") == prod {
		t.Error("regions or accounts share a limit")
	}
}
