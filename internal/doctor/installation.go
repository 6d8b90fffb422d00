package doctor

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/services"
)

// The checks of an installation of spothandler.

// The parts of an installation.
const (
	PartInstallation services.Part = "installation"
	PartPattern                    = services.PartPattern
	PartPermission   services.Part = "permission"
)

type installationCheck struct {
	check
	run func(*InstallationSubject) []verdict
}

func installationTable() []installationCheck {
	return []installationCheck{
		{check{code: throttledCode, parts: []services.Part{PartInstallation}}, throttled},
		{check{
			code: "SPOT401", title: "the rule does not match an interruption warning", parts: []services.Part{PartPattern},
			why: "EventBridge (events:TestEventPattern) evaluates whether the installed rule matches the interruption warning of a Fargate Spot task; if " +
				"that API is not available, spothandler's own matcher does. A rule that is DISABLED or does not match invokes nothing.",
			sources: []string{"https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_TestEventPattern.html"},
			fixes:   []string{"spothandler install --prefix PREFIX", "spothandler install --prefix PREFIX --rule-state ENABLED"},
		}, ruleDoesNotMatch},
		{permissionCheck(), mayNotRedeploy},
		{check{
			code: "SPOT403", title: "the installation differs from its settings", parts: []services.Part{PartInstallation},
			why:     "A resource of the installation differs from the recorded settings, or is missing. status shows the differences.",
			sources: []string{"https://github.com/spothandler/spothandler#readme"},
			fixes:   []string{"spothandler install --prefix PREFIX", "spothandler status --prefix PREFIX   shows what prevents that, if anything"},
		}, drift},
	}
}

// permissionCheck returns the check of an installation's role as a whole, and of each service that the role may not redeploy.
func permissionCheck() check {
	return check{
		code: permissionCode, title: "the function's role is not allowed to redeploy", parts: []services.Part{PartPermission},
		why: "IAM (iam:SimulatePrincipalPolicy) evaluates whether the function's role may call ecs:UpdateService on every service that the " +
			"function should redeploy. The result covers the role's policies, its permissions boundary and service control policies, but " +
			"conditions only on the cluster and the Region.",
		sources: []string{
			"https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html",
			"https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_testing-policies.html",
		},
		fixes: []string{"spothandler install --prefix PREFIX", "if the role is as installed, find the policy that denies the call: another policy of the role, its permissions boundary or a service control policy"},
		run:   denied,
	}
}

const permissionCode = "SPOT402"

// throttledCode is the code of a check of the account that is also made for each installation.
const throttledCode = "SPOT303"

// CheckInstallation makes every check of an installation. ignored are the codes of findings that the caller accepts.
func CheckInstallation(s *InstallationSubject, ignored []string) Diagnosis {
	d := Diagnosis{Findings: []Finding{}, NotChecked: []NotChecked{}}
	for _, c := range installationTable() {
		at := slices.IndexFunc(s.Unread, func(u services.Unread) bool { return slices.Contains(c.parts, u.Part) })
		if at >= 0 {
			d.NotChecked = append(d.NotChecked, NotChecked{c.code, s.Unread[at].Why})
			continue
		}
		for _, v := range c.run(s) {
			f := Finding{Code: c.code, Severity: v.severity, Message: s.Name + ": " + v.message, Fix: v.fix}
			if slices.Contains(ignored, c.code) {
				f.Ignored = ignoredByFlag
			}
			d.Findings = append(d.Findings, f)
		}
	}
	slices.SortStableFunc(d.Findings, func(a, b Finding) int { return rank(a.Severity) - rank(b.Severity) })
	return d
}

// command returns a command of spothandler about the installation.
func (s *InstallationSubject) command(words string) string {
	if s.Prefix != "" {
		words += " --prefix " + apperr.Quote(s.Prefix)
	}
	return "spothandler " + words
}

func throttled(s *InstallationSubject) []verdict {
	if !s.Throttled {
		return nil
	}
	return []verdict{{Error, "the reserved concurrency of its function is 0: it never runs", s.command("install --reserved-concurrency -1")}}
}

func ruleDoesNotMatch(s *InstallationSubject) []verdict {
	switch {
	case s.Disabled:
		return []verdict{{Error, "its rule " + s.Rule + " is DISABLED: the function is not invoked", s.command("install --rule-state ENABLED")}}
	case s.Matches != nil && !*s.Matches:
		return []verdict{{Error, "its rule " + s.Rule + " does not match an interruption warning", s.command("install")}}
	}
	return nil
}

func mayNotRedeploy(s *InstallationSubject) []verdict {
	if s.MayRedeploy == nil || *s.MayRedeploy {
		return nil
	}
	return []verdict{{Error, "its role " + s.Role + " is not allowed to call ecs:UpdateService", s.allow()}}
}

// allow is what lets its role redeploy.
func (s *InstallationSubject) allow() string { return cmp.Or(s.DenialElsewhere, s.command("install")) }

func denied(s *Subject) []verdict {
	if s.Denied == nil {
		return nil
	}
	return []verdict{{Error, fmt.Sprintf("the role %s of installation %s is not allowed to call ecs:UpdateService on it", s.Denied.Role, s.Denied.Name), s.Denied.allow()}}
}

func drift(s *InstallationSubject) []verdict {
	if len(s.Problems) == 0 {
		return nil
	}
	more := ""
	if n := len(s.Problems) - 1; n > 0 {
		more = fmt.Sprintf(", and %d more", n)
	}
	fix := s.command("status")
	if s.Repairable {
		fix = s.command("install")
	}
	return []verdict{{Warning, s.Problems[0] + more, fix}}
}
