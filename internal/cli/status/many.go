package status

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/cli/show"
	"github.com/spothandler/spothandler/internal/cli/term"
	"github.com/spothandler/spothandler/internal/deploy"
	"github.com/spothandler/spothandler/internal/deploy/resource"
)

// printMany prints a line for each installation, then remarks on several of them, then those that need attention.
func (p textPrinter) printMany(all []deploy.Status) {
	p.printList(all)
	p.printOverlaps(all)
	p.printUpgrades(all)
	notes := sharedNotes(all)
	for _, each := range notes {
		p.Out.Printf("\n")
		p.Out.Print(p.Out.Note("", deploy.Enumerate(slices.Compact(p.namesOf(all, each)))+": "+each.text))
		p.hintRecordAll(all, each)
	}
	for _, status := range all {
		if status = withoutShared(status, notes); needsAttention(status) {
			p.Out.Printf("\n")
			p.printOne(status)
		}
	}
}

// namesOf returns the names of the installations that a note is about.
func (p textPrinter) namesOf(all []deploy.Status, about note) []string {
	var names []string
	for _, status := range all {
		if slices.Contains(about.prefixes, status.Prefix) && slices.Contains(remarks(status), about.text) {
			names = append(names, p.shortName(status))
		}
	}
	return names
}

func (p textPrinter) printList(all []deploy.Status) {
	bad, idle, prefixes, regions, verdicts, versions, days := 0, 0, 0, 0, 0, 0, 0
	accounts := accountsOf(all)
	for _, status := range all {
		if !status.Healthy {
			bad++
		}
		if isIdle(status) {
			idle++
		}
		prefixes = max(prefixes, term.Width(p.shortName(status)))
		regions = max(regions, term.Width(placeAmong(status, accounts)))
		verdicts = max(verdicts, len(verdictText(status)))
		versions = max(versions, term.Width(orUnknown(status.Outputs.ModuleVersion)))
		days = max(days, len(summarizeDay(status)))
	}
	sign, verdict := term.OK, fmt.Sprintf("%d installations are healthy", len(all))
	if idle > 0 {
		sign, verdict = term.Attention, fmt.Sprintf("%d installations are healthy, but %s", len(all), redeployNothing(idle))
	}
	if bad > 0 {
		are := "are"
		if bad == 1 {
			are = "is"
		}
		sign, verdict = term.Failed, fmt.Sprintf("%d of %d installations %s not healthy", bad, len(all), are)
	}
	p.Out.Printf("%s\n", p.Out.Headline(sign, verdict, "account "+strings.Join(accounts, ", ")))
	for _, status := range all {
		sign := term.OK
		if !status.Healthy {
			sign = term.Failed
		} else if isIdle(status) {
			sign = term.Attention
		}
		name := term.Pad(p.shortName(status), prefixes)
		p.Out.Print(p.Out.Cells(sign, name, term.Pad(placeAmong(status, accounts), regions), term.Pad(verdictText(status), verdicts),
			term.Pad(orUnknown(status.Outputs.ModuleVersion), versions), term.Pad(summarizeDay(status), days)))
	}
}

// accountsOf returns the accounts of the installations, each once.
func accountsOf(all []deploy.Status) []string {
	var accounts []string
	for _, status := range all {
		if !slices.Contains(accounts, status.Account) {
			accounts = append(accounts, status.Account)
		}
	}
	return accounts
}

// placeAmong returns where an installation is: its Region and, if there are several accounts, its account.
func placeAmong(status deploy.Status, accounts []string) string {
	if len(accounts) > 1 {
		return status.Region + " of " + status.Account
	}
	return status.Region
}

// printUpgrades prints once that a newer version is available.
func (p textPrinter) printUpgrades(all []deploy.Status) {
	var old []deploy.Status
	var prefixes, regions []string
	for _, status := range all {
		if status.UpgradeAvailable {
			old, prefixes, regions = append(old, status), append(prefixes, status.Prefix), append(regions, status.Region)
		}
	}
	if len(old) == 0 {
		return
	}
	p.Out.Printf("\n")
	p.Out.Print(p.Out.Note("", fmt.Sprintf("upgrade available for %s: this is spothandler %s", deploy.Enumerate(prefixes), p.Version)))
	switch {
	case len(old) == 1:
		show.Hint(p.Out, p.about(old[0], "upgrade", ""))
	case p.Installations != nil:
		show.Hint(p.Out, "spothandler upgrade --config "+apperr.Quote(p.Sources.File))
	case p.AllRegions:
		show.Hint(p.Out, "spothandler upgrade --all --all-regions"+p.Hints().InstallationFlags(""))
	default:
		for _, region := range slices.Compact(regions) {
			show.Hint(p.Out, "spothandler upgrade --all"+p.hintsIn(region).InstallationFlags(""))
		}
	}
}

// note is a remark on several installations.
type note struct {
	text     string
	prefixes []string
}

// sharedNotes returns the remarks that more than one installation has, and those on why records could not be read.
func sharedNotes(all []deploy.Status) []note {
	var notes []note
	for _, status := range all {
		for _, text := range remarks(status) {
			at := slices.IndexFunc(notes, func(n note) bool { return n.text == text })
			if at < 0 {
				notes = append(notes, note{text: text})
				at = len(notes) - 1
			}
			notes[at].prefixes = append(notes[at].prefixes, status.Prefix)
		}
	}
	return slices.DeleteFunc(notes, func(n note) bool { return len(n.prefixes) < 2 && !strings.HasPrefix(n.text, notRead) })
}

// notRead begins the remark that records could not be read. It alone is no reason to print an installation in full.
const notRead = "not checked: " + lastDay

func remarks(status deploy.Status) []string {
	texts := slices.Concat(status.Warnings, status.Reminders)
	for _, each := range status.NotChecked {
		texts = append(texts, each.String())
	}
	return texts
}

// withoutShared returns status without the remarks that are printed once for several installations.
func withoutShared(status deploy.Status, notes []note) deploy.Status {
	shared := func(text string) bool {
		return slices.ContainsFunc(notes, func(n note) bool { return n.text == text })
	}
	status.Warnings = slices.DeleteFunc(slices.Clone(status.Warnings), shared)
	status.Reminders = slices.DeleteFunc(slices.Clone(status.Reminders), shared)
	status.NotChecked = slices.DeleteFunc(slices.Clone(status.NotChecked), func(n resource.NotChecked) bool { return shared(n.String()) })
	status.Problems = slices.DeleteFunc(slices.Clone(status.Problems), func(p deploy.Problem) bool { return p.Code == deploy.ProblemOverlap })
	status.UpgradeAvailable = false
	return status
}

func needsAttention(status deploy.Status) bool {
	return len(status.Problems)+len(remarks(status)) > 0
}

// print prints a single installation in full. Of several it prints a line each, then those that need attention.
func (p textPrinter) print(all []deploy.Status) {
	switch len(all) {
	case 0:
	case 1:
		p.printOne(all[0])
	default:
		p.printMany(all)
	}
}

// hintRecordAll prints, below a remark on the log level of several installations, the command that makes their functions
// record everything.
func (p textPrinter) hintRecordAll(all []deploy.Status, remark note) {
	prefix := "NAME"
	if len(remark.prefixes) == 1 {
		prefix = remark.prefixes[0]
	}
	for _, status := range all {
		if remark.text == notRead+": "+deploy.LevelHides(status.Spec.LogLevel) {
			hint := p.hintsIn(status.Region).RecordAll(prefix)
			if p.Installations != nil {
				hint = "log-level: INFO   in " + p.Sources.File
			}
			show.Hint(p.Out, hint)
			return
		}
	}
}
