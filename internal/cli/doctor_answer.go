package cli

import (
	"fmt"
	"slices"

	"github.com/spothandler/spothandler/internal/cli/command"
	"github.com/spothandler/spothandler/internal/cli/term"
	"github.com/spothandler/spothandler/internal/doctor"
	"github.com/spothandler/spothandler/internal/handler"
)

// doctorAnswer is doctor's JSON.
type doctorAnswer struct {
	Version         string              `json:"version"`
	Account         string              `json:"account"`
	Region          string              `json:"region"`
	Ready           bool                `json:"ready"`
	Services        []doctorService     `json:"services"`
	Installation    []doctor.Finding    `json:"installation"`
	AccountFindings []doctor.Finding    `json:"account_findings"`
	NotChecked      []doctor.NotChecked `json:"not_checked"`

	of *regionResult
}

type doctorService struct {
	Cluster  string         `json:"cluster"`
	Service  string         `json:"service"`
	Desired  int            `json:"desired"`
	Running  int            `json:"running"`
	Decision doctorDecision `json:"decision"`
	doctor.Diagnosis
}

type doctorDecision struct {
	Action handler.Action `json:"action"`
	Reason handler.Reason `json:"reason"`
}

func (d doctorAnswer) Brief() string {
	failing := 0
	for i := range d.Services {
		if !d.Services[i].Ready() {
			failing++
		}
	}
	return fmt.Sprintf("%s, %d not ready", term.Plural(len(d.Services), "service"), failing)
}

// At is the answer itself, which names its place.
func (d doctorAnswer) At(command.Place) any { return d }

func (e *regionResult) answer() doctorAnswer {
	answer := doctorAnswer{
		Version: e.Version, Account: e.s.ID.Account, Region: e.s.ID.Region, Services: []doctorService{}, of: e,
		Installation: e.installSays.Findings, AccountFindings: e.accountSays.Findings,
		NotChecked: append([]doctor.NotChecked{}, slices.Concat(e.wholeUnread, e.accountSays.NotChecked, e.installSays.NotChecked)...),
	}
	answer.Ready = len(e.wholeUnread) == 0
	for _, d := range e.diagnoses() {
		answer.Ready = answer.Ready && d.Ready()
	}
	for _, p := range e.results {
		answer.Services = append(answer.Services, doctorService{
			p.Cluster.Name(), p.Name(), int(p.DesiredCount), int(p.RunningCount),
			doctorDecision{p.decision.Action, p.decision.Reason},
			p.Diagnosis,
		})
	}
	return answer
}
