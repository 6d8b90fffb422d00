package ecs

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/spothandler/spothandler/internal/localaws/api"
)

// Service is an initial ECS service: see [Server.Seed].
type Service struct {
	Cluster          string
	Name             string
	Desired          int               // tasks, all of them running
	CapacityProvider string            // "" means FARGATE_SPOT
	Tags             map[string]string // such as spothandler's own switch
	Age              time.Duration     // since its deployment; 0 means an hour

	// Related resources; the zero values mean none.
	Container  map[string]any // more fields of its container's definition, such as "stopTimeout"
	OnDemand   int            // tasks that its strategy first places on FARGATE
	Drain      int            // deregistration delay in seconds of its target group, which is named after it with the suffix -tg
	Controller string         // of its deployments, such as CODE_DEPLOY
	LeastTasks int            // minimum capacity for Application Auto Scaling
	Standalone bool           // its tasks belong to no service, as with RunTask
	Settings   map[string]any // as UpdateService takes them, such as "availabilityZoneRebalancing"
}

// Seed adds a service and its cluster in a steady state: the deployment completed, all tasks running. The lock must be
// held.
func (s *Clusters) Seed(seed Service) error {
	in := &ecsInput{Cluster: seed.Cluster, ServiceName: seed.Name}
	k := s.cluster(in.cluster())
	if seed.Name == "" || seed.Desired < 0 || k.services[seed.Name] != nil {
		return errors.New("it needs a unique name, and a number of tasks from 0 up")
	}
	since := time.Now().Add(-cmp.Or(seed.Age, time.Hour))
	v := newService(k, seed.Name)
	v.desired, v.created = seed.Desired, since
	v.definition = s.define(seed.Name, api.Obj{
		"cpu": "256", "memory": "512", "networkMode": "awsvpc",
		"containerDefinitions": []api.Obj{container(seed)},
	})
	v.strategy = []strategyItem{{CapacityProvider: cmp.Or(seed.CapacityProvider, "FARGATE_SPOT"), Weight: 1}}
	if err := s.surround(v, seed); err != nil {
		return err
	}
	if err := v.tags.Add("ecs", api.Tags(seed.Tags).List()); err != nil {
		return err
	}
	d := v.newDeployment(since)
	d.rollout, d.reason = "COMPLETED", fmt.Sprintf("ECS deployment %s completed.", d.id)
	if v.standalone = seed.Standalone; !v.standalone {
		k.services[seed.Name] = v
	}
	for range seed.Desired {
		t := s.newTask(v, d)
		t.last, t.version, t.created, t.started = "RUNNING", 4, since, since
	}
	return nil
}

// Interrupt reclaims the Spot capacity of running tasks of a service as AWS does: it sends the whole series
// of events, and the service scheduler replaces the tasks. It returns the ARNs of the tasks, fewer than
// requested if fewer run on Spot. The
// lock must be held.
func (s *Clusters) Interrupt(cluster, service string, tasks int) ([]string, error) {
	k, err := s.find(&ecsInput{Cluster: cluster})
	if err != nil {
		return nil, err
	}
	v := k.find(service)
	if v == nil {
		if slices.ContainsFunc(k.tasks, func(t *task) bool { return t.service.standalone && t.service.name == service }) {
			return nil, api.Refuse("ServiceNotFoundException", "%s is a standalone task, which belongs to no service: only tasks of services can be interrupted here.", service)
		}
		return nil, api.Refuse("ServiceNotFoundException", "Service not found.")
	}
	candidates := slices.DeleteFunc(v.of(nil), func(t *task) bool { return t.provider != "FARGATE_SPOT" })
	slices.SortStableFunc(candidates, func(a, b *task) int { return b.runs() - a.runs() }) // running tasks first
	if len(candidates) == 0 {
		return nil, ecsInvalid("No task of the service is on Fargate Spot.")
	}
	var arns []string
	for _, t := range candidates[:max(0, min(tasks, len(candidates)))] {
		arns = append(arns, t.arn)
		s.halt(t, "SpotInterruption", "Your Spot Task was interrupted.")
	}
	s.reconcile(v)
	return arns, nil
}

// ClusterName returns the name of a cluster from a name or an ARN; "default" if there is none.
func ClusterName(cluster string) string { return (&ecsInput{Cluster: cluster}).cluster() }

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

// container returns the only container of a seeded service.
func container(seed Service) api.Obj {
	c := api.Obj{"name": "app", "image": "app", "essential": true}
	maps.Copy(c, seed.Container)
	return c
}
