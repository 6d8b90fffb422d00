package doctor

import (
	"context"
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

	"github.com/spothandler/spothandler/internal/cli/command"
	"github.com/spothandler/spothandler/internal/services"
)

// reader reads what doctor checks in one Region: it makes all calls.
type reader struct {
	*regionFacts
	app         *command.App
	s           *command.Connection
	options     *options
	eventBridge *eventbridge.Client
	iam         *iam.Client
	lambda      *lambda.Client
}

func newReader(a *command.App, s *command.Connection, o *options) *reader {
	return &reader{
		regionFacts: &regionFacts{id: s.ID, began: time.Now()}, app: a, s: s, options: o,
		eventBridge: eventbridge.NewFromConfig(s.Config), iam: iam.NewFromConfig(s.Config), lambda: lambda.NewFromConfig(s.Config),
	}
}

// all reads the services and the installations concurrently, then what requires both.
func (r *reader) all(ctx context.Context) error {
	progress := newReadingProgress(r.app)
	defer progress.stop()
	group, inGroup := errgroup.WithContext(ctx)
	group.Go(func() (err error) {
		clients := services.Clients{
			ECS: ecs.NewFromConfig(r.s.Config), Balancer: elb.NewFromConfig(r.s.Config),
			EC2: ec2.NewFromConfig(r.s.Config), Scaling: applicationautoscaling.NewFromConfig(r.s.Config),
			Images: ecr.NewFromConfig(r.s.Config),
		}
		r.facts, err = services.Read(inGroup, clients, services.Options{
			Clusters: r.options.clusters, Services: r.options.services, Progress: progress.show,
		})
		return err
	})
	group.Go(func() error { return r.findInstallations(inGroup) })
	if err := group.Wait(); err != nil {
		return err
	}
	group, inGroup = errgroup.WithContext(ctx)
	group.Go(func() error { return r.readAccount(inGroup) })
	for _, each := range r.installations {
		group.Go(func() error { return r.testInstallation(inGroup, each) })
	}
	if len(r.installations) == 0 && r.notListed == "" {
		group.Go(func() error { return r.checkCaller(inGroup) })
	}
	return group.Wait()
}

func (r *reader) readAccount(ctx context.Context) (err error) {
	notices := r.notices()
	var ownRules []string
	for _, each := range r.installations {
		ownRules = append(ownRules, each.subject.Rule)
	}
	r.account, err = services.ReadAccount(ctx, services.AccountClients{
		Rules: r.eventBridge, Functions: r.lambda, Simulator: r.iam,
		Quotas: servicequotas.NewFromConfig(r.s.Config), Metrics: cloudwatch.NewFromConfig(r.s.Config),
	}, services.AccountQuestion{
		Matches:  func(pattern string) (bool, error) { return services.MatchesAny(pattern, notices) },
		OwnRules: ownRules, Services: r.serviceARNs(), Now: r.began,
	})
	return err
}
