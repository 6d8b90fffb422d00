package doctor

import "fmt"

// installRights is the check of the caller before an install.
func installRights() check {
	return check{
		code: "SPOT306", title: "the caller is not allowed to install",
		why: "If nothing is installed, IAM (iam:SimulatePrincipalPolicy) evaluates whether the caller may create the role, the log group, " +
			"the function and the rule of an installation without a prefix. Permissions that are limited to a prefix count as denied here, " +
			"and session policies are not evaluated: the result is a hint, and only an install shows it for certain.",
		sources: []string{"https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html"},
		fixes:   []string{"spothandler policy install --prefix PREFIX   prints the policy that an install requires"},
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
			denied, more = denied[:few], fmt.Sprintf(", and %d more that an install requires", n)
		}
		return []verdict{{Info, "no permission for " + list(denied) + more, "spothandler policy install   prints the policy that an install requires"}}
	case s.Install.Unknown != "":
		return []verdict{{Info, "whether you may install could not be determined: " + s.Install.Unknown, ""}}
	}
	return nil
}
