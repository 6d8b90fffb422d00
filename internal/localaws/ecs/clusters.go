package ecs

import "github.com/spothandler/spothandler/internal/localaws/api"

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

// putProviders replaces a cluster's capacity providers and its default strategy.
func (s *Clusters) putProviders(k *cluster, in *ecsInput) (any, error) {
	k.providers, k.strategy = in.CapacityProviders, in.DefaultCapacityProviderStrategy
	return api.Obj{"cluster": s.clusterJSON(k)}, nil
}
