package localaws

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

// createService creates the service "api" in the cluster "shop" with change applied, and desired count 0.
func createService(change func(*ecs.CreateServiceInput)) func(context.Context, clients) (string, error) {
	return func(ctx context.Context, c clients) (string, error) {
		in := &ecs.CreateServiceInput{
			Cluster: aws.String("shop"), ServiceName: aws.String("api"), TaskDefinition: aws.String("api"), DesiredCount: aws.Int32(0),
			CapacityProviderStrategy: []types.CapacityProviderStrategyItem{{CapacityProvider: aws.String("FARGATE_SPOT"), Weight: 1}},
			Tags:                     []types.Tag{{Key: aws.String("spothandler"), Value: aws.String("off")}},
		}
		change(in)
		out, err := c.ecs.CreateService(ctx, in)
		if err != nil {
			return "", err
		}
		return text(aws.ToString(out.Service.ServiceArn), aws.ToString(out.Service.Status), len(out.Service.Deployments)), nil
	}
}

func describeService(cluster, name string) func(context.Context, clients) (string, error) {
	return func(ctx context.Context, c clients) (string, error) {
		out, err := c.ecs.DescribeServices(ctx, &ecs.DescribeServicesInput{Cluster: aws.String(cluster), Services: []string{name}, Include: []types.ServiceField{types.ServiceFieldTags}})
		if err != nil {
			return "", err
		}
		if len(out.Services) == 0 {
			return text(aws.ToString(out.Failures[0].Reason)), nil
		}
		v := out.Services[0]
		facts := []any{aws.ToString(v.Status), v.DesiredCount, aws.ToString(v.TaskDefinition)}
		for _, t := range v.Tags {
			facts = append(facts, aws.ToString(t.Key)+"="+aws.ToString(t.Value))
		}
		return text(facts...), nil
	}
}

func updateService(in *ecs.UpdateServiceInput) func(context.Context, clients) (string, error) {
	return func(ctx context.Context, c clients) (string, error) {
		_, err := c.ecs.UpdateService(ctx, in)
		return "done", err
	}
}

func ecsSteps() []step {
	const prefix = "arn:aws:ecs:us-east-1:123456789012:"
	shop, api := aws.String("shop"), aws.String("api")
	return []step{
		{name: "a cluster that is not there", want: "MISSING", call: func(ctx context.Context, c clients) (string, error) {
			out, err := c.ecs.DescribeClusters(ctx, &ecs.DescribeClustersInput{Clusters: []string{"shop"}})
			if err != nil || len(out.Failures) == 0 {
				return "no failure", err
			}
			return aws.ToString(out.Failures[0].Reason), nil
		}},
		{name: "a service of a cluster that is not there", call: describeService("shop", "api"), want: "ClusterNotFoundException"},
		{name: "create a cluster", want: prefix + "cluster/shop ACTIVE", call: func(ctx context.Context, c clients) (string, error) {
			out, err := c.ecs.CreateCluster(ctx, &ecs.CreateClusterInput{ClusterName: shop})
			if err != nil {
				return "", err
			}
			return text(aws.ToString(out.Cluster.ClusterArn), aws.ToString(out.Cluster.Status)), nil
		}},
		{name: "list clusters", want: "[" + prefix + "cluster/shop]", call: func(ctx context.Context, c clients) (string, error) {
			out, err := c.ecs.ListClusters(ctx, &ecs.ListClustersInput{})
			if err != nil {
				return "", err
			}
			return text(out.ClusterArns), nil
		}},
		{name: "a service of no task definition", call: createService(func(*ecs.CreateServiceInput) {}), want: "ClientException"},
		{name: "a task definition", want: prefix + "task-definition/api:1 1", call: func(ctx context.Context, c clients) (string, error) {
			out, err := c.ecs.RegisterTaskDefinition(ctx, &ecs.RegisterTaskDefinitionInput{
				Family: api, Cpu: aws.String("256"), Memory: aws.String("512"), NetworkMode: types.NetworkModeAwsvpc,
				RequiresCompatibilities: []types.Compatibility{types.CompatibilityFargate},
				ContainerDefinitions:    []types.ContainerDefinition{{Name: aws.String("app"), Image: aws.String("app"), StopTimeout: aws.Int32(90)}},
			})
			if err != nil {
				return "", err
			}
			return text(aws.ToString(out.TaskDefinition.TaskDefinitionArn), out.TaskDefinition.Revision), nil
		}},
		{name: "the task definition", want: "app 90", call: func(ctx context.Context, c clients) (string, error) {
			out, err := c.ecs.DescribeTaskDefinition(ctx, &ecs.DescribeTaskDefinitionInput{TaskDefinition: api})
			if err != nil {
				return "", err
			}
			container := out.TaskDefinition.ContainerDefinitions[0]
			return text(aws.ToString(container.Name), aws.ToInt32(container.StopTimeout)), nil
		}},
		{name: "another task definition", want: "ClientException", call: func(ctx context.Context, c clients) (string, error) {
			_, err := c.ecs.DescribeTaskDefinition(ctx, &ecs.DescribeTaskDefinitionInput{TaskDefinition: aws.String("none")})
			return "done", err
		}},
		{name: "a service", call: createService(func(*ecs.CreateServiceInput) {}), want: prefix + "service/shop/api ACTIVE 1"},
		{name: "the same service", call: refused(createService(func(*ecs.CreateServiceInput) {})), want: "InvalidParameterException", moto: accepted, because: "moto replaces it; AWS: Creation of service was not idempotent"},
		{name: "describe it", call: describeService("shop", "api"), want: "ACTIVE 0 " + prefix + "task-definition/api:1 spothandler=off"},
		{name: "describe it by its ARN", call: describeService(prefix+"cluster/shop", prefix+"service/shop/api"), want: "ACTIVE 0 " + prefix + "task-definition/api:1 spothandler=off"},
		{name: "describe another", call: describeService("shop", "web"), want: "MISSING"},
		{name: "list services", want: "[" + prefix + "service/shop/api]", call: func(ctx context.Context, c clients) (string, error) {
			out, err := c.ecs.ListServices(ctx, &ecs.ListServicesInput{Cluster: shop})
			if err != nil {
				return "", err
			}
			return text(out.ServiceArns), nil
		}},
		{name: "no tasks", want: "[]", call: func(ctx context.Context, c clients) (string, error) {
			out, err := c.ecs.ListTasks(ctx, &ecs.ListTasksInput{Cluster: shop, ServiceName: api})
			if err != nil {
				return "", err
			}
			return text(out.TaskArns), nil
		}},
		{name: "redeploy it", call: updateService(&ecs.UpdateServiceInput{Cluster: shop, Service: api, ForceNewDeployment: true}), want: "done"},
		{name: "redeploy another", call: updateService(&ecs.UpdateServiceInput{Cluster: shop, Service: aws.String("web"), ForceNewDeployment: true}), want: "ServiceNotFoundException"},
		{name: "redeploy one of a cluster that is not there", call: updateService(&ecs.UpdateServiceInput{Cluster: aws.String("mall"), Service: api, ForceNewDeployment: true}), want: "ClusterNotFoundException"},
		{name: "the service's tags", want: "spothandler=off", call: func(ctx context.Context, c clients) (string, error) {
			out, err := c.ecs.ListTagsForResource(ctx, &ecs.ListTagsForResourceInput{ResourceArn: aws.String(prefix + "service/shop/api")})
			if err != nil || len(out.Tags) == 0 {
				return "none", err
			}
			return aws.ToString(out.Tags[0].Key) + "=" + aws.ToString(out.Tags[0].Value), nil
		}},
		{name: "stop a task that is not there", want: "InvalidParameterException", moto: "no AWS response", because: "moto breaks with an internal error; AWS: The referenced task was not found", call: func(ctx context.Context, c clients) (string, error) {
			_, err := c.ecs.StopTask(ctx, &ecs.StopTaskInput{Cluster: shop, Task: aws.String("0123456789abcdef0123456789abcdef")})
			return "done", err
		}},
		{name: "delete it", want: "done", call: func(ctx context.Context, c clients) (string, error) {
			_, err := c.ecs.DeleteService(ctx, &ecs.DeleteServiceInput{Cluster: shop, Service: api})
			return "done", err
		}},
	}
}
