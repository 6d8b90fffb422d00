package doctor

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/servicequotas"
	"golang.org/x/sync/errgroup"

	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/cli/command"
	"github.com/spothandler/spothandler/internal/doctor"
	"github.com/spothandler/spothandler/internal/handler"
	"github.com/spothandler/spothandler/internal/services"
)

// regionResult is what doctor found in one Region.
type regionResult struct {
	*command.App
	s       *command.Connection
	options *options
	began   time.Time

	facts         *services.Facts
	account       *services.Account
	installations []*installationResult
	rights        *services.CallerPermissions // to install, where nothing is installed
	notListed     string                      // why the installations are unknown, or ""
	notListedAll  string                      // why there may be more installations, or ""

	results          []serviceResult
	accountDiagnosis doctor.Diagnosis
	installDiagnosis doctor.Diagnosis
	wholeUnread      []doctor.NotChecked // what affects every check
	eventBridge      *eventbridge.Client
	iam              *iam.Client
	lambdaClient     *lambda.Client
}

// serviceResult is one service with its findings.
type serviceResult struct {
	*services.Service
	doctor.Diagnosis
	decision handler.Decision
	by       *installationResult // the installation that would redeploy it, or nil
	denied   bool                // its role may not redeploy this service
}

func newExamination(a *command.App, s *command.Connection, o *options) *regionResult {
	return &regionResult{
		App: a, s: s, options: o, began: time.Now(),
		eventBridge: eventbridge.NewFromConfig(s.Config), iam: iam.NewFromConfig(s.Config), lambdaClient: lambda.NewFromConfig(s.Config),
	}
}

// read reads the services and the installations concurrently, then what requires both.
func (e *regionResult) read(ctx context.Context) error {
	progress := newReadingProgress(e.App)
	defer progress.stop()
	group, inGroup := errgroup.WithContext(ctx)
	group.Go(func() (err error) {
		clients := services.Clients{
			ECS: ecs.NewFromConfig(e.s.Config), Balancer: elb.NewFromConfig(e.s.Config),
			EC2: ec2.NewFromConfig(e.s.Config), Scaling: applicationautoscaling.NewFromConfig(e.s.Config),
			Images: ecr.NewFromConfig(e.s.Config),
		}
		e.facts, err = services.Read(inGroup, clients, services.Options{
			Clusters: e.options.clusters, Services: e.options.services, Progress: progress.show,
		})
		return err
	})
	group.Go(func() error { return e.findInstallations(inGroup) })
	if err := group.Wait(); err != nil {
		return err
	}
	group, inGroup = errgroup.WithContext(ctx)
	group.Go(func() error { return e.readAccount(inGroup) })
	for _, each := range e.installations {
		group.Go(func() error { return e.testInstallation(inGroup, each) })
	}
	if len(e.installations) == 0 && e.notListed == "" {
		group.Go(func() error { return e.checkCaller(inGroup) })
	}
	return group.Wait()
}

func (e *regionResult) readAccount(ctx context.Context) (err error) {
	notices := e.notices()
	var ownRules []string
	for _, each := range e.installations {
		ownRules = append(ownRules, each.subject.Rule)
	}
	e.account, err = services.ReadAccount(ctx, services.AccountClients{
		Rules: e.eventBridge, Functions: e.lambdaClient, Simulator: e.iam,
		Quotas: servicequotas.NewFromConfig(e.s.Config), Metrics: cloudwatch.NewFromConfig(e.s.Config),
	}, services.AccountQuestion{
		Matches:  func(pattern string) (bool, error) { return services.MatchesAny(pattern, notices) },
		OwnRules: ownRules, Services: e.serviceARNs(), Now: e.began,
	})
	return err
}

// notices returns an interruption notice for every service, or for a made-up one if there is none.
func (e *regionResult) notices() []handler.Event {
	var all []handler.Event
	for i := range e.facts.Services {
		s := &e.facts.Services[i]
		all = append(all, services.Notice(e.s.ID.ClusterARN(s.Cluster.Name()), s.Name(), e.began))
	}
	if len(all) == 0 {
		all = append(all, services.Notice(e.s.ID.ClusterARN(anyName), anyName, e.began))
	}
	return all
}

// anyName is the name of a made-up cluster and service.
const anyName = "default"

// serviceARNs returns the long ARNs of all services, or of a made-up one if there is none.
func (e *regionResult) serviceARNs() []string {
	all := make([]string, 0, len(e.facts.Services))
	for i := range e.facts.Services {
		all = append(all, e.longARN(&e.facts.Services[i]))
	}
	if len(all) == 0 {
		all = append(all, e.someService(nil))
	}
	return all
}

// longARN returns the ARN of a service in the long format, even if its own is in the short one.
func (e *regionResult) longARN(s *services.Service) string {
	return e.s.ID.ARN("ecs", e.s.ID.Region, "service/"+s.Cluster.Name()+"/"+s.Name())
}

// someService returns the ARN of a service in one of the clusters, given by names or ARNs, or in any if there are none.
func (e *regionResult) someService(clusters []string) string {
	for i := range e.facts.Services {
		s := &e.facts.Services[i]
		if len(clusters) == 0 || slices.Contains(clusters, s.Cluster.Name()) || slices.Contains(clusters, e.s.ID.ClusterARN(s.Cluster.Name())) {
			return e.longARN(s)
		}
	}
	cluster := anyName
	if len(clusters) > 0 {
		cluster = handler.NameOf(clusters[0])
	}
	return e.s.ID.ARN("ecs", e.s.ID.Region, "service/"+cluster+"/"+anyName)
}

// runChecks makes every check.
func (e *regionResult) runChecks() {
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
	text := "spothandler install" + e.Hints().InstallationFlags(x.prefix)
	for _, each := range append(slices.Clone(x.clusters), cluster) {
		text += " --cluster " + apperr.Quote(each)
	}
	return text
}

// installationFor returns the installation that covers a service, preferably one that redeploys. covered is also true if nothing
// is installed or that is unknown.
func (e *regionResult) installationFor(s *services.Service) (by *installationResult, covered bool) {
	for _, each := range e.installations {
		if each.covers(e.s.ID.ClusterARN(s.Cluster.Name()), s.Cluster.Name()) && (by == nil || each.redeploys() && !by.redeploys()) {
			by = each
		}
	}
	return by, by != nil || len(e.installations) == 0
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

func (e *regionResult) diagnoses() []*doctor.Diagnosis {
	all := []*doctor.Diagnosis{&e.accountDiagnosis, &e.installDiagnosis}
	for i := range e.results {
		all = append(all, &e.results[i].Diagnosis)
	}
	return all
}
