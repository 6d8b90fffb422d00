package doctor

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/spothandler/spothandler/internal/services"
)

// Every check of an installation, with a finding and with its nearest false positive.
func TestInstallationChecks(t *testing.T) {
	for _, test := range installationCases() {
		s := &InstallationSubject{Prefix: "prod", Name: "prod", Rule: "prod-rule", Role: "prod-role", Matches: aws.Bool(true), MayRedeploy: aws.Bool(true)}
		test.change(s)
		d := CheckInstallation(s, nil)
		if got := d.summary(); got != test.want {
			t.Errorf("%s: got %q, want %q", test.name, got, test.want)
		}
		if test.fix != "" && (len(d.Findings) == 0 || !strings.Contains(d.Findings[0].Fix, test.fix)) {
			t.Errorf("%s: %+v", test.name, d.Findings)
		}
	}
}

// installationCase is an installation that one check is tested with.
type installationCase struct {
	code   string // of the check
	name   string
	change func(*InstallationSubject)
	want   string // the whole diagnosis
	fix    string // a part of the first fix
}

func installationCases() []installationCase {
	return []installationCase{
		{"SPOT402", "healthy", func(*InstallationSubject) {}, "", ""},
		{"SPOT303", "throttled to zero", func(s *InstallationSubject) { s.Throttled = true }, "SPOT303 error", "spothandler install --reserved-concurrency -1 --prefix prod"},
		{"SPOT401", "disabled", func(s *InstallationSubject) { s.Disabled = true }, "SPOT401 error", "--rule-state ENABLED --prefix prod"},
		{"SPOT401", "ruleDoesNotMatch", func(s *InstallationSubject) { s.Matches = aws.Bool(false) }, "SPOT401 error", "spothandler install --prefix prod"},
		{"SPOT402", "mayNotRedeploy", func(s *InstallationSubject) { s.MayRedeploy = aws.Bool(false) }, "SPOT402 error", "spothandler install --prefix prod"},
		{"SPOT402", "denied by a policy of others", func(s *InstallationSubject) {
			s.MayRedeploy, s.DenialElsewhere = aws.Bool(false), "find the policy that denies it"
		}, "SPOT402 error", "find the policy that denies it"},
		{"SPOT402", "of unknown power", func(s *InstallationSubject) { s.MayRedeploy = nil }, "", ""},
		{"SPOT403", "differing", func(s *InstallationSubject) { s.Problems = []string{"memory size differs", "timeout differs"} }, "SPOT403 warning", "spothandler status --prefix prod"},
		{"SPOT403", "differing, and nothing in the way", func(s *InstallationSubject) { s.Problems, s.Repairable = []string{"timeout differs"}, true }, "SPOT403 warning", "spothandler install --prefix prod"},
		{"SPOT403", "as it was asked for, which an install would leave alone", func(s *InstallationSubject) { s.Repairable = true }, "", ""},
		{"SPOT401", "of a pattern that could not be asked about", func(s *InstallationSubject) { s.Matches = nil }, "", ""},
		{"SPOT403", "not read", func(s *InstallationSubject) {
			s.Throttled, s.Unread = true, []services.Unread{{Part: PartInstallation, Why: "no permission for lambda:GetFunction"}}
		}, "SPOT303 not checked, SPOT403 not checked", ""},
		{"SPOT402", "not simulated", func(s *InstallationSubject) {
			s.Unread = []services.Unread{{Part: PartPermission, Why: "no permission for iam:SimulatePrincipalPolicy"}}
		}, "SPOT402 not checked", ""},
	}
}
