package doctor

import (
	"fmt"
	"log/slog"

	"github.com/spothandler/spothandler/internal/cli/term"
	"github.com/spothandler/spothandler/internal/doctor"
	"github.com/spothandler/spothandler/internal/handler"
)

// outcome returns what happens to a service at an interruption, in words that fit a column.
func (e *regionResult) outcome(p *serviceResult) string {
	const left = "left to ECS: "
	switch {
	case p.by == nil && len(e.installations) > 0:
		return left + "no installation covers it"
	case p.by != nil && p.by.isBroken():
		return left + p.by.subject.Name + " is broken"
	case p.denied:
		return left + "the role lacks permission"
	case p.decision.Action == handler.ActionRedeploy && p.decision.Mode == handler.ModeObserve:
		return left + "mode observe only logs it"
	case p.decision.Action == handler.ActionRedeploy:
		return "redeployed"
	}
	if words := whyLeft(p); words != "" {
		return left + words
	}
	return left + string(p.decision.Reason)
}

// listedOutcome returns the outcome of a service with a row of its own. It says so if the service is ready, which its glyph
// does not show if it is left to ECS.
func (e *regionResult) listedOutcome(p *serviceResult) string {
	if p.Ready() && p.sign() == term.Quiet {
		return "ready, " + e.outcome(p)
	}
	return e.outcome(p)
}

// whyLeft returns why the function leaves a service to ECS.
func whyLeft(p *serviceResult) string {
	switch p.decision.Reason {
	case handler.ReasonSwitchedOff:
		if p.decision.Level > slog.LevelInfo {
			return "its tag has an unknown value"
		}
		return "switched off by its tag"
	case handler.ReasonControllerUnsupported:
		return map[string]string{"CODE_DEPLOY": "CodeDeploy controls it"}[string(p.DeploymentController.Type)]
	case handler.ReasonStrategyUnsupported:
		return fmt.Sprintf("%s deployments", p.DeploymentConfiguration.Strategy)
	case handler.ReasonNoPrimary:
		return "it has no deployment"
	case handler.ReasonRolloutFailed:
		return "its deployment failed"
	case handler.ReasonRolloutInProgress:
		return "a rollout is in progress"
	case handler.ReasonWouldStopHealthy:
		return "healthy tasks would stop"
	case handler.ReasonNoRolloutRoom:
		return "no room for a rollout"
	}
	return ""
}

// sign returns the glyph of a service in the table.
func (p *serviceResult) sign() term.Glyph {
	switch p.Worst() {
	case doctor.Error:
		return term.Failed
	case doctor.Warning:
		return term.Attention
	}
	if len(p.NotChecked) > 0 || !p.isRedeployed() {
		return term.Quiet
	}
	return term.OK
}

// signOf returns the glyph of a finding.
func signOf(f doctor.Finding) term.Glyph {
	switch {
	case f.Ignored != "" || f.Severity == doctor.Info:
		return term.Quiet
	case f.Severity == doctor.Error:
		return term.Failed
	}
	return term.Attention
}

// verdict returns the first line, and its glyph.
func (e *regionResult) verdict() (sign term.Glyph, words string) {
	failing, unchecked := e.unready()
	all, worst := len(e.results), e.worst()
	what, ready := term.Plural(all, "Spot service"), term.Are(all)+" ready"
	notReady, notChecked := fmt.Sprintf("%d of %s %s not ready", failing, what, term.Are(failing)), fmt.Sprintf("%d of %s could only be partly checked", unchecked, what)
	if all == 1 {
		what = e.results[0].Cluster.Name() + "/" + e.results[0].Name()
		notReady, notChecked = what+" is not ready", what+" could only be partly checked"
	}
	switch {
	case failing > 0:
		return signFor(worst), notReady
	case worst == doctor.Error:
		return term.Failed, what + " " + ready + ", but " + e.errorSource()
	case all == 0:
		return e.verdictOnNone()
	case unchecked > 0:
		return term.Attention, notChecked
	}
	return term.OK, what + " " + ready
}

// verdictOnNone returns the first line if no service is on Spot.
func (e *regionResult) verdictOnNone() (sign term.Glyph, words string) {
	switch {
	case len(e.wholeUnread) > 0:
		return term.Attention, "not every cluster could be read"
	case len(e.options.services) > 0:
		return term.OK, "none of the specified services runs on Fargate Spot"
	}
	return term.OK, "no service runs on Fargate Spot"
}

func signFor(worst doctor.Severity) term.Glyph {
	if worst == doctor.Error {
		return term.Failed
	}
	return term.Attention
}

// errorSource describes where an error is if every service is ready.
func (e *regionResult) errorSource() string {
	var broken []string
	for _, x := range e.installations {
		if x.diagnosis.Worst() == doctor.Error {
			broken = append(broken, x.subject.Name)
		}
	}
	switch {
	case len(broken) == 1:
		return broken[0] + " is broken: it redeploys nothing"
	case len(broken) > 1:
		return fmt.Sprintf("%d installations are broken", len(broken))
	}
	return "the account has an error"
}
