package doctor

import (
	"context"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/deploy"
	"github.com/spothandler/spothandler/internal/deploy/resource"
	"github.com/spothandler/spothandler/internal/deploy/settings"
	"github.com/spothandler/spothandler/internal/doctor"
	"github.com/spothandler/spothandler/internal/handler"
	"github.com/spothandler/spothandler/internal/services"
)

// findInstallations finds and reads the installations in the Region, and notes what the caller may not read.
func (r *reader) findInstallations(ctx context.Context) error {
	listed, notChecked, err := deploy.ListAll(ctx, r.s.Clients, r.s.TagAPI(), r.id)
	if err != nil && ctx.Err() != nil {
		return err
	}
	if err != nil {
		r.notListed = apperr.WhyNot(err)
		return nil
	}
	if len(notChecked) > 0 {
		r.notListedAll = notChecked[0].What + ": " + notChecked[0].Why
	}
	r.installations = make([]*installationResult, len(listed))
	group, ctx := errgroup.WithContext(ctx)
	for i, each := range listed {
		group.Go(func() (err error) {
			r.installations[i], err = r.readInstallation(ctx, each, listed)
			return err
		})
	}
	return group.Wait()
}

// readInstallation reads one installation. What the caller may not read is taken from the role's settings record.
func (r *reader) readInstallation(ctx context.Context, listed deploy.Listed, others []deploy.Listed) (*installationResult, error) {
	x := &installationResult{prefix: listed.Prefix, mode: handler.ModeOnce}
	defaults := settings.Defaults(listed.Prefix)
	function, rule := defaults.FunctionName, defaults.RuleName
	if record := listed.Record; record != nil {
		x.clusters, x.mode = record.Clusters, handler.Mode(record.Redeploy)
		function, rule = record.FunctionName, record.RuleName
		x.subject.Disabled = record.RuleState == "DISABLED"
	}
	names := resource.NewNames(r.id, listed.Prefix, function, rule)
	x.roleARN = names.RoleARN()
	x.subject.Prefix, x.subject.Name = listed.Prefix, deploy.DisplayPrefix(listed.Prefix)
	x.subject.Rule, x.subject.Role = names.Rule, names.Role

	installation, err := deploy.Find(ctx, r.s.Clients, r.id, listed.Prefix, nil)
	if err != nil && ctx.Err() != nil {
		return nil, err
	}
	if err == nil {
		err = x.setFound(r.app.Version, installation, others)
	}
	if err != nil {
		for _, part := range []services.Part{doctor.PartInstallation, doctor.PartPattern} {
			x.unread(part, x.subject.Name+": "+whyUnread(err))
		}
	}
	return x, nil
}

// testInstallation asks EventBridge whether the rule matches an interruption warning, and IAM whether the role may redeploy.
func (r *reader) testInstallation(ctx context.Context, x *installationResult) error {
	service := r.someService(x.clusters)
	cluster := strings.Split(service, "/")[1]
	if x.pattern != "" {
		matches, unread, err := services.TestPattern(ctx, r.eventBridge, x.pattern, services.Notice(r.id.ClusterARN(cluster), handler.NameOf(service), r.began))
		if err != nil {
			return err
		}
		if unread != nil {
			x.unread(doctor.PartPattern, unread.Why)
		}
		x.subject.Matches = matches
	}
	// A made-up service is included, so that a denial for all that exist is not taken for one of every service.
	asked := append(r.redeployable(x), r.id.ARN("ecs", r.id.Region, "service/"+cluster+"/"+anyName))
	may, unread, err := services.MayRedeployEach(ctx, r.iam, x.roleARN, asked)
	if unread != nil {
		x.unread(doctor.PartPermission, unread.Why)
	}
	x.setPermission(may, unread == nil)
	return err
}

// checkCaller asks IAM whether the caller may create an installation without a prefix.
func (r *reader) checkCaller(ctx context.Context) error {
	defaults := settings.Defaults("")
	names := resource.NewNames(r.id, "", defaults.FunctionName, defaults.RuleName)
	requests := []services.Request{
		{Resource: names.RoleARN(), Actions: []string{"iam:CreateRole", "iam:TagRole", "iam:PutRolePolicy", "iam:PassRole"}},
		{Resource: names.FunctionARN(), Actions: []string{"lambda:CreateFunction", "lambda:TagResource", "lambda:PutFunctionEventInvokeConfig", "lambda:AddPermission"}},
		{Resource: names.LogGroupARN() + ":*", Actions: []string{"logs:CreateLogGroup", "logs:PutRetentionPolicy", "logs:TagResource"}},
	}
	for _, rule := range resource.RuleARNs(names) {
		requests = append(requests, services.Request{Resource: rule, Actions: []string{"events:PutRule", "events:PutTargets", "events:TagResource"}})
	}
	rights, err := services.CallerMay(ctx, r.iam, r.id.Caller, requests)
	r.rights = &rights
	return err
}
