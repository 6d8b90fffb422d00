package doctor

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/spothandler/spothandler/internal/services"
)

// Every check of an installation is shown at work, and at its nearest false positive.
func TestInstallationChecks(t *testing.T) {
	for _, test := range []struct {
		name   string
		change func(*InstallationSubject)
		want   string
		cure   string
	}{
		{"healthy", func(*InstallationSubject) {}, "", ""},
		{"throttled to zero", func(s *InstallationSubject) { s.Throttled = true }, "SPOT303 error", "spothandler install --reserved-concurrency -1 --prefix prod"},
		{"disabled", func(s *InstallationSubject) { s.Disabled = true }, "SPOT401 error", "--rule-state ENABLED --prefix prod"},
		{"deaf", func(s *InstallationSubject) { s.Matches = aws.Bool(false) }, "SPOT401 error", "spothandler install --prefix prod"},
		{"powerless", func(s *InstallationSubject) { s.MayRedeploy = aws.Bool(false) }, "SPOT402 error", "spothandler install --prefix prod"},
		{"of unknown power", func(s *InstallationSubject) { s.MayRedeploy = nil }, "", ""},
		{"differing", func(s *InstallationSubject) { s.Problems = []string{"memory size differs", "timeout differs"} }, "SPOT403 warning", "spothandler status --prefix prod"},
		{"not read", func(s *InstallationSubject) {
			s.Throttled, s.Unread = true, []services.Unread{{Part: PartInstallation, Why: "you may not lambda:GetFunction"}}
		}, "SPOT303 not checked, SPOT403 not checked", ""},
		{"not simulated", func(s *InstallationSubject) {
			s.Unread = []services.Unread{{Part: PartPermission, Why: "you may not iam:SimulatePrincipalPolicy"}}
		}, "SPOT402 not checked", ""},
	} {
		s := &InstallationSubject{Prefix: "prod", Name: "prod", Rule: "prod-rule", Role: "prod-role", Matches: aws.Bool(true), MayRedeploy: aws.Bool(true)}
		test.change(s)
		d := JudgeInstallation(s, nil)
		if got := d.brief(); got != test.want {
			t.Errorf("%s: got %q, want %q", test.name, got, test.want)
		}
		if test.cure != "" && (len(d.Findings) == 0 || !strings.Contains(d.Findings[0].Cure, test.cure)) {
			t.Errorf("%s: %+v", test.name, d.Findings)
		}
	}
}
