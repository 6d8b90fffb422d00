package doctor

import (
	"slices"
	"testing"

	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/apperr/apperrtest"
	"github.com/spothandler/spothandler/internal/services"
)

// The policy is the hint only where a permission is missing; for another failure it is the failure's own.
func TestHintOfUnreadable(t *testing.T) {
	const policy = "spothandler policy doctor   the least-privilege policy"
	for _, test := range []struct {
		unread services.Unread
		code   string
		hints  []string
	}{
		{services.Unread{Denied: true}, apperr.CodeAccessDenied, []string{policy}},
		{services.Unread{Hint: "check the proxy"}, apperr.CodeFailed, []string{"check the proxy"}},
		{services.Unread{}, apperr.CodeFailed, nil},
	} {
		test.unread.Part = services.PartClusters
		err := apperrtest.ErrorOf(t, (&options{}).unreadable(&services.Facts{Unread: []services.Unread{test.unread}}))
		if err.Code != test.code || !slices.Equal(err.Hints, test.hints) {
			t.Errorf("%+v: %s, %q", test.unread, err.Code, err.Hints)
		}
	}
}
