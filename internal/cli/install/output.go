package install

import (
	"slices"
	"strings"

	"github.com/spothandler/spothandler/internal/cli/command"
	"github.com/spothandler/spothandler/internal/cli/show"
	"github.com/spothandler/spothandler/internal/cli/term"
	"github.com/spothandler/spothandler/internal/deploy"
	"github.com/spothandler/spothandler/internal/deploy/resource"
)

// installOutput is the JSON output of install and upgrade.
type installOutput struct {
	Installation deploy.Status     `json:"installation"`
	Changes      []resource.Change `json:"changes"`
	Applied      bool              `json:"applied"`

	notes []string // what the text output adds to the status
}

// Brief returns what was done, or would be, in a few words.
func (i installOutput) Brief() string { return show.Brief(i.Changes, i.Applied) }

// At returns the output with the location of its target.
func (i installOutput) At(where command.Location) any { return installResult{where, i} }

// installResult is the JSON output of install at one of several targets.
type installResult struct {
	command.Location
	installOutput
}

// AllOutputs returns the outputs of the only target.
func (i installOutput) AllOutputs() []command.InstallationOutputs {
	status := i.Installation
	return []command.InstallationOutputs{{Location: command.Location{Prefix: status.Prefix, Region: status.Region, Account: status.Account}, Outputs: &status.Outputs}}
}

// Outputs returns the outputs of one of several targets.
func (r installResult) Outputs() command.InstallationOutputs {
	return command.InstallationOutputs{Location: r.Location, Outputs: &r.Installation.Outputs}
}

// PrintMarkdown prints the location of one of several targets, and its changes.
func (r installResult) PrintMarkdown(out *term.Printer) {
	r.Location.PrintMarkdown(out)
	r.printBody(out)
}

// PrintMarkdown prints the location of the only target, and its changes.
func (i installOutput) PrintMarkdown(out *term.Printer) {
	command.Location{Prefix: i.Installation.Prefix, Region: i.Installation.Region, Account: i.Installation.Account}.PrintMarkdown(out)
	i.printBody(out)
}

func (i installOutput) printBody(out *term.Printer) {
	show.ChangesMarkdown(out, i.Changes, i.Applied)
	if show.Verdict(i.Changes) == show.Installed {
		out.Printf("\nSettings: %s\n", show.InMarkdown(strings.Join(show.Settings(i.Installation.Spec), " · ")))
	}
	show.NotesMarkdown(out, slices.Concat(i.Installation.Warnings, i.notes), i.Installation.NotChecked)
}
