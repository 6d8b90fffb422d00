package simulate

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/handler"
	"github.com/spothandler/spothandler/internal/services"
)

// TasksAPI is the part of ECS that is used.
type TasksAPI interface {
	ListTasks(context.Context, *ecs.ListTasksInput, ...func(*ecs.Options)) (*ecs.ListTasksOutput, error)
	DescribeTasks(context.Context, *ecs.DescribeTasksInput, ...func(*ecs.Options)) (*ecs.DescribeTasksOutput, error)
}

var _ TasksAPI = (*ecs.Client)(nil)

// tasksAtOnce is the maximum of DescribeTasks, and the maximum page size of ListTasks.
const tasksAtOnce = 100

// TaskOf returns the task of a cluster with this ID or ARN. An *apperr.Error reports that it does not exist, or does
// not belong to a service.
func TaskOf(ctx context.Context, api TasksAPI, cluster, id string) (*types.Task, error) {
	out, err := api.DescribeTasks(ctx, &ecs.DescribeTasksInput{Cluster: &cluster, Tasks: []string{id}})
	if err != nil {
		return nil, err
	}
	if len(out.Tasks) == 0 {
		return nil, apperr.Invalid("aws ecs list-tasks --cluster "+handler.NameOf(cluster), "--task %s: cluster %s has no such task; ECS keeps stopped tasks for about an hour", id, handler.NameOf(cluster))
	}
	task := &out.Tasks[0]
	if kind, _, _ := strings.Cut(aws.ToString(task.Group), ":"); kind != "service" {
		return nil, apperr.Invalid("--service NAME   a task of that service", "--task %s belongs to no service: nothing would be redeployed for it", id)
	}
	return task, nil
}

// ServiceOf returns the name of the service that a task belongs to.
func ServiceOf(task *types.Task) string {
	return strings.TrimPrefix(aws.ToString(task.Group), "service:")
}

// LiveTask returns a running task of a service on Fargate Spot, or nil if there is none.
func LiveTask(ctx context.Context, api TasksAPI, cluster, service string) (*types.Task, error) {
	list, err := api.ListTasks(ctx, &ecs.ListTasksInput{
		Cluster: &cluster, ServiceName: &service, DesiredStatus: types.DesiredStatusRunning, MaxResults: aws.Int32(tasksAtOnce),
	})
	if err != nil || len(list.TaskArns) == 0 {
		return nil, err
	}
	out, err := api.DescribeTasks(ctx, &ecs.DescribeTasksInput{Cluster: &cluster, Tasks: list.TaskArns})
	if err != nil {
		return nil, err
	}
	at := slices.IndexFunc(out.Tasks, func(t types.Task) bool {
		return aws.ToString(t.LastStatus) == "RUNNING" && OnSpot(&t)
	})
	if at < 0 {
		return nil, nil //nolint:nilnil // nil means none
	}
	return &out.Tasks[at], nil
}

// OnSpot reports whether a task runs on Fargate Spot.
func OnSpot(task *types.Task) bool { return aws.ToString(task.CapacityProviderName) == services.Spot }

// PlaceholderEvent returns the event of a task that does not exist, for a service without a running task on Spot. The
// task belongs to the service's primary deployment.
func PlaceholderEvent(service *services.Service, clusterARN string, at time.Time) handler.Event {
	e := services.Notice(clusterARN, service.Name(), at)
	for _, d := range service.Deployments {
		if aws.ToString(d.Status) == "PRIMARY" {
			e.Detail["startedBy"] = aws.ToString(d.Id)
			e.Detail["taskDefinitionArn"] = aws.ToString(d.TaskDefinition)
		}
	}
	return e
}
