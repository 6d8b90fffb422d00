package localaws

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"time"
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

// Seed adds services and their clusters in a steady state: the deployment completed, all tasks running. It
// makes no calls and sends no events.
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
	in := &ecsInput{Cluster: seed.Cluster, ServiceName: seed.Name}
	k := s.cluster(in.cluster())
	if seed.Name == "" || seed.Desired < 0 || k.services[seed.Name] != nil {
		return errors.New("it needs a unique name, and a number of tasks from 0 up")
	}
	since := time.Now().Add(-cmp.Or(seed.Age, time.Hour))
	v := newService(k, seed.Name)
	v.desired, v.created = seed.Desired, since
	v.definition = s.define(seed.Name, obj{
		"cpu": "256", "memory": "512", "networkMode": "awsvpc",
		"containerDefinitions": []obj{container(seed)},
	})
	v.strategy = []strategyItem{{CapacityProvider: cmp.Or(seed.CapacityProvider, "FARGATE_SPOT"), Weight: 1}}
	if err := s.surround(v, seed); err != nil {
		return err
	}
	if err := v.tags.add("ecs", tags(seed.Tags).list()); err != nil {
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
// requested if fewer run on Spot.
func (s *Server) Interrupt(cluster, service string, tasks int) ([]string, error) {
	arns, err := s.interrupt(cluster, service, tasks)
	if err == nil && s.opts.Interrupted != nil {
		s.opts.Interrupted((&ecsInput{Cluster: cluster}).cluster(), service, arns)
	}
	return arns, err
}

func (s *Server) interrupt(cluster, service string, tasks int) ([]string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	e := s.region(s.opts.Region).ecs
	k, err := e.find(&ecsInput{Cluster: cluster})
	if err != nil {
		return nil, err
	}
	v := k.find(service)
	if v == nil {
		return nil, refuse("ServiceNotFoundException", "Service not found.")
	}
	candidates := slices.DeleteFunc(v.of(nil), func(t *task) bool { return t.provider != "FARGATE_SPOT" })
	slices.SortStableFunc(candidates, func(a, b *task) int { return b.runs() - a.runs() }) // running tasks first
	if len(candidates) == 0 {
		return nil, ecsInvalid("No task of the service is on Fargate Spot.")
	}
	var arns []string
	for _, t := range candidates[:max(0, min(tasks, len(candidates)))] {
		arns = append(arns, t.arn)
		e.halt(t, "SpotInterruption", "Your Spot Task was interrupted.")
	}
	e.reconcile(v)
	return arns, nil
}
