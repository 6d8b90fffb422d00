package localaws

import (
	"fmt"
	"slices"
	"time"
)

// Service is an ECS service to begin with: see [Server.Seed].
type Service struct {
	Cluster          string
	Name             string
	Desired          int               // tasks, all of them running
	CapacityProvider string            // "" is FARGATE_SPOT
	Tags             map[string]string // such as spothandler's own switch
	Age              time.Duration     // since its deployment; 0 is an hour
}

// Seed adds services, with their clusters, as if they had been running for a while: the deployment completed, every
// task up. It makes no calls and no events.
func (s *Server) Seed(services ...Service) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	e := s.region(s.opts.Region).ecs
	for _, seed := range services {
		if err := e.seed(seed); err != nil {
			return fmt.Errorf("seeding service %s of cluster %s: %w", seed.Name, seed.Cluster, err)
		}
	}
	return nil
}

func (s *ecsService) seed(seed Service) error {
	in := createServiceInput{clusterRef: clusterRef{seed.Cluster}, ServiceName: seed.Name}
	if err := check("ecs", &in); err != nil {
		return err
	}
	if s.clusters[in.key()] == nil {
		s.clusters[in.key()] = &cluster{name: in.key(), services: map[string]*service{}, tags: tags{}}
	}
	k := s.clusters[in.key()]
	if k.services[seed.Name] != nil {
		return fmt.Errorf("there is one already")
	}
	since := time.Now().Add(-orDefault(seed.Age, time.Hour))
	arn := s.region.arn("ecs", fmt.Sprintf("task-definition/%s:%d", seed.Name, len(s.definitions[seed.Name])+1))
	s.definitions[seed.Name] = append(s.definitions[seed.Name], map[string]any{
		"family": seed.Name, "revision": len(s.definitions[seed.Name]) + 1, "status": "ACTIVE", "taskDefinitionArn": arn, "cpu": "256",
		"memory": "512", "networkMode": "awsvpc", "containerDefinitions": []any{map[string]any{"name": "app", "image": "app", "essential": true}},
	})
	all := 100
	v := &service{
		cluster: k, name: seed.Name, status: "ACTIVE", desired: seed.Desired, definition: arn, created: since, tags: tags{},
		strategy: []strategyItem{{CapacityProvider: orDefault(seed.CapacityProvider, "FARGATE_SPOT"), Weight: 1}},
		config:   deploymentConfig{MaximumPercent: 200, MinimumHealthyPercent: &all, Strategy: "ROLLING"},
	}
	v.tags, _ = v.tags.with(seed.Tags)
	d := &deployment{id: newDeploymentID(), status: "PRIMARY", definition: arn, rollout: "COMPLETED", created: since, updated: since, strategy: v.strategy}
	d.reason = fmt.Sprintf("ECS deployment %s completed.", d.id)
	v.deployments = []*deployment{d}
	k.services[seed.Name] = v
	for range seed.Desired {
		t := s.newTask(v, d)
		t.last, t.version, t.created, t.started = "RUNNING", 4, since, since
	}
	return nil
}

// Interrupt takes the Spot capacity of some running tasks of a service away, as AWS does: with the whole series of
// events, the service scheduler replacing them. It gives the tasks' ARNs. Fewer than asked for where fewer run on Spot.
func (s *Server) Interrupt(cluster, service string, tasks int) ([]string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	e := s.region(s.opts.Region).ecs
	k, err := e.cluster(clusterRef{cluster}.key())
	if err != nil {
		return nil, err
	}
	v := k.find(service)
	if v == nil {
		return nil, refuse("ServiceNotFoundException", "Service not found.")
	}
	candidates := slices.DeleteFunc(v.of(nil), func(t *task) bool { return t.provider != "FARGATE_SPOT" })
	slices.SortStableFunc(candidates, func(a, b *task) int { return b.runs() - a.runs() }) // those that run first
	if len(candidates) == 0 {
		return nil, ecsInvalid("No task of the service is on Fargate Spot.")
	}
	var arns []string
	for _, t := range candidates[:min(tasks, len(candidates))] {
		arns = append(arns, t.arn)
		e.halt(t, "SpotInterruption", "Your Spot Task was interrupted.")
	}
	e.reconcile(v)
	return arns, nil
}
