package doctor

import "fmt"

// installRights is the check of the caller before an install.
func installRights() check {
	return check{
		code: "SPOT306", title: "the caller may not install",
		why: "Where nothing is installed, IAM is asked (iam:SimulatePrincipalPolicy) whether the caller may create the role, the log group, " +
			"the function and the rule of an installation without a prefix. Permissions for one prefix only look denied in this check, " +
			"and session policies are not considered: it is a hint, and an install finds out.",
		sources: []string{"https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html"},
		fixes:   []string{"spothandler policy install --prefix PREFIX   prints the policy that an install needs"},
	}
}

func mayInstall(s *AccountSubject) []verdict {
	switch {
	case s.Install == nil:
		return nil
	case len(s.Install.Denied) > 0:
		const few = 3
		denied, more := s.Install.Denied, ""
		if n := len(denied) - few; n > 0 {
			denied, more = denied[:few], fmt.Sprintf(", and %d more of what an install needs", n)
		}
		return []verdict{{Info, "no permission for " + list(denied) + more, "spothandler policy install   prints the policy that an install needs"}}
	case s.Install.Unknown != "":
		return []verdict{{Info, "whether you may install could not be determined: " + s.Install.Unknown, ""}}
	}
	return nil
}
