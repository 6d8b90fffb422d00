package ecs

import (
	"fmt"
	"slices"
	"time"

	"github.com/spothandler/spothandler/internal/localaws/api"
)

// of returns the service's tasks that are not stopping, of one deployment or (nil) of all.
func (v *service) of(d *deployment) []*task {
	var found []*task
	for _, t := range v.cluster.tasks {
		if t.service == v && (d == nil || t.deployment == d) && t.desired == "RUNNING" {
			found = append(found, t)
		}
	}
	return found
}

// counts counts the tasks of a deployment (nil: of all) as ECS does: by last status, including stopping ones.
func (v *service) counts(d *deployment) (running, pending int) {
	for _, t := range v.cluster.tasks {
		if t.service == v && (d == nil || t.deployment == d) {
			running, pending = running+t.runs(), pending+t.pends()
		}
	}
	return running, pending
}

// reconcile is the service scheduler: it starts and stops tasks so that the PRIMARY deployment reaches the
// desired count within the limits of the deployment configuration, as a rolling update. It is called after
// every change.
func (s *Clusters) reconcile(v *service) {
	primary := v.deployments[0]
	most := v.desired * v.config.MaximumPercent / 100
	for len(v.of(primary)) < v.desired && len(v.of(nil)) < max(most, 1) {
		s.launch(v, primary)
	}
	for _, t := range s.surplus(v, primary) {
		s.halt(t, "ServiceSchedulerInitiated", fmt.Sprintf("Scaling activity initiated by (deployment %s)", primary.id))
	}
	s.settle(v, primary)
}

// surplus returns the tasks that may be stopped now: those of older deployments if enough others run, and
// those above the desired count.
func (s *Clusters) surplus(v *service, primary *deployment) []*task {
	healthy := 0
	for _, t := range v.of(nil) {
		healthy += t.runs()
	}
	least := (v.desired*v.config.MinimumHealthyPercent + 99) / 100
	var stop []*task
	for _, t := range v.of(nil) {
		switch {
		case t.deployment == primary:
		case t.runs() == 0:
			stop = append(stop, t)
		case healthy > least:
			healthy--
			stop = append(stop, t)
		}
	}
	own := v.of(primary)
	return append(stop, own[:max(0, len(own)-v.desired)]...)
}

// settle ends older deployments without tasks, and the PRIMARY's rollout when all its tasks run.
func (s *Clusters) settle(v *service, primary *deployment) {
	v.deployments = slices.DeleteFunc(v.deployments, func(d *deployment) bool {
		running, pending := v.counts(d)
		return d != primary && running+pending == 0
	})
	running, pending := v.counts(nil)
	if len(v.deployments) == 1 && running == v.desired && pending == 0 {
		if primary.rollout == "IN_PROGRESS" {
			s.rollout(v, primary, "COMPLETED")
			v.note(fmt.Sprintf("(service %s) has reached a steady state.", v.name))
		}
		if v.status == "DRAINING" {
			v.status = "INACTIVE"
		}
	}
}

// note adds a message to the service's events, newest first.
func (v *service) note(message string) {
	event := api.Obj{"id": api.NewID(), "createdAt": api.Epoch(time.Now()), "message": message}
	v.events = append([]api.Obj{event}, v.events...)
}

// provider returns the capacity provider of the next task: bases first, then by weight.
func (v *service) provider() string {
	used := map[string]int{}
	for _, t := range v.of(v.deployments[0]) {
		used[t.provider]++
	}
	best, score := "", 0.0
	for _, item := range v.strategy {
		if used[item.CapacityProvider] < item.Base {
			return item.CapacityProvider
		}
		share := float64(used[item.CapacityProvider]-item.Base+1) / float64(max(item.Weight, 0))
		if item.Weight > 0 && (best == "" || share < score) {
			best, score = item.CapacityProvider, share
		}
	}
	return best
}

// newTask adds a task of a deployment, and removes those that stopped more than an hour ago, as ECS does.
func (s *Clusters) newTask(v *service, d *deployment) *task {
	k, id := v.cluster, api.RandomHex(32)
	k.tasks = slices.DeleteFunc(k.tasks, func(t *task) bool { return !t.ended.IsZero() && time.Since(t.ended) > time.Hour })
	t := &task{
		service: v, deployment: d, arn: s.region.ARN("ecs", "task/"+k.name+"/"+id), id: id, provider: v.provider(),
		zone: s.region.Name + string("abc"[len(k.tasks)%3]), desired: "RUNNING", created: time.Now(),
	}
	k.tasks = append(k.tasks, t)
	return t
}

// launch starts a task of a deployment.
func (s *Clusters) launch(v *service, d *deployment) {
	t := s.newTask(v, d)
	v.note(fmt.Sprintf("(service %s) has started 1 tasks: (task %s).", v.name, t.id))
	s.enter(t, "PROVISIONING")
}

// next returns the state after the current one, while starting or stopping.
func (t *task) next() string {
	up := []string{"PROVISIONING", "PENDING", "ACTIVATING", "RUNNING"}
	down := []string{"RUNNING", "DEACTIVATING", "STOPPING", "DEPROVISIONING", "STOPPED"}
	way := up
	if t.desired == "STOPPED" {
		way = down
		if slices.Index(up, t.last) >= 0 && t.last != "RUNNING" {
			return "DEPROVISIONING" // it never ran, so there is nothing to deactivate
		}
	}
	i := slices.Index(way, t.last)
	if i < 0 || i+1 == len(way) {
		return ""
	}
	return way[i+1]
}

// enter puts a task into a state, sends the event, and schedules the next state.
func (s *Clusters) enter(t *task, state string) {
	t.last = state
	t.stamp()
	s.announce(t)
	s.schedule(t)
	if state == "RUNNING" || state == "STOPPED" {
		s.reconcile(t.service)
	}
}

// schedule moves the task to its next state after a delay; a change of its course meanwhile schedules again.
func (s *Clusters) schedule(t *task) {
	if t.next() == "" {
		return
	}
	version := t.version
	s.region.Server.After(s.region.Server.Options.Delays.Task, func() {
		if t.version == version {
			s.enter(t, t.next())
		}
	})
}

// halt starts stopping a task, unless it is stopping already.
func (s *Clusters) halt(t *task, stopCode, reason string) {
	if t.desired == "STOPPED" {
		return
	}
	t.desired, t.stopCode, t.stoppedReason, t.stopping = "STOPPED", stopCode, reason, time.Now()
	s.announce(t)
	s.schedule(t)
}
