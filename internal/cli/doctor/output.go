package doctor

import (
	"fmt"
	"slices"

	"github.com/spothandler/spothandler/internal/cli/command"
	"github.com/spothandler/spothandler/internal/cli/term"
	"github.com/spothandler/spothandler/internal/doctor"
	"github.com/spothandler/spothandler/internal/handler"
)

// Output is the JSON output of doctor.
type Output struct {
	Version         string              `json:"version"`
	Account         string              `json:"account"`
	Region          string              `json:"region"`
	Ready           bool                `json:"ready"`
	Services        []Service           `json:"services"`
	Installation    []doctor.Finding    `json:"installation"`
	AccountFindings []doctor.Finding    `json:"account_findings"`
	NotChecked      []doctor.NotChecked `json:"not_checked"`

	of *regionResult
}

// Service is a service that runs on Fargate Spot, with its findings.
type Service struct {
	Cluster  string   `json:"cluster"`
	Service  string   `json:"service"`
	Desired  int      `json:"desired"`
	Running  int      `json:"running"`
	Decision Decision `json:"decision"`
	doctor.Diagnosis
}

// Decision is what the function would do at an interruption of a service.
type Decision struct {
	Action handler.Action `json:"action"`
	Reason handler.Reason `json:"reason"`
}

// Brief returns how many services there are, and how many of them are not ready.
func (d Output) Brief() string {
	failing := 0
	for i := range d.Services {
		if !d.Services[i].Ready() {
			failing++
		}
	}
	return fmt.Sprintf("%s, %d not ready", term.Plural(len(d.Services), "service"), failing)
}

// At returns the output itself, which names its location.
func (d Output) At(command.Location) any { return d }

// output returns the result for JSON and Markdown.
func (e *regionResult) output(version string) Output {
	output := Output{
		Version: version, Account: e.id.Account, Region: e.id.Region, Services: []Service{}, of: e,
		Installation: e.installDiagnosis.Findings, AccountFindings: e.accountDiagnosis.Findings,
		NotChecked: append([]doctor.NotChecked{}, slices.Concat(e.wholeUnread, e.accountDiagnosis.NotChecked, e.installDiagnosis.NotChecked)...),
	}
	output.Ready = len(e.wholeUnread) == 0
	for _, d := range e.diagnoses() {
		output.Ready = output.Ready && d.Ready()
	}
	for _, p := range e.results {
		output.Services = append(output.Services, Service{
			p.Cluster.Name(), p.Name(), int(p.DesiredCount), int(p.RunningCount),
			Decision{p.decision.Action, p.decision.Reason},
			p.Diagnosis,
		})
	}
	return output
}
