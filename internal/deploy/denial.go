package deploy

import (
	"slices"
	"strings"
)

// DenialElsewhere returns what to do where IAM denies the function's role an action that its own policy allows:
// another policy denies it, and an install would change nothing. It returns "" if the role or its policy is
// missing, was not read or differs.
func (s *Status) DenialElsewhere(role *Role) string {
	differs := func(p Problem) bool { return p.Kind == KindRole && p.Code != ProblemForeign }
	if role == nil || role.Policy == "" || slices.ContainsFunc(s.Problems, differs) {
		return ""
	}
	suspects := slices.Concat(role.Inline, role.Attached)
	if role.Boundary != "" {
		suspects = append(suspects, "its permissions boundary "+role.Boundary+" (--permissions-boundary)")
	}
	suspects = append(suspects, "the organization's service control policies")
	return "find the policy that denies it: the role's own allows it; look at " + strings.Join(suspects, ", ")
}
