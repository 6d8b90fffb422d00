package doctor

import (
	"bytes"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/spothandler/spothandler/internal/cli/command"
	"github.com/spothandler/spothandler/internal/cli/term"
	"github.com/spothandler/spothandler/internal/doctor"
	"github.com/spothandler/spothandler/internal/handler"
	"github.com/spothandler/spothandler/internal/services"
)

// Every line of an installation fits the terminal, whatever its name.
func TestInstallationsWrapAtWords(t *testing.T) {
	var out bytes.Buffer
	st := term.Style{TTY: true, Width: 80}
	x := &installationResult{subject: doctor.InstallationSubject{Name: "production", Matches: aws.Bool(true), MayRedeploy: aws.Bool(true)}}
	e := textPrinter{&command.App{Out: term.NewPrinter(&out, st)}, &regionResult{regionFacts: &regionFacts{installations: []*installationResult{x}}}}
	e.printInstallations()
	for line := range strings.Lines(out.String()) {
		if term.Width(strings.TrimSuffix(line, "\n")) > st.Width {
			t.Errorf("too long: %q", line)
		}
	}
}

// With the row of a ready service that is left to ECS, the numbers of ready services and others add up. The suggested rehearsal is
// of a service with several tasks.
func TestReadyServicesAreNamed(t *testing.T) {
	service := func(name string, tasks int32, action handler.Action, reason handler.Reason, findings ...doctor.Finding) serviceResult {
		return serviceResult{
			Service:   &services.Service{Service: types.Service{ServiceName: &name, RunningCount: tasks, DesiredCount: tasks}},
			Diagnosis: doctor.Diagnosis{Findings: findings}, decision: handler.Decision{Action: action, Reason: reason}, by: &installationResult{},
		}
	}
	var out bytes.Buffer
	e := textPrinter{&command.App{Out: term.NewPrinter(&out, term.Style{TTY: true, Width: 100})}, &regionResult{
		regionFacts: &regionFacts{facts: &services.Facts{}, installations: []*installationResult{{}}}, options: &options{},
		results: []serviceResult{
			service("mailer", 1, handler.ActionRedeploy, handler.ReasonRedeploy, doctor.Finding{Code: "SPOT102", Severity: doctor.Error}),
			service("search", 3, handler.ActionSkip, handler.ReasonSwitchedOff),
			service("web", 2, handler.ActionRedeploy, handler.ReasonRedeploy),
		},
	}}
	e.printServices()
	for _, line := range []string{"1/1  redeployed", "3/3  ready, left to ECS: switched off by its tag", "✓ 1 more is ready"} {
		if !strings.Contains(out.String(), line) {
			t.Errorf("%q is missing in\n%s", line, out.String())
		}
	}
	if got := e.toRehearse().Name(); got != "web" {
		t.Errorf("a rehearsal of %s is suggested, not of web", got)
	}
}
