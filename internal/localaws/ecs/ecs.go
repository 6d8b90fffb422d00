// Package ecs is ECS of the local AWS: clusters, services, their deployments and tasks, the service scheduler,
// and the interruption of tasks on Fargate Spot.
package ecs

import (
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

func (s *Clusters) find(in *ecsInput) (*cluster, error) {
	if k := s.clusters[in.cluster()]; k != nil {
		return k, nil
	}
	return nil, api.Refuse("ClusterNotFoundException", "Cluster not found.")
}

// cluster returns a cluster, creating it if necessary.
func (s *Clusters) cluster(name string) *cluster {
	if s.clusters[name] == nil {
		s.clusters[name] = &cluster{name: name, services: map[string]*service{}, providers: []string{"FARGATE", "FARGATE_SPOT"}}
	}
	return s.clusters[name]
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

func (s *Clusters) serviceARN(v *service) string {
	return s.region.ARN("ecs", "service/"+v.cluster.name+"/"+v.name)
}

// deploymentARN returns the ARN of the service deployment for a deployment. In AWS its ID differs from that
// of ecs-svc/..., and no field leads from one to the other.
func (s *Clusters) deploymentARN(v *service, d *deployment) string {
	return s.region.ARN("ecs", "service-deployment/"+v.cluster.name+"/"+v.name+"/"+d.serviceDeployment)
}
