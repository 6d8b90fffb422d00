package doctor

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"golang.org/x/sync/errgroup"

	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/cli/command"
	"github.com/spothandler/spothandler/internal/deploy"
	"github.com/spothandler/spothandler/internal/deploy/resource"
	"github.com/spothandler/spothandler/internal/deploy/settings"
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

// findInstallations finds and reads the installations in the Region, and notes what the caller may not read.
func (e *regionResult) findInstallations(ctx context.Context) error {
	listed, notChecked, err := deploy.ListAll(ctx, e.s.Clients, e.s.TagAPI(), e.s.ID)
	if err != nil && ctx.Err() != nil {
		return err
	}
	if err != nil {
		e.notListed = apperr.WhyNot(err)
		return nil
	}
	if len(notChecked) > 0 {
		e.notListedAll = notChecked[0].What + ": " + notChecked[0].Why
	}
	e.installations = make([]*installationResult, len(listed))
	group, ctx := errgroup.WithContext(ctx)
	for i, each := range listed {
		group.Go(func() (err error) {
			e.installations[i], err = e.readInstallation(ctx, each, listed)
			return err
		})
	}
	return group.Wait()
}

// readInstallation reads one installation. What the caller may not read is taken from the role's settings record.
func (e *regionResult) readInstallation(ctx context.Context, listed deploy.Listed, others []deploy.Listed) (*installationResult, error) {
	x := &installationResult{prefix: listed.Prefix, mode: handler.ModeOnce}
	defaults := settings.Defaults(listed.Prefix)
	function, rule := defaults.FunctionName, defaults.RuleName
	if record := listed.Record; record != nil {
		x.clusters, x.mode = record.Clusters, handler.Mode(record.Redeploy)
		function, rule = record.FunctionName, record.RuleName
		x.subject.Disabled = record.RuleState == "DISABLED"
	}
	names := resource.NewNames(e.s.ID, listed.Prefix, function, rule)
	x.roleARN = names.RoleARN()
	x.subject.Prefix, x.subject.Name = listed.Prefix, deploy.DisplayPrefix(listed.Prefix)
	x.subject.Rule, x.subject.Role = names.Rule, names.Role

	installation, err := deploy.Find(ctx, e.s.Clients, e.s.ID, listed.Prefix, nil)
	if err != nil && ctx.Err() != nil {
		return nil, err
	}
	if err == nil {
		err = x.setFound(e.App, installation, others)
	}
	if err != nil {
		for _, part := range []services.Part{doctor.PartInstallation, doctor.PartPattern} {
			x.unread(part, x.subject.Name+": "+whyUnread(err))
		}
	}
	return x, nil
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

// setFound sets what was found of the installation.
func (x *installationResult) setFound(a *command.App, found *deploy.Installation, others []deploy.Listed) error {
	x.roleARN = found.Names.RoleARN() // its path may differ from the default
	statuses, err := command.Assess(a.Version, []*deploy.Installation{found}, others)
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

// testInstallation asks EventBridge whether the rule matches a notice, and IAM whether the role may redeploy.
func (e *regionResult) testInstallation(ctx context.Context, x *installationResult) error {
	service := e.someService(x.clusters)
	cluster := strings.Split(service, "/")[1]
	if x.pattern != "" {
		matches, unread, err := services.TestPattern(ctx, e.eventBridge, x.pattern, services.Notice(e.s.ID.ClusterARN(cluster), handler.NameOf(service), e.began))
		if err != nil {
			return err
		}
		if unread != nil {
			x.unread(doctor.PartPattern, unread.Why)
		}
		x.subject.Matches = matches
	}
	// A made-up service is included, so that a denial for all that exist is not taken for one of every service.
	asked := append(e.redeployable(x), e.s.ID.ARN("ecs", e.s.ID.Region, "service/"+cluster+"/"+anyName))
	may, unread, err := services.MayRedeployEach(ctx, e.iam, x.roleARN, asked)
	if unread != nil {
		x.unread(doctor.PartPermission, unread.Why)
	}
	x.setPermission(may, unread == nil)
	return err
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

// redeployable returns the ARNs of the services that the function of an installation may redeploy at some time: no tag,
// controller or strategy prevents it.
func (e *regionResult) redeployable(x *installationResult) []string {
	var arns []string
	for i := range e.facts.Services {
		s := &e.facts.Services[i]
		left := []handler.Reason{handler.ReasonSwitchedOff, handler.ReasonControllerUnsupported, handler.ReasonStrategyUnsupported}
		if x.covers(e.s.ID.ClusterARN(s.Cluster.Name()), s.Cluster.Name()) && !slices.Contains(left, s.Decision(x.mode, e.began).Reason) {
			arns = append(arns, e.longARN(s))
		}
	}
	return arns
}

// checkCaller asks IAM whether the caller may create an installation without a prefix.
func (e *regionResult) checkCaller(ctx context.Context) error {
	defaults := settings.Defaults("")
	names := resource.NewNames(e.s.ID, "", defaults.FunctionName, defaults.RuleName)
	rights, err := services.CallerMay(ctx, e.iam, e.s.ID.Caller, []services.Request{
		{Resource: names.RoleARN(), Actions: []string{"iam:CreateRole", "iam:TagRole", "iam:PutRolePolicy", "iam:PassRole"}},
		{Resource: names.FunctionARN(), Actions: []string{"lambda:CreateFunction", "lambda:TagResource", "lambda:PutFunctionEventInvokeConfig", "lambda:AddPermission"}},
		{Resource: names.LogGroupARN() + ":*", Actions: []string{"logs:CreateLogGroup", "logs:PutRetentionPolicy", "logs:TagResource"}},
		{Resource: names.RuleARN(), Actions: []string{"events:PutRule", "events:PutTargets", "events:TagResource"}},
	})
	e.rights = &rights
	return err
}
