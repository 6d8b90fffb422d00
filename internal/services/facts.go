package services

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	scaling "github.com/aws/aws-sdk-go-v2/service/applicationautoscaling/types"
	ec2 "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
)

// Spot is the name of Fargate Spot's capacity provider, OnDemand that of Fargate's other one.
const (
	Spot     = "FARGATE_SPOT"
	OnDemand = "FARGATE"
)

// Facts are what was read of an account and region.
type Facts struct {
	Clusters []Cluster
	Services []Service // on Fargate Spot, with a desired count above zero, by cluster and name
	// Standalone are the running tasks on Fargate Spot that belong to no service.
	Standalone []Task
	// OnDemand, Idle and Elsewhere count the services that are not in Services: those on Fargate without
	// Spot, those on Spot with a desired count of zero, and those on EC2 or external capacity.
	OnDemand, Idle, Elsewhere int
	// Unread is what could not be read of the account as a whole, a service or a cluster left out.
	Unread []Unread
	// Unseen are the services that were asked for and not found, where what could not be read may hide them.
	Unseen []string
}

// Cluster is an ECS cluster.
type Cluster struct {
	types.Cluster
	// Unread is why its services could not be read; nil: they were, or it has none on Fargate Spot.
	Unread *Unread
}

// Name returns the cluster's name.
func (c *Cluster) Name() string { return aws.ToString(c.ClusterName) }

// HasSpot reports whether Fargate Spot is associated with the cluster. It cannot be dissociated while
// tasks use it (ECS API, PutClusterCapacityProviders).
func (c *Cluster) HasSpot() bool { return c.has(Spot) }

// HasOnDemand reports whether Fargate's on-demand capacity provider is associated with the cluster.
func (c *Cluster) HasOnDemand() bool { return c.has(OnDemand) }

func (c *Cluster) has(provider string) bool {
	for _, each := range c.CapacityProviders {
		if each == provider {
			return true
		}
	}
	return false
}

// Service is an ECS service on Fargate Spot with what surrounds it.
type Service struct {
	types.Service
	Cluster Cluster

	// The rest is nil or incomplete where Unread has an entry of its part.
	TaskDefinition *types.TaskDefinition
	TargetGroups   []TargetGroup
	Subnets        []ec2.Subnet
	Scaling        *scaling.ScalableTarget // nil as well where the service does not scale by itself
	FixedImages    []string                // images of its task definition whose tag cannot move
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

// Task is a running task that no service restarts.
type Task struct {
	ARN        string
	Cluster    string
	Group      string // "family:NAME", or what started it says
	StartedBy  string
	Definition string // ARN
}

// Part is a kind of what is read.
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
	Action  string // the IAM action that would have read it, such as "ec2:DescribeSubnets"
	Denied  bool   // the caller may not; else Why is another failure
	Why     string // one line
	Subject string // what it is about: a cluster's name, a task definition; "" is the account
}

// strategy is the capacity provider strategy that a service's tasks are placed by: its own, or, under
// CODE_DEPLOY and EXTERNAL, those of its task sets. A deployment controller of ECS has no task sets.
func strategy(s *types.Service) []types.CapacityProviderStrategyItem {
	items := slices.Clone(s.CapacityProviderStrategy)
	for _, set := range s.TaskSets {
		items = append(items, set.CapacityProviderStrategy...)
	}
	return items
}

// OnSpot reports whether a service's strategy places tasks on Fargate Spot. The API's default weight is
// 0, and an entry with neither weight nor base places none (ECS API, CapacityProviderStrategyItem).
func OnSpot(s *types.Service) bool { return places(s, Spot) }

// HasOnDemandFloor reports whether a service's strategy places tasks on Fargate on demand as well.
func (s *Service) HasOnDemandFloor() bool { return places(&s.Service, OnDemand) }

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

// Placed returns how many of n tasks a service's strategy places on a provider at most: its base, and its share of
// the others by weight, rounded up.
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

// onFargate reports whether a service without Spot runs on Fargate, for the count of what is left out.
func onFargate(s *types.Service) bool {
	return s.LaunchType == types.LaunchTypeFargate || places(s, OnDemand)
}
