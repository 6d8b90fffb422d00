package cli

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/cli/term"
	"github.com/spothandler/spothandler/internal/deploy"
	"github.com/spothandler/spothandler/internal/deploy/settings"
	"github.com/spothandler/spothandler/internal/session"
)

// warn shows what deserves attention and stops nothing.
func (a *app) warn(texts ...string) {
	st := a.err.Style
	for _, text := range texts {
		a.err.Print(st.Note("", text))
	}
}

// printHeader says where a command is going to work, and as whom, before it does.
func (a *app) printHeader(s *connection, prefix string) {
	a.prefix = prefix
	st := a.err.Style
	place := fmt.Sprintf(" · account %s · %s · spothandler %s", s.id.Account, s.id.Region, binaryVersion())
	a.err.Printf("%s%s\n", st.Bold(deploy.DisplayPrefix(prefix)), st.Dim(place))
	caller := "as " + s.id.Caller
	if endpoints := s.Endpoints(); len(endpoints) > 0 {
		caller += " · endpoint " + strings.Join(endpoints, ", ")
	}
	a.err.Printf("%s\n\n", st.Dim(st.Shorten(caller, st.Width)))
}

// printEndpoints says once where calls go elsewhere than to AWS, for a command without a header.
func (a *app) printEndpoints(s *connection) {
	endpoints := s.Endpoints()
	if len(endpoints) == 0 {
		return
	}
	a.aws.endpoints.Do(func() { a.aws.err.Println(a.err.Dim("endpoint " + strings.Join(endpoints, ", "))) })
}

func (j *installJob) printInstalled(status deploy.Status, took time.Duration) {
	st := j.out.Style
	if len(j.Changes) == 0 {
		j.out.Printf("%s %s (%s)\n", st.Glyph(term.OK), st.Green("Nothing to change"+j.where()+": "+deploy.DisplayPrefix(j.Spec.Prefix)+" is up to date."), term.Seconds(took))
	} else {
		j.out.Printf("\n%s %s\n", st.Glyph(term.OK), st.Green(fmt.Sprintf("%s%s: %s in %s. Checked again: nothing left to change.", done(j.Changes), j.which(), counts(j.Changes), term.Seconds(took))))
		j.out.Print(st.List("  ", " · ", summary(j.Spec)))
	}
	if touches(j.Changes, deploy.KindRule) && j.Spec.RuleState == "ENABLED" {
		j.out.Printf("  %s\n", st.Dim("EventBridge may take a minute before a new rule matches."))
	}
	for _, problem := range status.Problems { // what install does not mend
		j.out.Print(st.Note("  ", problem.Message))
	}
	for _, each := range j.NotChecked {
		j.out.Print(st.Item(term.Quiet, each.String()))
	}
	if len(j.Changes) > 0 {
		j.out.Printf("\n")
		hint(j.out, "spothandler status"+j.scope(j.Spec.Prefix))
	}
}

// where names the region where a result could be of several.
func (a *app) where() string {
	if !a.several {
		return ""
	}
	return " in " + a.region
}

// which names the target where a result could be of several.
func (a *app) which() string {
	if a.several && a.target != a.region {
		return " " + a.target
	}
	return a.where()
}

// summary is an installation's settings: what everybody asks about, and what is not the default.
func summary(spec settings.Spec) []string {
	clusters := "every cluster"
	if len(spec.Clusters) > 0 {
		clusters = "cluster " + strings.Join(spec.Clusters, ", ")
	}
	words := []string{
		clusters, fmt.Sprintf("redeploy %s", spec.Redeploy), spec.Architecture, fmt.Sprintf("%d MB", spec.MemorySize),
		fmt.Sprintf("%ds", spec.Timeout), "logs " + days(spec.LogRetentionDays),
	}
	return append(words, notDefault(spec, "cluster", "redeploy", "architecture", "memory-size", "timeout", "log-retention-days")...)
}

func days(n int) string {
	switch n {
	case 0:
		return "never expire"
	case 1:
		return "1 day"
	}
	return fmt.Sprintf("%d days", n)
}

// counts are the changes in words, by action: "6 created", "1 created, 2 updated".
func counts(changes []deploy.Change) string {
	var parts []string
	for _, word := range []string{past(deploy.Create), past(deploy.Update), past(deploy.Delete), kept} {
		n := 0
		for _, change := range changes {
			if pastOf(change) == word {
				n++
			}
		}
		if n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, word))
		}
	}
	return strings.Join(parts, ", ")
}

const installed = "Installed"

// done is the verdict in a word: the role is created by an installation, and by nothing else.
func done(changes []deploy.Change) string {
	for _, change := range changes {
		if change.Kind == deploy.KindRole && change.Action == deploy.Create {
			return installed
		}
	}
	return "Updated"
}

func past(action deploy.Action) string {
	return map[deploy.Action]string{deploy.Create: "created", deploy.Update: "updated", deploy.Delete: "deleted"}[action]
}

func touches(changes []deploy.Change, kind deploy.Kind) bool {
	for _, change := range changes {
		if change.Kind == kind {
			return true
		}
	}
	return false
}

// briefly is what a plan does, or did, in a few words.
func briefly(changes []deploy.Change, applied bool) string {
	switch {
	case len(changes) == 0:
		return "nothing to change"
	case applied:
		return counts(changes)
	}
	return plural(len(changes), "change") + " pending"
}

// title is what a row calls a resource: its name, or for the two without one what it does.
func title(id deploy.ID) string {
	switch id.Kind {
	case deploy.KindPermission:
		return "EventBridge may invoke the function"
	case deploy.KindTarget:
		return "rule → function"
	}
	return id.Name
}

// notInstalled is the verdict of a command on one prefix. Where there are other installations one of them was meant,
// or else a new one would listen beside them: they are named, and an installation is not proposed.
func (a *app) notInstalled(command, prefix, region string, others []deploy.Listed) error {
	verdict := &apperr.Error{
		Code: "not_installed", Message: fmt.Sprintf("%s is not installed in %s", deploy.DisplayPrefix(prefix), region), Err: errNotInstalled,
	}
	if len(others) == 0 {
		verdict.Hints = []string{"spothandler install" + a.scope(prefix)}
		return verdict
	}
	var names []string
	for _, other := range others {
		names = append(names, deploy.DisplayPrefix(other.Prefix))
	}
	verdict.Detail = []string{"Installed there: " + strings.Join(names, ", ") + "."}
	const few = 3
	for _, other := range others[:min(few, len(others))] {
		verdict.Hints = append(verdict.Hints, a.another(command, other.Prefix))
	}
	if command == "upgrade" && len(others) > 1 && a.setPrefix == "" {
		verdict.Hints = append(verdict.Hints, "spothandler upgrade --all"+a.scope("")+"   every one of them")
	}
	return verdict
}

func missing(message string, hints ...string) error {
	return &apperr.Error{Code: "not_installed", Message: message, Hints: hints, Err: errNotInstalled}
}

// notHere is the verdict of status on a region.
func (a *app) notHere(id session.Identity, o *statusOptions, others []deploy.Listed) error {
	if o.one {
		return a.notInstalled("status", o.prefix, id.Region, others)
	}
	return missing(fmt.Sprintf("nothing is installed in %s of account %s", id.Region, id.Account),
		"spothandler install --prefix NAME",
		"spothandler status --prefix NAME   one whose role was deleted by hand")
}

// nowhereInstalled is the verdict on all regions.
func (a *app) nowhereInstalled(id session.Identity) error {
	a.ownErrors = true
	verdict := missing("it is installed in no region of account "+id.Account, "spothandler install --region NAME --region NAME")
	if a.json() {
		return errors.Join(verdict, a.out.JSON(results{[]any{}}))
	}
	return verdict
}
