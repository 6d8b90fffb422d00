package services

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	scaling "github.com/aws/aws-sdk-go-v2/service/applicationautoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	ecrtypes "github.com/aws/aws-sdk-go-v2/service/ecr/types"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	elbtypes "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
	"github.com/aws/smithy-go"

	"github.com/spothandler/spothandler/internal/handler"
)

const (
	arnRoot = "arn:aws:ecs:eu-west-1:111122223333:"
	elbRoot = "arn:aws:elasticloadbalancing:eu-west-1:111122223333:targetgroup/"
)

// fakeAWS is an account that responds as AWS documents it, including page sizes and limits. It records the
// time of each call.
type fakeAWS struct {
	clusters []types.Cluster
	services map[string][]types.Service // by cluster name
	tasks    map[string][]types.Task    // by cluster name
	denied   map[string]string          // by action: the error code
	gone     map[string]bool            // names and ARNs that are listed but not described
	latency  time.Duration
	// repositories are the registry's, images those of the task definitions' only container; "" if none.
	repositories []ecrtypes.Repository
	images       map[string]string // by family:revision

	mu    sync.Mutex
	calls map[string][]time.Time // by action
}

func (w *fakeAWS) clients() Clients { return Clients{w, w, w, w, w} }

func (w *fakeAWS) call(action string) error {
	time.Sleep(w.latency)
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.calls == nil {
		w.calls = map[string][]time.Time{}
	}
	w.calls[action] = append(w.calls[action], time.Now())
	if code := w.denied[action]; code != "" {
		return &smithy.GenericAPIError{Code: code, Message: "not authorized to perform: " + action}
	}
	return nil
}

func (w *fakeAWS) total() int {
	n := 0
	for _, times := range w.calls {
		n += len(times)
	}
	return n
}

// page returns a page of a list; the token is the next index.
func page[T any](all []T, token *string, size int) ([]T, *string) {
	from := 0
	if token != nil {
		_, _ = fmt.Sscan(*token, &from)
	}
	to := min(from+size, len(all))
	if to == len(all) {
		return all[from:to], nil
	}
	return all[from:to], aws.String(fmt.Sprint(to))
}

func (w *fakeAWS) ListClusters(_ context.Context, in *ecs.ListClustersInput, _ ...func(*ecs.Options)) (*ecs.ListClustersOutput, error) {
	if err := w.call("ecs:ListClusters"); err != nil {
		return nil, err
	}
	var arns []string
	for _, c := range w.clusters {
		arns = append(arns, *c.ClusterArn)
	}
	arns, next := page(arns, in.NextToken, min(100, int(aws.ToInt32(in.MaxResults))))
	return &ecs.ListClustersOutput{ClusterArns: arns, NextToken: next}, nil
}

func (w *fakeAWS) DescribeClusters(_ context.Context, in *ecs.DescribeClustersInput, _ ...func(*ecs.Options)) (*ecs.DescribeClustersOutput, error) {
	if err := w.call("ecs:DescribeClusters"); err != nil {
		return nil, err
	}
	if len(in.Clusters) > 100 {
		return nil, &smithy.GenericAPIError{Code: "InvalidParameterException", Message: "Clusters cannot have more than 100 elements"}
	}
	out := &ecs.DescribeClustersOutput{}
	for _, asked := range in.Clusters {
		at := slices.IndexFunc(w.clusters, func(c types.Cluster) bool { return *c.ClusterArn == asked || *c.ClusterName == asked })
		if at < 0 || w.gone[*w.clusters[at].ClusterName] {
			out.Failures = append(out.Failures, types.Failure{Arn: aws.String(arnRoot + "cluster/" + handler.NameOf(asked)), Reason: aws.String("MISSING")})
			continue
		}
		out.Clusters = append(out.Clusters, w.clusters[at])
	}
	return out, nil
}

func (w *fakeAWS) ListServices(_ context.Context, in *ecs.ListServicesInput, _ ...func(*ecs.Options)) (*ecs.ListServicesOutput, error) {
	if err := w.call("ecs:ListServices"); err != nil {
		return nil, err
	}
	size := 10 // AWS's default
	if in.MaxResults != nil {
		size = min(100, int(*in.MaxResults))
	}
	var arns []string
	for _, s := range w.services[handler.NameOf(*in.Cluster)] {
		arns = append(arns, *s.ServiceArn)
	}
	arns, next := page(arns, in.NextToken, size)
	return &ecs.ListServicesOutput{ServiceArns: arns, NextToken: next}, nil
}

func (w *fakeAWS) DescribeServices(_ context.Context, in *ecs.DescribeServicesInput, _ ...func(*ecs.Options)) (*ecs.DescribeServicesOutput, error) {
	if err := w.call("ecs:DescribeServices"); err != nil {
		return nil, err
	}
	if len(in.Services) > 10 {
		return nil, &smithy.GenericAPIError{Code: "InvalidParameterException", Message: "Services cannot have more than 10 elements"}
	}
	out := &ecs.DescribeServicesOutput{}
	for _, asked := range in.Services {
		at := slices.IndexFunc(w.services[handler.NameOf(*in.Cluster)], func(s types.Service) bool { return *s.ServiceArn == asked })
		if at < 0 || w.gone[asked] {
			out.Failures = append(out.Failures, types.Failure{Arn: &asked, Reason: aws.String("MISSING")})
			continue
		}
		out.Services = append(out.Services, w.services[handler.NameOf(*in.Cluster)][at])
	}
	return out, nil
}

func (w *fakeAWS) DescribeTaskDefinition(_ context.Context, in *ecs.DescribeTaskDefinitionInput, _ ...func(*ecs.Options)) (*ecs.DescribeTaskDefinitionOutput, error) {
	if err := w.call("ecs:DescribeTaskDefinition"); err != nil {
		return nil, err
	}
	if w.gone[*in.TaskDefinition] {
		return nil, &smithy.GenericAPIError{Code: "ClientException", Message: "Unable to describe task definition."}
	}
	definition := &types.TaskDefinition{TaskDefinitionArn: in.TaskDefinition}
	if image := w.images[handler.NameOf(*in.TaskDefinition)]; image != "" {
		definition.ContainerDefinitions = []types.ContainerDefinition{{Name: aws.String("app"), Image: &image}}
	}
	return &ecs.DescribeTaskDefinitionOutput{TaskDefinition: definition}, nil
}

func (w *fakeAWS) ListTasks(_ context.Context, in *ecs.ListTasksInput, _ ...func(*ecs.Options)) (*ecs.ListTasksOutput, error) {
	if err := w.call("ecs:ListTasks"); err != nil {
		return nil, err
	}
	var arns []string
	for _, t := range w.tasks[handler.NameOf(*in.Cluster)] {
		arns = append(arns, *t.TaskArn)
	}
	arns, next := page(arns, in.NextToken, 100)
	return &ecs.ListTasksOutput{TaskArns: arns, NextToken: next}, nil
}

func (w *fakeAWS) DescribeTasks(_ context.Context, in *ecs.DescribeTasksInput, _ ...func(*ecs.Options)) (*ecs.DescribeTasksOutput, error) {
	if err := w.call("ecs:DescribeTasks"); err != nil {
		return nil, err
	}
	out := &ecs.DescribeTasksOutput{}
	for _, t := range w.tasks[handler.NameOf(*in.Cluster)] {
		if slices.Contains(in.Tasks, *t.TaskArn) {
			out.Tasks = append(out.Tasks, t)
		}
	}
	return out, nil
}

// DescribeTargetGroups returns those that the services use, and as many others.
func (w *fakeAWS) DescribeTargetGroups(_ context.Context, in *elb.DescribeTargetGroupsInput, _ ...func(*elb.Options)) (*elb.DescribeTargetGroupsOutput, error) {
	if err := w.call("elasticloadbalancing:DescribeTargetGroups"); err != nil {
		return nil, err
	}
	var groups []elbtypes.TargetGroup
	for _, cluster := range slices.Sorted(maps.Keys(w.services)) {
		services := w.services[cluster]
		for i := range services {
			for _, arn := range (&Service{Service: services[i]}).targetGroupARNs() {
				if !w.gone[arn] {
					groups = append(groups, elbtypes.TargetGroup{TargetGroupArn: &arn, TargetGroupName: aws.String(strings.Split(arn, "/")[1])})
				}
				groups = append(groups, elbtypes.TargetGroup{TargetGroupArn: aws.String(elbRoot + "other/" + handler.NameOf(arn))})
			}
		}
	}
	groups, next := page(groups, in.Marker, min(400, int(aws.ToInt32(in.PageSize))))
	return &elb.DescribeTargetGroupsOutput{TargetGroups: groups, NextMarker: next}, nil
}

func (w *fakeAWS) DescribeTargetGroupAttributes(_ context.Context, _ *elb.DescribeTargetGroupAttributesInput, _ ...func(*elb.Options)) (*elb.DescribeTargetGroupAttributesOutput, error) {
	if err := w.call("elasticloadbalancing:DescribeTargetGroupAttributes"); err != nil {
		return nil, err
	}
	return &elb.DescribeTargetGroupAttributesOutput{Attributes: []elbtypes.TargetGroupAttribute{
		{Key: aws.String("deregistration_delay.timeout_seconds"), Value: aws.String("300")},
	}}, nil
}

func (w *fakeAWS) DescribeSubnets(_ context.Context, in *ec2.DescribeSubnetsInput, _ ...func(*ec2.Options)) (*ec2.DescribeSubnetsOutput, error) {
	if err := w.call("ec2:DescribeSubnets"); err != nil {
		return nil, err
	}
	out := &ec2.DescribeSubnetsOutput{}
	for _, id := range in.Filters[0].Values {
		if !w.gone[id] {
			out.Subnets = append(out.Subnets, ec2types.Subnet{SubnetId: &id, AvailabilityZoneId: aws.String("euw1-az1")})
		}
	}
	return out, nil
}

func (w *fakeAWS) DescribeScalableTargets(_ context.Context, in *applicationautoscaling.DescribeScalableTargetsInput, _ ...func(*applicationautoscaling.Options)) (*applicationautoscaling.DescribeScalableTargetsOutput, error) {
	if err := w.call("application-autoscaling:DescribeScalableTargets"); err != nil {
		return nil, err
	}
	out := &applicationautoscaling.DescribeScalableTargetsOutput{}
	for _, id := range in.ResourceIds {
		if strings.HasSuffix(id, "1") {
			out.ScalableTargets = append(out.ScalableTargets, scaling.ScalableTarget{ResourceId: &id, MinCapacity: aws.Int32(1)})
		}
	}
	return out, nil
}

func (w *fakeAWS) DescribeRepositories(_ context.Context, in *ecr.DescribeRepositoriesInput, _ ...func(*ecr.Options)) (*ecr.DescribeRepositoriesOutput, error) {
	if err := w.call("ecr:DescribeRepositories"); err != nil {
		return nil, err
	}
	found, next := page(w.repositories, in.NextToken, min(2, int(*in.MaxResults)))
	return &ecr.DescribeRepositoriesOutput{Repositories: found, NextToken: next}, nil
}

// addCluster adds a cluster with these capacity providers.
func (w *fakeAWS) addCluster(name string, providers ...string) {
	w.clusters = append(w.clusters, types.Cluster{
		ClusterName: &name, ClusterArn: aws.String(arnRoot + "cluster/" + name), Status: aws.String("ACTIVE"), CapacityProviders: providers,
	})
}

// addService adds an active service of two tasks with a separate task definition and target group, placed on
// the providers.
func (w *fakeAWS) addService(cluster, name string, providers ...string) *types.Service {
	s := types.Service{
		ServiceName: &name, ServiceArn: aws.String(arnRoot + "service/" + cluster + "/" + name), Status: aws.String("ACTIVE"),
		DesiredCount: 2, RunningCount: 2, TaskDefinition: aws.String(arnRoot + "task-definition/" + name + ":1"),
		LoadBalancers: []types.LoadBalancer{{TargetGroupArn: aws.String(elbRoot + name + "/0123456789abcdef")}},
		NetworkConfiguration: &types.NetworkConfiguration{AwsvpcConfiguration: &types.AwsVpcConfiguration{
			Subnets: []string{"subnet-" + cluster + "-a", "subnet-" + cluster + "-b"},
		}},
	}
	for _, provider := range providers {
		s.CapacityProviderStrategy = append(s.CapacityProviderStrategy, types.CapacityProviderStrategyItem{CapacityProvider: aws.String(provider), Weight: 1})
	}
	if w.services == nil {
		w.services = map[string][]types.Service{}
	}
	w.services[cluster] = append(w.services[cluster], s)
	return &w.services[cluster][len(w.services[cluster])-1]
}
