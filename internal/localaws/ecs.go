package localaws

import (
	"cmp"
	"encoding/json"
	"strings"
)

// ecsService holds one region's clusters.
type ecsService struct {
	region      *region
	clusters    map[string]*cluster
	definitions map[string][]obj // by family, revision 1 first
	events      bus
	nearby      nearby
}

// bus is EventBridge, as far as ECS needs it. The lock is held.
type bus interface {
	// Emit sends an event to the default event bus.
	Emit(source, detailType string, resources []string, detail obj)
}

// nearby are the resources that a seeded service uses. The lock is held.
type nearby interface {
	// SubnetIDs returns the subnets of the region.
	SubnetIDs() []any
	// AddTargetGroup creates a target group with this deregistration delay in seconds, and returns its ARN.
	AddTargetGroup(name string, drain int) string
	// AddScalableTarget lets Application Auto Scaling scale a service between two numbers of tasks.
	AddScalableTarget(id string, least, most int)
}

// newECS returns ECS in one region.
func newECS(r *region, events bus, nearby nearby) *ecsService {
	return &ecsService{region: r, events: events, nearby: nearby, clusters: map[string]*cluster{}, definitions: map[string][]obj{}}
}

type cluster struct {
	name     string
	services map[string]*service
	tasks    []*task // oldest first, including stopped ones
	tags     tags

	providers []string
	strategy  []strategyItem // for services created without one
}

// ecsInput has the members of all calls.
type ecsInput struct {
	Cluster     string
	ClusterName string `check:"re=[a-zA-Z0-9\\-_]{1,255}"`
	Clusters    []string
	Services    []string
	Tasks       []string
	Include     []string
	Service     string
	ServiceName string
	Task        string

	DesiredCount                    *int `check:"min=0"`
	TaskDefinition                  string
	Family                          string
	CapacityProviderStrategy        []strategyItem
	LaunchType                      *string `check:"enum=EC2|FARGATE|EXTERNAL"`
	DeploymentConfiguration         json.RawMessage
	DeploymentController            obj
	NetworkConfiguration            obj
	LoadBalancers                   []obj
	PlatformVersion                 string
	HealthCheckGracePeriodSeconds   *int   `check:"min=0"`
	AvailabilityZoneRebalancing     string `check:"enum=ENABLED|DISABLED"`
	CapacityProviders               []string
	DefaultCapacityProviderStrategy []strategyItem
	ForceNewDeployment              bool
	Force                           bool
	Reason                          string

	ServiceDeploymentArns []string
	CreatedAt             *span

	StartedBy     string
	DesiredStatus string `check:"enum=RUNNING|PENDING|STOPPED"`
	ResourceArn   string
	NextToken     string
	MaxResults    *int `check:"min=1 max=100"`
	tagging
}

// cluster returns the cluster's name from a name or an ARN; "default" if there is none.
func (in *ecsInput) cluster() string {
	return cmp.Or(afterLast(cmp.Or(in.ClusterName, in.Cluster), "/"), "default")
}

func (in *ecsInput) arn(r *region) string {
	service := afterLast(cmp.Or(in.Service, in.ServiceName), "/")
	switch {
	case in.ResourceArn != "":
		return in.ResourceArn
	case in.Family != "" || in.TaskDefinition != "" && service == "":
		return r.arn("ecs", "task-definition/"+cmp.Or(in.Family, in.TaskDefinition))
	case in.Task != "":
		return r.arn("ecs", "task/"+in.cluster()+"/"+afterLast(in.Task, "/"))
	case service != "":
		return r.arn("ecs", "service/"+in.cluster()+"/"+service)
	case len(in.Services) == 1:
		return r.arn("ecs", "service/"+in.cluster()+"/"+afterLast(in.Services[0], "/"))
	}
	return r.arn("ecs", "cluster/"+in.cluster())
}

func (s *ecsService) actions() map[string]action {
	tagResource, untagResource := tagCalls("ecs", s.tagged, func(t *tags) *tags { return t })
	return map[string]action{
		"CreateCluster":               op(s.createCluster),
		"DescribeClusters":            op(s.describeClusters),
		"ListClusters":                op(s.listClusters),
		"PutClusterCapacityProviders": on(s.find, s.putProviders),
		"RegisterTaskDefinition":      op(s.registerTaskDefinition, "Family"),
		"DescribeTaskDefinition":      op(s.describeTaskDefinition, "TaskDefinition"),
		"CreateService":               on(s.find, s.createService, "ServiceName"),
		"UpdateService":               on(s.find, s.updateService, "Service"),
		"DeleteService":               on(s.find, s.deleteService, "Service"),
		"DescribeServices":            on(s.find, s.describeServices),
		"ListServices":                on(s.find, s.listServices),
		"ListServiceDeployments":      on(s.find, s.listServiceDeployments, "Service"),
		"DescribeServiceDeployments":  op(s.describeServiceDeployments),
		"ListTasks":                   on(s.find, s.listTasks),
		"DescribeTasks":               on(s.find, s.describeTasks),
		"StopTask":                    on(s.find, s.stopTask, "Task"),
		"TagResource":                 tagResource,
		"UntagResource":               untagResource,
		"ListTagsForResource":         show(s.tagged, func(t *tags) any { return obj{"tags": lower(*t)} }),
	}
}

func (s *ecsService) find(in *ecsInput) (*cluster, error) {
	if k := s.clusters[in.cluster()]; k != nil {
		return k, nil
	}
	return nil, refuse("ClusterNotFoundException", "Cluster not found.")
}

func ecsInvalid(format string, args ...any) *Error {
	return refuse("InvalidParameterException", format, args...)
}

// describe finds objects by name or ARN; a missing one is a failure in a successful response.
func describe[T any](s *ecsService, member, kind string, names []string, find func(name string) *T, show func(*T) obj) obj {
	found, failures := []obj{}, []obj{}
	for _, name := range names {
		if o := find(name); o != nil {
			found = append(found, show(o))
		} else {
			failures = append(failures, obj{"arn": s.region.arn("ecs", kind+"/"+afterLast(name, "/")), "reason": "MISSING"})
		}
	}
	return obj{member: found, "failures": failures}
}

// cluster returns a cluster, creating it if necessary.
func (s *ecsService) cluster(name string) *cluster {
	if s.clusters[name] == nil {
		s.clusters[name] = &cluster{name: name, services: map[string]*service{}, providers: []string{"FARGATE", "FARGATE_SPOT"}}
	}
	return s.clusters[name]
}

func (s *ecsService) createCluster(_ *call, in *ecsInput) (any, error) {
	k := s.cluster(in.cluster())
	if err := k.tags.add("ecs", in.Tags); err != nil {
		return nil, err
	}
	return obj{"cluster": s.clusterJSON(k)}, nil
}

func (s *ecsService) clusterJSON(k *cluster) obj {
	running, pending, active := 0, 0, 0
	for _, t := range k.tasks {
		running, pending = running+t.runs(), pending+t.pends()
	}
	for _, v := range k.services {
		if v.status == "ACTIVE" {
			active++
		}
	}
	return obj{
		"clusterArn": s.region.arn("ecs", "cluster/"+k.name), "clusterName": k.name, "status": "ACTIVE", "registeredContainerInstancesCount": 0,
		"runningTasksCount": running, "pendingTasksCount": pending, "activeServicesCount": active,
		"capacityProviders": k.providers, "defaultCapacityProviderStrategy": append([]strategyItem{}, k.strategy...), "tags": lower(k.tags),
	}
}

func (s *ecsService) describeClusters(_ *call, in *ecsInput) (any, error) {
	if len(in.Clusters) == 0 {
		in.Clusters = []string{"default"}
	}
	find := func(name string) *cluster { return s.clusters[afterLast(name, "/")] }
	return describe(s, "clusters", "cluster", in.Clusters, find, s.clusterJSON), nil
}

func (s *ecsService) listClusters(_ *call, in *ecsInput) (any, error) {
	var arns []string
	for _, k := range sorted(s.clusters) {
		arns = append(arns, s.region.arn("ecs", "cluster/"+k.name))
	}
	return paged("ecs", "clusterArns", arns, "nextToken", in.NextToken, in.MaxResults, 100)
}

// Running returns the number of running tasks on a capacity provider. The lock must be held.
func (s *ecsService) Running(provider string) int {
	n := 0
	for _, k := range s.clusters {
		for _, t := range k.tasks {
			if t.provider == provider {
				n += t.runs()
			}
		}
	}
	return n
}

// Tagged returns the tags of all clusters and services, by ARN. The lock must be held.
func (s *ecsService) Tagged() map[string]tags {
	all := map[string]tags{}
	for _, k := range s.clusters {
		all[s.region.arn("ecs", "cluster/"+k.name)] = k.tags
		for _, v := range k.services {
			all[s.serviceARN(v)] = v.tags
		}
	}
	return all
}

// tagged returns the tags of the cluster or service of an ARN.
func (s *ecsService) tagged(in *ecsInput) (*tags, error) {
	parts := strings.Split(afterLast(in.ResourceArn, ":"), "/")
	if len(parts) < 2 || s.clusters[parts[1]] == nil {
		return nil, refuse("ClusterNotFoundException", "Cluster not found.")
	}
	k, name := s.clusters[parts[1]], parts[len(parts)-1]
	switch {
	case parts[0] == "cluster":
		return &k.tags, nil
	case parts[0] == "service" && k.services[name] != nil:
		return &k.services[name].tags, nil
	}
	return nil, ecsInvalid("The specified resource is not found: %s", in.ResourceArn)
}

// lower returns the tags in ECS's form, with lower case keys.
func lower(t tags) []obj {
	l := []obj{}
	for _, e := range t.list() {
		l = append(l, obj{"key": e.Key, "value": e.Value})
	}
	return l
}
