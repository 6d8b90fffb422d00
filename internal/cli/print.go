package cli

import (
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

// printEndpoints says where calls go elsewhere than to AWS, for a command without a header.
func (a *app) printEndpoints(s *connection) {
	if endpoints := s.Endpoints(); len(endpoints) > 0 {
		a.err.Printf("%s\n", a.err.Dim("endpoint "+strings.Join(endpoints, ", ")))
	}
}

func (a *app) printInstalled(j *installJob, took time.Duration) error {
	status, err := deploy.Assess(j.Found, j.Release, j.Others)
	if err != nil {
		return err
	}
	if a.json() {
		return a.out.JSON(installAnswer{status, nonNil(j.Changes), len(j.Changes) > 0})
	}
	st := a.out.Style
	if len(j.Changes) == 0 {
		a.out.Printf("%s %s (%s)\n", st.Glyph(term.OK), st.Green("Nothing to change"+a.where()+": "+deploy.DisplayPrefix(j.Spec.Prefix)+" is as asked."), term.Seconds(took))
	} else {
		a.out.Printf("\n%s %s\n", st.Glyph(term.OK), st.Green(fmt.Sprintf("%s%s: %s in %s. Checked again: nothing left to change.", done(j.Changes), a.where(), counts(j.Changes), term.Seconds(took))))
		a.out.Print(st.List("  ", " · ", summary(j.Spec)))
	}
	if touches(j.Changes, deploy.KindRule) && j.Spec.RuleState == "ENABLED" {
		a.out.Printf("  %s\n", st.Dim("EventBridge may take a minute before a new rule matches."))
	}
	a.printRemarks(st, status.Problems)
	if len(j.Changes) > 0 {
		a.out.Printf("\n")
		hint(a.out, "spothandler status"+a.scope(j.Spec.Prefix))
	}
	return nil
}

// printRemarks shows what install does not mend: overlaps, additions of others, a concurrency of 0.
func (a *app) printRemarks(st term.Style, problems []deploy.Problem) {
	for _, problem := range problems {
		a.out.Print(st.Note("  ", problem.Message))
	}
}

// where names the region where a result could be of several.
func (a *app) where() string {
	if !a.several {
		return ""
	}
	return " in " + a.region
}

// summary is an installation's settings in a few words each.
func summary(spec settings.Spec) []string {
	clusters := "every cluster"
	if len(spec.Clusters) > 0 {
		clusters = "cluster " + strings.Join(spec.Clusters, ", ")
	}
	words := []string{
		clusters, fmt.Sprintf("redeploy %s", spec.Redeploy), spec.Architecture, fmt.Sprintf("%d MB", spec.MemorySize),
		fmt.Sprintf("%ds", spec.Timeout), "logs " + days(spec.LogRetentionDays),
	}
	if spec.RuleState != "ENABLED" {
		words = append(words, "rule "+spec.RuleState)
	}
	return words
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

// done is the verdict in a word: the role is created by an installation, and by nothing else.
func done(changes []deploy.Change) string {
	for _, change := range changes {
		if change.Kind == deploy.KindRole && change.Action == deploy.Create {
			return "Installed"
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

func nonNil(changes []deploy.Change) []deploy.Change { return append([]deploy.Change{}, changes...) }

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

// printNotInstalled is the verdict on one prefix. Status has said it in its own JSON already.
func (a *app) printNotInstalled(command, prefix, region string) error {
	st := a.err.Style
	a.err.Printf("%s %s is not installed in %s\n", st.Glyph(term.Failed), deploy.DisplayPrefix(prefix), region)
	hint(a.err, "spothandler install"+a.scope(prefix))
	if a.json() && command != "status" {
		missing := &apperr.Error{Code: "not_installed", Message: deploy.DisplayPrefix(prefix) + " is not installed in " + region, Hints: []string{"spothandler install" + a.scope(prefix)}}
		if err := a.out.JSON(errorAnswer{bodyOf(missing)}); err != nil {
			return err
		}
	}
	return errNotInstalled
}

// printNowhereInstalled is the verdict on all regions.
func (a *app) printNowhereInstalled(id session.Identity) error {
	st := a.err.Style
	a.err.Printf("%s it is installed in no region of account %s\n", st.Glyph(term.Failed), id.Account)
	hint(a.err, "spothandler install --region NAME --region NAME")
	if a.json() {
		if err := a.printVisits(nil); err != nil {
			return err
		}
	}
	return errNotInstalled
}

// printNoneInstalled is the verdict on a region.
func (a *app) printNoneInstalled(id session.Identity) error {
	st := a.err.Style
	a.err.Printf("%s nothing is installed in %s of account %s\n", st.Glyph(term.Failed), id.Region, id.Account)
	hint(a.err, "spothandler install --prefix NAME")
	hint(a.err, "spothandler status --prefix NAME   one whose role was deleted by hand")
	return errNotInstalled
}
