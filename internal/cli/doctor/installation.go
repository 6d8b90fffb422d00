package doctor

import (
	"errors"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/cli/command"
	"github.com/spothandler/spothandler/internal/deploy"
	"github.com/spothandler/spothandler/internal/deploy/resource"
	"github.com/spothandler/spothandler/internal/doctor"
	"github.com/spothandler/spothandler/internal/handler"
	"github.com/spothandler/spothandler/internal/services"
)

// installationResult is one installation with its findings.
type installationResult struct {
	prefix    string
	clusters  []string // names or ARNs; none means every cluster
	mode      handler.Mode
	roleARN   string
	pattern   string
	subject   doctor.InstallationSubject
	diagnosis doctor.Diagnosis
	differs   bool     // from its settings
	denied    []string // the ARNs of services that its role may not redeploy, while it may others
}

// covers reports whether events of a cluster reach the installation.
func (x *installationResult) covers(arn, name string) bool {
	return len(x.clusters) == 0 || slices.Contains(x.clusters, arn) || slices.Contains(x.clusters, name)
}

func (x *installationResult) redeploys() bool {
	return x.mode != handler.ModeObserve && !x.subject.Disabled
}

// isBroken reports whether a finding, ignored or not, keeps it from redeploying anything.
func (x *installationResult) isBroken() bool {
	return slices.ContainsFunc(x.diagnosis.Findings, func(f doctor.Finding) bool { return f.Severity == doctor.Error })
}

// setFound sets what was found of the installation.
func (x *installationResult) setFound(version string, found *deploy.Installation, others []deploy.Listed) error {
	x.roleARN = found.Names.RoleARN() // its path may differ from the default
	statuses, err := command.Assess(version, []*deploy.Installation{found}, others)
	if err != nil {
		return err
	}
	x.setState(found.State)
	x.subject.DenialElsewhere = statuses[0].DenialElsewhere(found.State.Role)
	x.subject.Repairable = true
	for _, problem := range statuses[0].Problems {
		x.differs = x.differs || problem.Code != deploy.ProblemConcurrencyZero
		if x.hasOwnCheck(problem) {
			continue
		}
		x.subject.Problems = append(x.subject.Problems, problem.Message)
		x.subject.Repairable = x.subject.Repairable && (problem.Code == deploy.ProblemMissing || problem.Code == deploy.ProblemDiffers)
	}
	for _, each := range statuses[0].NotChecked {
		x.unread(doctor.PartInstallation, x.subject.Name+": "+each.What+": "+each.Why)
	}
	return nil
}

// setState sets the state of its function and its rule.
func (x *installationResult) setState(found resource.State) {
	if f := found.Function; f != nil {
		x.subject.Throttled = f.ReservedConcurrency == 0
	}
	for _, trigger := range found.Triggers {
		if rule := trigger.Rule; rule != nil && rule.Name == x.subject.Rule {
			x.pattern = rule.Pattern
			x.subject.Disabled = rule.State == "DISABLED"
		}
	}
}

// hasOwnCheck reports whether a problem is only that the rule is DISABLED or the function is throttled, which have checks of
// their own.
func (x *installationResult) hasOwnCheck(problem deploy.Problem) bool {
	only := func(path string) bool {
		return len(problem.Fields) > 0 && !slices.ContainsFunc(problem.Fields, func(f resource.Field) bool { return f.Path != path })
	}
	switch problem.Kind {
	case resource.KindRule:
		return problem.Name == x.subject.Rule && x.subject.Disabled && only("state")
	case resource.KindFunction:
		return problem.Code == deploy.ProblemConcurrencyZero || x.subject.Throttled && only("reserved_concurrency")
	}
	return false
}

// setPermission sets what its role may do. complete is false if that is unknown for some service.
func (x *installationResult) setPermission(may services.Permission, complete bool) {
	if len(may.Allowed) > 0 || complete {
		x.subject.MayRedeploy = aws.Bool(len(may.Allowed) > 0)
	}
	if len(may.Allowed) > 0 || !complete {
		x.denied = may.Denied
	}
}

func (x *installationResult) unread(part services.Part, why string) {
	x.subject.Unread = append(x.subject.Unread, services.Unread{Part: part, Why: why})
}

// whyUnread returns why an installation could not be read, with the missing permission.
func whyUnread(err error) string {
	var known *apperr.Error
	if why := apperr.WhyNot(err); !errors.As(err, &known) || len(known.Detail) == 0 || strings.HasPrefix(why, "no permission for ") {
		return why
	}
	return known.Message + ": " + known.Detail[0]
}
