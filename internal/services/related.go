package services

import (
	"context"
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	scaling "github.com/aws/aws-sdk-go-v2/service/applicationautoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"golang.org/x/sync/errgroup"

	"github.com/spothandler/spothandler/internal/handler"
)

// related reads the resources that the services use, each once, however many services share it.
func (r *reader) related(ctx context.Context, found []Service) error {
	group, ctx := errgroup.WithContext(ctx)
	for _, part := range []func(context.Context, []Service) error{r.definitionsAndImages, r.targetGroups, r.subnets, r.scalableTargets} {
		group.Go(func() error { return part(ctx, found) })
	}
	return group.Wait()
}

// definitionsAndImages reads the task definitions, then their images.
func (r *reader) definitionsAndImages(ctx context.Context, found []Service) error {
	if err := r.definitions(ctx, found); err != nil {
		return err
	}
	return r.images(ctx, found)
}

func (r *reader) definitions(ctx context.Context, found []Service) error {
	users := sharing(found, func(s *Service) []string { return []string{s.definition()} })
	return each(ctx, slices.Sorted(maps.Keys(users)), func(ctx context.Context, arn string) error {
		a := access{PartTaskDefinition, "ecs:DescribeTaskDefinition", handler.NameOf(arn), true}
		response, unread, err := read(ctx, r, r.limits.definitions, a, func(ctx context.Context) (*ecs.DescribeTaskDefinitionOutput, error) {
			return r.clients.ECS.DescribeTaskDefinition(ctx, &ecs.DescribeTaskDefinitionInput{TaskDefinition: &arn})
		})
		if err != nil {
			return err
		}
		if unread != nil {
			r.markUnread(users[arn], *unread)
		} else {
			r.note(func(*Facts) {
				for _, s := range users[arn] {
					s.TaskDefinition = response.TaskDefinition
				}
			})
		}
		r.advance(func(p *Progress) { p.ServicesRead += len(users[arn]) })
		return nil
	})
}

// subnetsAtOnce is the maximum number of values in a filter of DescribeSubnets (EC2 API, Filter).
const subnetsAtOnce = 200

// subnets uses a filter, because one unknown ID makes a call by IDs fail.
func (r *reader) subnets(ctx context.Context, found []Service) error {
	users := sharing(found, (*Service).subnetIDs)
	for batch := range slices.Chunk(slices.Sorted(maps.Keys(users)), subnetsAtOnce) {
		var token *string
		for {
			a := access{PartSubnets, "ec2:DescribeSubnets", "", true}
			response, unread, err := read(ctx, r, r.limits.subnets, a, func(ctx context.Context) (*ec2.DescribeSubnetsOutput, error) {
				return r.clients.EC2.DescribeSubnets(ctx, &ec2.DescribeSubnetsInput{
					Filters: []ec2types.Filter{{Name: aws.String("subnet-id"), Values: batch}}, NextToken: token,
				})
			})
			if err != nil {
				return err
			}
			if unread != nil {
				r.markUnread(usersOf(users, batch), *unread)
				break
			}
			r.note(func(*Facts) {
				for _, subnet := range response.Subnets {
					for _, s := range users[aws.ToString(subnet.SubnetId)] {
						s.Subnets = append(s.Subnets, subnet)
					}
				}
			})
			if token = response.NextToken; aws.ToString(token) == "" {
				break
			}
		}
	}
	return nil
}

// targetsAtOnce is the maximum of DescribeScalableTargets.
const targetsAtOnce = 50

func (r *reader) scalableTargets(ctx context.Context, found []Service) error {
	users := sharing(found, func(s *Service) []string { return []string{"service/" + s.Cluster.Name() + "/" + s.Name()} })
	for batch := range slices.Chunk(slices.Sorted(maps.Keys(users)), targetsAtOnce) {
		a := access{PartScaling, "application-autoscaling:DescribeScalableTargets", "", true}
		response, unread, err := read(ctx, r, r.limits.scaling, a, func(ctx context.Context) (*applicationautoscaling.DescribeScalableTargetsOutput, error) {
			return r.clients.Scaling.DescribeScalableTargets(ctx, &applicationautoscaling.DescribeScalableTargetsInput{
				ServiceNamespace:  scaling.ServiceNamespaceEcs,
				ScalableDimension: scaling.ScalableDimensionECSServiceDesiredCount,
				ResourceIds:       batch,
			})
		})
		if err != nil {
			return err
		}
		if unread != nil {
			r.markUnread(usersOf(users, batch), *unread)
			continue
		}
		r.note(func(*Facts) {
			for _, target := range response.ScalableTargets {
				for _, s := range users[aws.ToString(target.ResourceId)] {
					s.Scaling = &target
				}
			}
		})
	}
	return nil
}
