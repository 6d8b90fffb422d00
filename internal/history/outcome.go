package history

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"golang.org/x/sync/errgroup"
	"golang.org/x/time/rate"

	"github.com/spothandler/spothandler/internal/apperr"
)

// DeploymentsAPI is the part of ECS that is used. ECS keeps service deployments for 90 days.
type DeploymentsAPI interface {
	ListServiceDeployments(context.Context, *ecs.ListServiceDeploymentsInput, ...func(*ecs.Options)) (*ecs.ListServiceDeploymentsOutput, error)
	DescribeServiceDeployments(context.Context, *ecs.DescribeServiceDeploymentsInput, ...func(*ecs.Options)) (*ecs.DescribeServiceDeploymentsOutput, error)
}

var _ DeploymentsAPI = (*ecs.Client)(nil)

const (
	// deploymentsAtOnce is the maximum of DescribeServiceDeployments.
	deploymentsAtOnce = 20
	// near is the maximum time between the acceptance of a redeployment and the creation of its service
	// deployment.
	near = 30 * time.Second
)

// FindOutcomes reads the outcomes of redeployments from ECS and stores them. If the function's record names
// the service deployment, that is described; otherwise the only one that was created within 30 s of the
// acceptance, since AWS documents no way from ecs-svc/... to it. Without permission, or after ECS has deleted
// it, the outcome stays unknown with a reason. An error is the context's.
func FindOutcomes(ctx context.Context, api DeploymentsAPI, redeployments []Redeployment) error {
	o := &outcomes{api: api, limiter: rate.NewLimiter(8, 8)}
	var named, unnamed []*Redeployment
	for i := range redeployments {
		if redeployments[i].ServiceDeployment != "" {
			named = append(named, &redeployments[i])
		} else {
			unnamed = append(unnamed, &redeployments[i])
		}
	}
	slices.SortStableFunc(named, func(a, b *Redeployment) int { // so that few batches are of several clusters
		return cmp.Or(cmp.Compare(a.Cluster, b.Cluster), cmp.Compare(a.Service, b.Service))
	})
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(parallelism)
	for batch := range slices.Chunk(named, deploymentsAtOnce) {
		group.Go(func() error { return o.describe(ctx, batch) })
	}
	for _, r := range unnamed {
		group.Go(func() error { return o.find(ctx, r) })
	}
	return group.Wait()
}

type outcomes struct {
	api     DeploymentsAPI
	limiter *rate.Limiter
}

// describe describes the deployments by ARN. AWS refuses the whole call for one whose cluster or service is
// deleted, or which the caller may not describe: then those of each cluster, or of each service, are
// described separately.
func (o *outcomes) describe(ctx context.Context, batch []*Redeployment) error {
	arns := make([]string, len(batch))
	for i, r := range batch {
		arns[i] = r.ServiceDeployment
	}
	if err := o.limiter.Wait(ctx); err != nil {
		return err
	}
	response, err := o.api.DescribeServiceDeployments(ctx, &ecs.DescribeServiceDeploymentsInput{ServiceDeploymentArns: arns})
	if parts := separate(batch, err); len(parts) > 1 {
		for _, part := range parts {
			if err := o.describe(ctx, part); err != nil {
				return err
			}
		}
		return nil
	}
	if err != nil {
		return unknown(ctx, batch, "ecs:DescribeServiceDeployments", err)
	}
	for _, r := range batch {
		r.OutcomeUnknownWhy = "ECS no longer has its service deployment"
		for _, d := range response.ServiceDeployments {
			if aws.ToString(d.ServiceDeploymentArn) == r.ServiceDeployment {
				r.settle(d.Status, d.StartedAt, d.CreatedAt, d.FinishedAt)
			}
		}
	}
	return nil
}

// separate divides a batch, which is sorted by cluster and service, into those that an error may be about
// and the others. It returns nil if the error is about all of them.
func separate(batch []*Redeployment, err error) [][]*Redeployment {
	differ := func(a, b *Redeployment) bool { return a.Cluster != b.Cluster }
	switch {
	case apperr.HasCode(err, "ServiceNotFoundException"):
		differ = func(a, b *Redeployment) bool { return a.Cluster != b.Cluster || a.Service != b.Service }
	case !apperr.HasCode(err, "ClusterNotFoundException") && !apperr.IsAccessDenied(err):
		return nil
	}
	var parts [][]*Redeployment
	for i, r := range batch {
		if i == 0 || differ(batch[i-1], r) {
			parts = append(parts, nil)
		}
		parts[len(parts)-1] = append(parts[len(parts)-1], r)
	}
	return parts
}

// find finds the only service deployment that was created when ECS accepted the redeployment.
func (o *outcomes) find(ctx context.Context, r *Redeployment) error {
	if err := o.limiter.Wait(ctx); err != nil {
		return err
	}
	response, err := o.api.ListServiceDeployments(ctx, &ecs.ListServiceDeploymentsInput{
		Cluster: aws.String(r.Cluster), Service: aws.String(r.Service),
		CreatedAt: &types.CreatedAt{After: aws.Time(r.At.Add(-near)), Before: aws.Time(r.At.Add(near))},
	})
	if err != nil {
		return unknown(ctx, []*Redeployment{r}, "ecs:ListServiceDeployments", err)
	}
	var created []types.ServiceDeploymentBrief
	for _, d := range response.ServiceDeployments {
		if apart := aws.ToTime(d.CreatedAt).Sub(r.At).Abs(); apart <= near {
			created = append(created, d)
		}
	}
	if len(created) != 1 || aws.ToString(response.NextToken) != "" {
		r.OutcomeUnknownWhy = "no service deployment, or several, were created when ECS accepted it"
		return nil
	}
	r.settle(created[0].Status, created[0].StartedAt, created[0].CreatedAt, created[0].FinishedAt)
	return nil
}

// unknown stores why the outcome is unknown. The context's error ends the command.
func unknown(ctx context.Context, batch []*Redeployment, action string, err error) error {
	if ctx.Err() != nil || errors.Is(err, context.Canceled) {
		return err
	}
	why := action + ": " + apperr.Plain(err)
	switch {
	case apperr.IsAccessDenied(err):
		why = "no permission for " + action
	case apperr.HasCode(err, "ClusterNotFoundException"):
		why = "the cluster was deleted"
	case apperr.HasCode(err, "ServiceNotFoundException"):
		why = "the service was deleted"
	}
	for _, r := range batch {
		r.OutcomeUnknownWhy = why
	}
	return nil
}

// settle stores the outcome (ECS API, ServiceDeployment, status).
func (r *Redeployment) settle(status types.ServiceDeploymentStatus, started, created, finished *time.Time) {
	r.OutcomeUnknownWhy = ""
	switch status {
	case types.ServiceDeploymentStatusSuccessful:
		r.Outcome = OutcomeCompleted
	case types.ServiceDeploymentStatusRollbackSuccessful:
		r.Outcome = OutcomeRolledBack
	case types.ServiceDeploymentStatusRollbackFailed:
		r.Outcome = OutcomeFailed
	case types.ServiceDeploymentStatusStopped:
		r.Outcome = OutcomeStopped
	case types.ServiceDeploymentStatusPending, types.ServiceDeploymentStatusInProgress, types.ServiceDeploymentStatusStopRequested,
		types.ServiceDeploymentStatusRollbackRequested, types.ServiceDeploymentStatusRollbackInProgress:
		r.Outcome = OutcomeInProgress
	default:
		r.OutcomeUnknownWhy = "ECS returned a status that this version does not know: " + string(status)
	}
	begin := started
	if begin == nil {
		begin = created
	}
	if begin != nil && finished != nil {
		r.OutcomeSeconds = int(finished.Sub(*begin).Seconds())
	}
}
