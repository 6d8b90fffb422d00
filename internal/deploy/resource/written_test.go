package resource

import (
	"maps"
	"strings"
	"testing"

	"github.com/spothandler/spothandler/internal/deploy/deploytest"
	"github.com/spothandler/spothandler/internal/deploy/settings"
)

// The hashes displace no setting from the record.
func TestNoRoomForHashes(t *testing.T) {
	spec := settings.Defaults("prod")
	spec.Clusters = []string{strings.Repeat("c", 255), strings.Repeat("d", 255), strings.Repeat("e", 200)}
	want, err := Desired(NewNames(deploytest.Identity(), "prod", "fn", "rule"), spec, Release{Version: "1.0.0", CodeSHA256: "c29tZSBoYXNo"})
	if err != nil {
		t.Fatal(err)
	}
	if text := want.Role.Description; len(text) > settings.MaxRecord || strings.Contains(text, "written") || !strings.Contains(text, spec.Clusters[2]) {
		t.Errorf("%d characters: %s", len(text), text)
	}
}

// Each part that a version chooses has a unique hash.
func TestHashes(t *testing.T) {
	hashes := desiredFor(t, nil).hashes()
	distinct := map[string]bool{}
	for hash := range maps.Values(hashes) {
		distinct[hash] = true
	}
	if len(hashes) != 9 || len(distinct) != len(hashes) {
		t.Errorf("%v", hashes)
	}
}
