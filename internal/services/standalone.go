package services

import (
	"context"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

// tasksAtOnce is the maximum page size of ListTasks and the maximum of DescribeTasks.
const tasksAtOnce = 100

// standalone finds tasks on Fargate Spot that do not belong to a service. A cluster is only read if it runs
// more tasks than its services account for.
func (r *reader) standalone(ctx context.Context) error {
	return each(ctx, r.facts.Clusters, func(ctx context.Context, c Cluster) error {
		if !c.HasSpot() || c.Unread != nil || int(c.RunningTasksCount) <= r.running[c.Name()] {
			return nil
		}
		unread, err := r.tasksOf(ctx, &c)
		if unread != nil {
			r.note(func(f *Facts) { f.Unread = append(f.Unread, *unread) })
		}
		return err
	})
}

func (r *reader) tasksOf(ctx context.Context, c *Cluster) (*Unread, error) {
	var token *string
	for {
		a := access{PartTasks, "ecs:ListTasks", c.Name(), false}
		page, unread, err := read(ctx, r, r.limits.tasks, a, func(ctx context.Context) (*ecs.ListTasksOutput, error) {
			return r.clients.ECS.ListTasks(ctx, &ecs.ListTasksInput{Cluster: c.ClusterArn, DesiredStatus: types.DesiredStatusRunning, NextToken: token})
		})
		if err != nil || unread != nil {
			return unread, err
		}
		for batch := range slices.Chunk(page.TaskArns, tasksAtOnce) {
			a := access{PartTasks, "ecs:DescribeTasks", c.Name(), false}
			response, unread, err := read(ctx, r, r.limits.tasks, a, func(ctx context.Context) (*ecs.DescribeTasksOutput, error) {
				return r.clients.ECS.DescribeTasks(ctx, &ecs.DescribeTasksInput{Cluster: c.ClusterArn, Tasks: batch})
			})
			if err != nil || unread != nil {
				return unread, err
			}
			r.keepStandalone(c, response.Tasks)
		}
		if token = page.NextToken; aws.ToString(token) == "" {
			return nil, nil
		}
	}
}

func (r *reader) keepStandalone(c *Cluster, tasks []types.Task) {
	r.note(func(f *Facts) {
		for _, t := range tasks {
			if aws.ToString(t.CapacityProviderName) == Spot && !strings.HasPrefix(aws.ToString(t.Group), "service:") {
				f.Standalone = append(f.Standalone, Task{
					ARN: aws.ToString(t.TaskArn), Cluster: c.Name(), Group: aws.ToString(t.Group),
					StartedBy: aws.ToString(t.StartedBy), Definition: aws.ToString(t.TaskDefinitionArn),
				})
			}
		}
	})
}
