package doctor

import (
	"cmp"
	"slices"
	"strings"

	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/cli/command"
	"github.com/spothandler/spothandler/internal/doctor"
	"github.com/spothandler/spothandler/internal/handler"
	"github.com/spothandler/spothandler/internal/services"
)

// regionResult is what the checks found in one Region. It makes no call and prints nothing.
type regionResult struct {
	*regionFacts
	options *options
	hints   command.Hints

	results          []serviceResult
	accountDiagnosis doctor.Diagnosis
	installDiagnosis doctor.Diagnosis
	wholeUnread      []doctor.NotChecked // what affects every check
}

// serviceResult is one service with its findings.
type serviceResult struct {
	*services.Service
	doctor.Diagnosis
	decision handler.Decision
	by       *installationResult // the installation that would redeploy it, or nil
	denied   bool                // its role may not redeploy this service
}

// newResult makes every check of what was read.
func newResult(facts *regionFacts, o *options, hints command.Hints) *regionResult {
	e := &regionResult{regionFacts: facts, options: o, hints: hints}
	for i := range e.facts.Services {
		e.results = append(e.results, e.checkService(&e.facts.Services[i]))
	}
	e.accountDiagnosis = doctor.CheckAccount(&doctor.AccountSubject{
		Facts: e.facts, Account: e.account, OwnRulesUnknown: cmp.Or(e.notListed, e.notListedAll), Install: e.rights,
	}, e.options.ignored)
	e.installDiagnosis = doctor.Diagnosis{Findings: []doctor.Finding{}, NotChecked: []doctor.NotChecked{}}
	for _, each := range e.installations {
		said := doctor.CheckInstallation(&each.subject, e.options.ignored)
		each.diagnosis = said
		e.installDiagnosis.Findings = append(e.installDiagnosis.Findings, said.Findings...)
		e.installDiagnosis.NotChecked = append(e.installDiagnosis.NotChecked, said.NotChecked...)
	}
	for _, u := range e.facts.Unread {
		if u.Part == services.PartClusters {
			e.wholeUnread = append(e.wholeUnread, doctor.NotChecked{Code: everyCheck, Why: u.Why})
		}
	}
	for i := range e.facts.Clusters {
		if c := &e.facts.Clusters[i]; c.Unread != nil {
			e.wholeUnread = append(e.wholeUnread, doctor.NotChecked{Code: everyCheck, Why: "cluster " + c.Name() + ": " + c.Unread.Why})
		}
	}
	if why := cmp.Or(e.notListed, e.notListedAll); why != "" {
		e.installDiagnosis.NotChecked = append(e.installDiagnosis.NotChecked, doctor.NotChecked{Code: everyInstallation, Why: "existing installations: " + why})
	}
	return e
}

// Codes of NotChecked for more than one check.
const (
	everyCheck        = "all"
	everyInstallation = "installations"
)

func (e *regionResult) checkService(s *services.Service) serviceResult {
	by, covered := e.installationFor(s)
	mode := handler.ModeOnce
	if by != nil {
		mode = by.mode
	}
	p := serviceResult{Service: s, decision: s.Decision(mode, e.began), by: by}
	subject := &doctor.Subject{Service: s, Now: e.began, Decision: p.decision, Covered: covered}
	if !covered {
		subject.Cover = e.cover(s.Cluster.Name())
	}
	if by != nil && slices.Contains(by.denied, e.longARN(s)) {
		subject.Denied = &by.subject
	}
	p.denied = subject.Denied != nil
	p.Diagnosis = doctor.CheckService(subject, e.options.ignored)
	return p
}

// cover returns a command that makes the only installation cover one more cluster, or "" if there are several.
func (e *regionResult) cover(cluster string) string {
	if len(e.installations) != 1 || e.notListedAll != "" {
		return ""
	}
	x := e.installations[0]
	var flags []string
	for _, each := range append(slices.Clone(x.clusters), cluster) {
		flags = append(flags, "--cluster "+apperr.Quote(each))
	}
	return e.hints.Change(x.prefix, strings.Join(flags, " "), "")
}

func (e *regionResult) diagnoses() []*doctor.Diagnosis {
	all := []*doctor.Diagnosis{&e.accountDiagnosis, &e.installDiagnosis}
	for i := range e.results {
		all = append(all, &e.results[i].Diagnosis)
	}
	return all
}

// worst returns the worst severity of the findings that are not ignored.
func (e *regionResult) worst() doctor.Severity {
	worst := doctor.Severity("")
	for _, d := range e.diagnoses() {
		switch severity := d.Worst(); {
		case severity == doctor.Error:
			return doctor.Error
		case severity == doctor.Warning || worst == "":
			worst = severity
		}
	}
	return worst
}

// notChecked returns every check that could not be made.
func (e *regionResult) notChecked() []doctor.NotChecked {
	all := slices.Clone(e.wholeUnread)
	for _, d := range e.diagnoses() {
		all = append(all, d.NotChecked...)
	}
	return all
}

// incomplete reports whether a check could not be made that --ignore does not accept.
func (e *regionResult) incomplete() bool {
	return slices.ContainsFunc(e.notChecked(), func(n doctor.NotChecked) bool { return !slices.Contains(e.options.ignored, n.Code) })
}

// unready returns the number of services that have an error or a warning, and of the others that were only partly checked.
func (e *regionResult) unready() (failing, unchecked int) {
	for i := range e.results {
		switch p := &e.results[i]; {
		case p.Ready():
		case p.Worst() == doctor.Error, p.Worst() == doctor.Warning:
			failing++
		default:
			unchecked++
		}
	}
	return failing, unchecked
}

// counted returns the number of findings that are not ignored, by severity.
func (e *regionResult) counted() map[doctor.Severity]int {
	counts := map[doctor.Severity]int{}
	for _, d := range e.diagnoses() {
		for _, f := range d.Findings {
			if f.Ignored == "" {
				counts[f.Severity]++
			}
		}
	}
	return counts
}

// unchecked returns the reasons why checks could not be made, and the number of checks for each.
func (e *regionResult) unchecked() (reasons []string, checks map[string]int) {
	checks = map[string]int{}
	for _, n := range e.notChecked() {
		if checks[n.Why] == 0 {
			reasons = append(reasons, n.Why)
		}
		checks[n.Why]++
	}
	return reasons, checks
}

// isRedeployed reports whether an interruption redeploys the service, or would, once something is installed.
func (p *serviceResult) isRedeployed() bool {
	return p.decision.Action == handler.ActionRedeploy && p.decision.Mode != handler.ModeObserve && !p.denied && (p.by == nil || !p.by.isBroken())
}
