package ecs

import (
	"encoding/json"
	"maps"

	"github.com/spothandler/spothandler/internal/localaws/api"
)

// container returns the only container of a seeded service.
func container(seed Service) api.Obj {
	c := api.Obj{"name": "app", "image": "app", "essential": true}
	maps.Copy(c, seed.Container)
	return c
}

// surround adds the related resources of a seeded service.
func (s *Clusters) surround(v *service, seed Service) error {
	v.network = api.Obj{"awsvpcConfiguration": api.Obj{"subnets": s.nearby.SubnetIDs(), "securityGroups": []any{"sg-00000000000000001"}, "assignPublicIp": "DISABLED"}}
	if seed.OnDemand > 0 {
		v.strategy = append(v.strategy, strategyItem{CapacityProvider: "FARGATE", Base: seed.OnDemand})
	}
	if seed.Controller != "" {
		v.controller = api.Obj{"type": seed.Controller}
	}
	if seed.Drain > 0 {
		group := s.nearby.AddTargetGroup(v.name+"-tg", seed.Drain)
		v.balancers = []api.Obj{{"targetGroupArn": group, "containerName": "app", "containerPort": 80}}
	}
	if seed.LeastTasks > 0 {
		s.nearby.AddScalableTarget("service/"+v.cluster.name+"/"+v.name, seed.LeastTasks, max(seed.LeastTasks, 2*seed.Desired))
	}
	settings, err := json.Marshal(seed.Settings)
	in := &ecsInput{}
	if err == nil {
		err = json.Unmarshal(settings, in)
	}
	if err != nil {
		return err
	}
	return s.apply(v, in)
}

// putProviders replaces a cluster's capacity providers and its default strategy.
func (s *Clusters) putProviders(k *cluster, in *ecsInput) (any, error) {
	k.providers, k.strategy = in.CapacityProviders, in.DefaultCapacityProviderStrategy
	return api.Obj{"cluster": s.clusterJSON(k)}, nil
}
