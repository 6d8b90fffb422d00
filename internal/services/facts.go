package services

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	scaling "github.com/aws/aws-sdk-go-v2/service/applicationautoscaling/types"
	ec2 "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
)

// Spot is the name of Fargate Spot's capacity provider, OnDemand that of Fargate on demand.
const (
	Spot     = "FARGATE_SPOT"
	OnDemand = "FARGATE"
)

// Facts is the result of reading an account and Region.
type Facts struct {
	Clusters []Cluster
	Services []Service // on Fargate Spot, with a desired count above zero, sorted by cluster and name
	// Standalone are the running tasks on Fargate Spot that belong to no service.
	Standalone []Task
	// OnDemand, Idle and Elsewhere count the services that are not in Services: those on Fargate without
	// Spot, those on Spot with a desired count of zero, and those on EC2 or external capacity.
	OnDemand, Idle, Elsewhere int
	// Unread lists what could not be read of the account, apart from services and clusters.
	Unread []Unread
	// Unseen are the requested services that were not found, if something that could not be read may contain
	// them.
	Unseen []string
}

// Cluster is an ECS cluster.
type Cluster struct {
	types.Cluster
	// Unread is why its services could not be read; nil if they were, or if it has none on Fargate Spot.
	Unread *Unread
}

// Name returns the cluster's name.
func (c *Cluster) Name() string { return aws.ToString(c.ClusterName) }

// HasSpot reports whether the cluster has the capacity provider FARGATE_SPOT. It cannot be removed while
// tasks use it (ECS API, PutClusterCapacityProviders).
func (c *Cluster) HasSpot() bool { return c.has(Spot) }

// HasOnDemand reports whether the cluster has the capacity provider FARGATE.
func (c *Cluster) HasOnDemand() bool { return c.has(OnDemand) }

func (c *Cluster) has(provider string) bool {
	for _, each := range c.CapacityProviders {
		if each == provider {
			return true
		}
	}
	return false
}

// Service is an ECS service on Fargate Spot with the resources that it uses.
type Service struct {
	types.Service
	Cluster Cluster

	// The other fields are nil or incomplete if Unread has an entry for their part.
	TaskDefinition *types.TaskDefinition
	TargetGroups   []TargetGroup
	Subnets        []ec2.Subnet
	Scaling        *scaling.ScalableTarget // also nil if the service has no auto scaling
	FixedImages    []string                // images of its task definition whose tag is immutable
	Unread         []Unread
}

// Name returns the service's name.
func (s *Service) Name() string { return aws.ToString(s.ServiceName) }

// ARN returns the service's ARN.
func (s *Service) ARN() string { return aws.ToString(s.ServiceArn) }

// TargetGroup is a target group of a service's load balancers.
type TargetGroup struct {
	elb.TargetGroup
	Attributes map[string]string
}

// Task is a running task that does not belong to a service.
type Task struct {
	ARN        string
	Cluster    string
	Group      string // "family:NAME", or as set by the caller that started it
	StartedBy  string
	Definition string // ARN
}

// Part is a part of what is read.
type Part string

// The parts.
const (
	PartClusters       Part = "clusters"
	PartServices       Part = "services"
	PartTaskDefinition Part = "task_definition"
	PartImages         Part = "images"
	PartTargetGroups   Part = "target_groups"
	PartSubnets        Part = "subnets"
	PartScaling        Part = "scaling"
	PartTasks          Part = "tasks"
)

// Unread is a part that could not be read.
type Unread struct {
	Part    Part
	Action  string // the IAM action that reads it, such as "ec2:DescribeSubnets"
	Denied  bool   // access was denied; otherwise Why is another failure
	Why     string // one line
	Subject string // the affected object: a cluster's name, a task definition; "" for the account
	Hint    string // what to do about another failure; "" if all that remains is to retry
}

// strategy returns the capacity provider strategy that places a service's tasks: its own or, with the
// deployment controllers CODE_DEPLOY and EXTERNAL, those of its task sets. Services with the controller ECS
// have no task sets.
func strategy(s *types.Service) []types.CapacityProviderStrategyItem {
	items := slices.Clone(s.CapacityProviderStrategy)
	for _, set := range s.TaskSets {
		items = append(items, set.CapacityProviderStrategy...)
	}
	return items
}

// OnSpot reports whether a service's strategy places tasks on Fargate Spot. The API's default weight is 0,
// and an entry with neither weight nor base places no tasks (ECS API, CapacityProviderStrategyItem).
func OnSpot(s *types.Service) bool { return places(s, Spot) }

// HasOnDemandFloor reports whether a service's strategy places some of the desired tasks on Fargate on demand.
// A base is satisfied before any weight counts (ECS API, CapacityProviderStrategyItem): a base on Fargate Spot
// that covers every task leaves none for a weight on Fargate.
func (s *Service) HasOnDemandFloor() bool { return s.Placed(OnDemand, int(s.DesiredCount)) > 0 }

// OnDemandBase returns how many tasks a service's strategy places on Fargate on demand before any on Spot.
func (s *Service) OnDemandBase() int {
	base := 0
	for _, item := range strategy(&s.Service) {
		if aws.ToString(item.CapacityProvider) == OnDemand {
			base += int(item.Base)
		}
	}
	return base
}

func places(s *types.Service, provider string) bool {
	for _, item := range strategy(s) {
		if aws.ToString(item.CapacityProvider) == provider && (item.Weight > 0 || item.Base > 0) {
			return true
		}
	}
	return false
}

// Placed returns the maximum number of n tasks that a service's strategy places on a provider: its base, and
// its share of the others by weight, rounded up.
func (s *Service) Placed(provider string, n int) int {
	base, weight, bases, weights := 0, 0, 0, 0
	for _, item := range strategy(&s.Service) {
		bases, weights = bases+int(item.Base), weights+int(item.Weight)
		if aws.ToString(item.CapacityProvider) == provider {
			base, weight = base+int(item.Base), weight+int(item.Weight)
		}
	}
	others := max(0, n-bases)
	if weights > 0 {
		base += (others*weight + weights - 1) / weights
	}
	return min(n, base)
}

// onFargate reports whether a service without Spot runs on Fargate.
func onFargate(s *types.Service) bool {
	return s.LaunchType == types.LaunchTypeFargate || places(s, OnDemand)
}
