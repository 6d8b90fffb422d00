package deploy

import (
	"testing"

	"github.com/spothandler/spothandler/internal/deploy/resource"
)

// A role that is as installed is denied by somebody else's policy; one that is not is repaired by an install.
func TestDenialElsewhere(t *testing.T) {
	const own, others = "find the policy that denies it: the role's own policy allows it; look at ", "the organization's service control policies"
	for name, test := range map[string]struct {
		role     *resource.Role
		problems []Problem
		want     string
	}{
		"as installed":  {&resource.Role{Policy: "{}"}, []Problem{{Code: ProblemDiffers, ID: resource.ID{Kind: resource.KindRule}}}, own + others},
		"a boundary":    {&resource.Role{Policy: "{}", Boundary: "arn:b"}, nil, own + "its permissions boundary arn:b (--permissions-boundary), " + others},
		"more policies": {&resource.Role{Policy: "{}", Inline: []string{"deny"}, Attached: []string{"arn:a"}}, []Problem{{Code: ProblemForeign, ID: resource.ID{Kind: resource.KindRole}}}, own + "deny, arn:a, " + others},
		"differs":       {&resource.Role{Policy: "{}"}, []Problem{{Code: ProblemDiffers, ID: resource.ID{Kind: resource.KindRole}}}, ""},
		"not read":      {&resource.Role{}, nil, ""},
		"missing":       {nil, nil, ""},
	} {
		if got := (&Status{Problems: test.problems}).DenialElsewhere(test.role); got != test.want {
			t.Errorf("%s: got %q, want %q", name, got, test.want)
		}
	}
}
