package session

import (
	"slices"
	"strings"
	"testing"

	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/localaws"
)

// EnabledRegions returns the Regions that the account can use.
func TestEnabledRegions(t *testing.T) {
	s := sessionIn(t, localaws.Options{OptInRegions: []string{"eu-south-2"}})
	regions, err := s.EnabledRegions(t.Context())
	if err != nil || len(regions) != 18 || !slices.IsSorted(regions) {
		t.Errorf("%q, %v", regions, err)
	}
	for region, want := range map[string]bool{"us-east-1": true, "eu-south-2": true, "af-south-1": false} {
		if slices.Contains(regions, region) != want {
			t.Errorf("%s: %t", region, !want)
		}
	}
}

// If access is denied, the error names the missing permission.
func TestEnabledRegionsDenied(t *testing.T) {
	s := sessionIn(t, localaws.Options{Policies: map[string]string{"AKIALOCAL": "{}"}})
	if _, err := s.EnabledRegions(t.Context()); !apperr.IsAccessDenied(err) || apperr.WhyNot(err) != "no permission for account:ListRegions" {
		t.Errorf("%v", err)
	}
}

// A session for another Region calls that Region and leaves the original unchanged.
func TestIn(t *testing.T) {
	s := sessionIn(t, localaws.Options{})
	other := s.In("eu-west-1")
	if s.ID.Region != "us-east-1" || s.Config.Region != "us-east-1" || other.ID.Region != "eu-west-1" || other.Config.Region != "eu-west-1" {
		t.Errorf("%v, %v", s.ID, other.ID)
	}
	if !strings.HasPrefix(other.ID.ClusterARN("shop"), "arn:aws:ecs:eu-west-1:") {
		t.Error(other.ID.ClusterARN("shop"))
	}
}

// sessionIn returns a session in a local AWS.
func sessionIn(t *testing.T, options localaws.Options) *Session {
	t.Helper()
	server := localaws.New(options)
	t.Cleanup(func() { _ = server.Close() })
	return &Session{ID: Identity{Partition: "aws", Account: "111122223333", Region: "us-east-1"}, Config: server.Config(), calls: &callLog{}}
}
