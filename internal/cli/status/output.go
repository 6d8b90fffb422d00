package status

import (
	"fmt"
	"slices"

	"github.com/spothandler/spothandler/internal/cli/command"
	"github.com/spothandler/spothandler/internal/deploy"
	"github.com/spothandler/spothandler/internal/deploy/resource"
)

// Output is the JSON output of status.
type Output struct {
	Version       string                `json:"version"`
	Installations []deploy.Status       `json:"installations"`
	Errors        []command.RegionError `json:"errors"`
	NotChecked    []resource.NotChecked `json:"not_checked"` // in addition to those of each installation

	origins map[origin]*command.ConfiguredInstallation
}

// origin identifies one of several installations.
type origin struct{ account, region, prefix string }

func originOf(status deploy.Status) origin {
	return origin{status.Account, status.Region, status.Prefix}
}

// AllOutputs returns the outputs of every installation, or the error why they are unknown.
func (s Output) AllOutputs() []command.InstallationOutputs {
	all := []command.InstallationOutputs{}
	for _, status := range s.Installations {
		one := command.InstallationOutputs{Location: command.Location{Prefix: status.Prefix, Region: status.Region, Account: status.Account}, Outputs: &status.Outputs}
		if of := s.origins[originOf(status)]; of != nil {
			one.Name = of.Name
		}
		all = append(all, one)
	}
	for _, each := range s.Errors {
		all = append(all, command.InstallationOutputs{Location: command.Location{Name: each.Name, Region: each.Region}, Error: &each.Error})
	}
	return all
}

// statuses are the installations in a Region.
type statuses []deploy.Status

func (s statuses) Brief() string {
	bad, idle := 0, 0
	for _, status := range s {
		if !status.Healthy {
			bad++
		}
		if isIdle(status) {
			idle++
		}
	}
	switch {
	case len(s) == 1:
		return verdictText(s[0])
	case bad == 0 && idle > 0:
		return fmt.Sprintf("%d healthy, %s", len(s), redeployNothing(idle))
	case bad == 0:
		return fmt.Sprintf("%d healthy", len(s))
	}
	return fmt.Sprintf("%d of %d not healthy", bad, len(s))
}

// nowhereInstalled reports whether nothing is installed in several Regions, or there is no Region to search.
func nowhereInstalled(runs []*command.TargetRun[statuses]) bool {
	found := func(v *command.TargetRun[statuses]) bool { return v.Code != command.ExitNotInstalled }
	return (len(runs) != 1 || runs[0].Installation != nil) && !slices.ContainsFunc(runs, found)
}
