// Package ecs is ECS of the local AWS: clusters, services, their deployments and tasks, the service scheduler,
// and the interruption of tasks on Fargate Spot.
package ecs

import (
	"cmp"
	"encoding/json"
	"strings"

	"github.com/spothandler/spothandler/internal/localaws/api"
)

// Clusters holds one Region's clusters.
type Clusters struct {
	region      *api.Region
	clusters    map[string]*cluster
	definitions map[string][]api.Obj // by family, revision 1 first
	events      Bus
	nearby      Nearby
}

// Bus is EventBridge, as far as ECS needs it. The lock is held.
type Bus interface {
	// Emit sends an event to the default event bus.
	Emit(source, detailType string, resources []string, detail api.Obj)
}

// Nearby are the resources that a seeded service uses. The lock is held.
type Nearby interface {
	// SubnetIDs returns the subnets of the Region.
	SubnetIDs() []any
	// AddTargetGroup creates a target group with this deregistration delay in seconds, and returns its ARN.
	AddTargetGroup(name string, drain int) string
	// AddScalableTarget lets Application Auto Scaling scale a service between two numbers of tasks.
	AddScalableTarget(id string, least, most int)
}

// New returns ECS in one Region.
func New(r *api.Region, events Bus, nearby Nearby) *Clusters {
	return &Clusters{region: r, events: events, nearby: nearby, clusters: map[string]*cluster{}, definitions: map[string][]api.Obj{}}
}

type cluster struct {
	name     string
	services map[string]*service
	tasks    []*task // oldest first, including stopped ones
	tags     api.Tags

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
	DeploymentController            api.Obj
	NetworkConfiguration            api.Obj
	LoadBalancers                   []api.Obj
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
	api.Tagging
}

// cluster returns the cluster's name from a name or an ARN; "default" if there is none.
func (in *ecsInput) cluster() string {
	return cmp.Or(api.AfterLast(cmp.Or(in.ClusterName, in.Cluster), "/"), "default")
}

func (in *ecsInput) ARN(r *api.Region) string {
	service := api.AfterLast(cmp.Or(in.Service, in.ServiceName), "/")
	switch {
	case in.ResourceArn != "":
		return in.ResourceArn
	case in.Family != "" || in.TaskDefinition != "" && service == "":
		return r.ARN("ecs", "task-definition/"+cmp.Or(in.Family, in.TaskDefinition))
	case in.Task != "":
		return r.ARN("ecs", "task/"+in.cluster()+"/"+api.AfterLast(in.Task, "/"))
	case service != "":
		return r.ARN("ecs", "service/"+in.cluster()+"/"+service)
	case len(in.Services) == 1:
		return r.ARN("ecs", "service/"+in.cluster()+"/"+api.AfterLast(in.Services[0], "/"))
	}
	return r.ARN("ecs", "cluster/"+in.cluster())
}

// Actions returns the actions by name.
func (s *Clusters) Actions() map[string]api.Action {
	tagResource, untagResource := api.TagCalls("ecs", s.tagged, func(t *api.Tags) *api.Tags { return t })
	return map[string]api.Action{
		"CreateCluster":               api.Op(s.createCluster),
		"DescribeClusters":            api.Op(s.describeClusters),
		"ListClusters":                api.Op(s.listClusters),
		"PutClusterCapacityProviders": api.On(s.find, s.putProviders),
		"RegisterTaskDefinition":      api.Op(s.registerTaskDefinition, "Family"),
		"DescribeTaskDefinition":      api.Op(s.describeTaskDefinition, "TaskDefinition"),
		"CreateService":               api.On(s.find, s.createService, "ServiceName"),
		"UpdateService":               api.On(s.find, s.updateService, "Service"),
		"DeleteService":               api.On(s.find, s.deleteService, "Service"),
		"DescribeServices":            api.On(s.find, s.describeServices),
		"ListServices":                api.On(s.find, s.listServices),
		"ListServiceDeployments":      api.On(s.find, s.listServiceDeployments, "Service"),
		"DescribeServiceDeployments":  api.Op(s.describeServiceDeployments),
		"ListTasks":                   api.On(s.find, s.listTasks),
		"DescribeTasks":               api.On(s.find, s.describeTasks),
		"StopTask":                    api.On(s.find, s.stopTask, "Task"),
		"TagResource":                 tagResource,
		"UntagResource":               untagResource,
		"ListTagsForResource":         api.Show(s.tagged, func(t *api.Tags) any { return api.Obj{"tags": lower(*t)} }),
	}
}

func (s *Clusters) find(in *ecsInput) (*cluster, error) {
	if k := s.clusters[in.cluster()]; k != nil {
		return k, nil
	}
	return nil, api.Refuse("ClusterNotFoundException", "Cluster not found.")
}

func ecsInvalid(format string, args ...any) *api.Error {
	return api.Refuse("InvalidParameterException", format, args...)
}

// describe finds objects by name or ARN; a missing one is a failure in a successful response.
func describe[T any](s *Clusters, member, kind string, names []string, find func(name string) *T, show func(*T) api.Obj) api.Obj {
	found, failures := []api.Obj{}, []api.Obj{}
	for _, name := range names {
		if o := find(name); o != nil {
			found = append(found, show(o))
		} else {
			failures = append(failures, api.Obj{"arn": s.region.ARN("ecs", kind+"/"+api.AfterLast(name, "/")), "reason": "MISSING"})
		}
	}
	return api.Obj{member: found, "failures": failures}
}

// cluster returns a cluster, creating it if necessary.
func (s *Clusters) cluster(name string) *cluster {
	if s.clusters[name] == nil {
		s.clusters[name] = &cluster{name: name, services: map[string]*service{}, providers: []string{"FARGATE", "FARGATE_SPOT"}}
	}
	return s.clusters[name]
}

func (s *Clusters) createCluster(_ *api.Request, in *ecsInput) (any, error) {
	k := s.cluster(in.cluster())
	if err := k.tags.Add("ecs", in.Tags); err != nil {
		return nil, err
	}
	return api.Obj{"cluster": s.clusterJSON(k)}, nil
}

func (s *Clusters) clusterJSON(k *cluster) api.Obj {
	running, pending, active := 0, 0, 0
	for _, t := range k.tasks {
		running, pending = running+t.runs(), pending+t.pends()
	}
	for _, v := range k.services {
		if v.status == "ACTIVE" {
			active++
		}
	}
	return api.Obj{
		"clusterArn": s.region.ARN("ecs", "cluster/"+k.name), "clusterName": k.name, "status": "ACTIVE", "registeredContainerInstancesCount": 0,
		"runningTasksCount": running, "pendingTasksCount": pending, "activeServicesCount": active,
		"capacityProviders": k.providers, "defaultCapacityProviderStrategy": append([]strategyItem{}, k.strategy...), "tags": lower(k.tags),
	}
}

func (s *Clusters) describeClusters(_ *api.Request, in *ecsInput) (any, error) {
	if len(in.Clusters) == 0 {
		in.Clusters = []string{"default"}
	}
	find := func(name string) *cluster { return s.clusters[api.AfterLast(name, "/")] }
	return describe(s, "clusters", "cluster", in.Clusters, find, s.clusterJSON), nil
}

func (s *Clusters) listClusters(_ *api.Request, in *ecsInput) (any, error) {
	var arns []string
	for _, k := range api.Sorted(s.clusters) {
		arns = append(arns, s.region.ARN("ecs", "cluster/"+k.name))
	}
	return api.Paged("ecs", "clusterArns", arns, "nextToken", in.NextToken, in.MaxResults, 100)
}

// Running returns the number of running tasks on a capacity provider. The lock must be held.
func (s *Clusters) Running(provider string) int {
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
func (s *Clusters) Tagged() map[string]api.Tags {
	all := map[string]api.Tags{}
	for _, k := range s.clusters {
		all[s.region.ARN("ecs", "cluster/"+k.name)] = k.tags
		for _, v := range k.services {
			all[s.serviceARN(v)] = v.tags
		}
	}
	return all
}

// tagged returns the tags of the cluster or service of an ARN.
func (s *Clusters) tagged(in *ecsInput) (*api.Tags, error) {
	parts := strings.Split(api.AfterLast(in.ResourceArn, ":"), "/")
	if len(parts) < 2 || s.clusters[parts[1]] == nil {
		return nil, api.Refuse("ClusterNotFoundException", "Cluster not found.")
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
func lower(t api.Tags) []api.Obj {
	l := []api.Obj{}
	for _, e := range t.List() {
		l = append(l, api.Obj{"key": e.Key, "value": e.Value})
	}
	return l
}
