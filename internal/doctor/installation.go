package doctor

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/services"
)

// What an installation of spothandler says.

// InstallationSubject is one installation as the checks see it.
type InstallationSubject struct {
	Prefix string // as a flag takes it; "" is none
	Name   string // as it is shown
	// Problems are what a status reports of it, a reserved concurrency of 0 left out.
	Problems []string
	// Repairable reports whether an install repairs all of them: nothing of others is in the way.
	Repairable bool
	// Throttled reports whether its function has a reserved concurrency of 0.
	Throttled bool
	// Disabled reports whether its rule is DISABLED.
	Disabled bool
	Rule     string // its name
	// Matches reports whether its rule matches a notice, and MayRedeploy whether its role may ecs:UpdateService;
	// nil: it was not found out.
	Matches, MayRedeploy *bool
	Role                 string // its name
	// DenialElsewhere is what to do where the role is as installed and may not redeploy; "" if it is not.
	DenialElsewhere string
	Unread          []services.Unread
}

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
			code: "SPOT401", title: "the rule does not match a notice", parts: []services.Part{PartPattern},
			why: "EventBridge is asked (events:TestEventPattern) whether the installed rule matches the notice of a Fargate Spot task; where " +
				"that API is not available, spothandler's own matcher answers. A rule that is DISABLED or does not match invokes nothing.",
			sources: []string{"https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_TestEventPattern.html"},
			cures:   []string{"spothandler install --prefix PREFIX", "spothandler install --prefix PREFIX --rule-state ENABLED"},
		}, deaf},
		{permissionCheck(), powerless},
		{check{
			code: "SPOT403", title: "the installation differs from its settings", parts: []services.Part{PartInstallation},
			why:     "What is installed differs from the recorded settings, or a part is missing: status shows what, and why.",
			sources: []string{"https://github.com/spothandler/spothandler#readme"},
			cures:   []string{"spothandler install --prefix PREFIX", "spothandler status --prefix PREFIX   where something of others is in the way"},
		}, differing},
	}
}

// permissionCheck is of an installation's role as a whole, and of each service that the role may not redeploy.
func permissionCheck() check {
	return check{
		code: permissionCode, title: "the function's role may not redeploy", parts: []services.Part{PartPermission},
		why: "IAM is asked (iam:SimulatePrincipalPolicy) whether the function's role may call ecs:UpdateService, on every service that the " +
			"function is to redeploy. The answer covers the role's policies, its permissions boundary and service control policies, but " +
			"a condition only on the cluster and the Region.",
		sources: []string{
			"https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html",
			"https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_testing-policies.html",
		},
		cures: []string{"spothandler install --prefix PREFIX", "if the role is as installed, find the policy that denies it: one that others put on it, its permissions boundary or a service control policy"},
		run:   denied,
	}
}

const permissionCode = "SPOT402"

// throttledCode is the account's check of what the function may run, which has a part for each installation.
const throttledCode = "SPOT303"

// JudgeInstallation makes every check of an installation. ignored are the codes that the caller accepts.
func JudgeInstallation(s *InstallationSubject, ignored []string) Diagnosis {
	d := Diagnosis{Findings: []Finding{}, NotChecked: []NotChecked{}}
	for _, c := range installationTable() {
		at := slices.IndexFunc(s.Unread, func(u services.Unread) bool { return slices.Contains(c.parts, u.Part) })
		if at >= 0 {
			d.NotChecked = append(d.NotChecked, NotChecked{c.code, s.Unread[at].Why})
			continue
		}
		for _, v := range c.run(s) {
			f := Finding{Code: c.code, Severity: v.severity, Message: s.Name + ": " + v.message, Cure: v.cure}
			if slices.Contains(ignored, c.code) {
				f.Ignored = ignoredByFlag
			}
			d.Findings = append(d.Findings, f)
		}
	}
	slices.SortStableFunc(d.Findings, func(a, b Finding) int { return rank(a.Severity) - rank(b.Severity) })
	return d
}

// command is a command of ours about the installation.
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

func deaf(s *InstallationSubject) []verdict {
	switch {
	case s.Disabled:
		return []verdict{{Error, "its rule " + s.Rule + " is DISABLED: the function is not invoked", s.command("install --rule-state ENABLED")}}
	case s.Matches != nil && !*s.Matches:
		return []verdict{{Error, "its rule " + s.Rule + " does not match a notice", s.command("install")}}
	}
	return nil
}

func powerless(s *InstallationSubject) []verdict {
	if s.MayRedeploy == nil || *s.MayRedeploy {
		return nil
	}
	return []verdict{{Error, "its role " + s.Role + " may not call ecs:UpdateService", s.allow()}}
}

// allow is what lets its role redeploy.
func (s *InstallationSubject) allow() string { return cmp.Or(s.DenialElsewhere, s.command("install")) }

func denied(s *Subject) []verdict {
	if s.Denied == nil {
		return nil
	}
	return []verdict{{Error, fmt.Sprintf("the role %s of installation %s may not call ecs:UpdateService on it", s.Denied.Role, s.Denied.Name), s.Denied.allow()}}
}

func differing(s *InstallationSubject) []verdict {
	if len(s.Problems) == 0 {
		return nil
	}
	more := ""
	if n := len(s.Problems) - 1; n > 0 {
		more = fmt.Sprintf(", and %d more", n)
	}
	cure := s.command("status")
	if s.Repairable {
		cure = s.command("install")
	}
	return []verdict{{Warning, s.Problems[0] + more, cure}}
}
