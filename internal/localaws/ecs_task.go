package localaws

import (
	"maps"
	"slices"
	"strings"
	"time"
)

type task struct {
	service                       *service
	deployment                    *deployment
	arn, id, provider, zone       string
	desired, last                 string
	stopCode, stoppedReason       string
	version                       int
	created, started              time.Time
	stopping, executionEnd, ended time.Time
	tags                          tags
}

// runs is 1 for a task that counts as running.
func (t *task) runs() int {
	if t.last == "RUNNING" {
		return 1
	}
	return 0
}

// pends is 1 for a task on its way up.
func (t *task) pends() int {
	if slices.Contains([]string{"PROVISIONING", "PENDING", "ACTIVATING"}, t.last) {
		return 1
	}
	return 0
}

// stamp notes the time of the state that the task has just reached.
func (t *task) stamp() {
	switch t.last {
	case "RUNNING":
		t.started = time.Now()
	case "STOPPING":
		t.executionEnd = time.Now()
	case "STOPPED":
		t.ended = time.Now()
	}
}

// announce publishes the task's state, under its next version, as ECS does with every change.
func (s *ecsService) announce(t *task) {
	t.version++
	detail := s.taskJSON(t, func(at time.Time) any { return at.UTC().Format("2006-01-02T15:04:05.000Z") })
	detail["updatedAt"] = time.Now().UTC().Format("2006-01-02T15:04:05.000Z")
	detail["attachments"] = []any{t.attachment("eni")}
	delete(detail, "tags")
	s.region.events.publish(s.region.events.event("aws.ecs", "ECS Task State Change", []string{t.arn}, detail))
}

// attachment is the task's network interface, whose type has two names: one in events, one in answers.
func (t *task) attachment(kind string) map[string]any {
	status := "ATTACHED"
	if t.last == "STOPPED" {
		status = "DELETED"
	}
	return map[string]any{
		"id": t.id[:8] + "-0000-4000-8000-" + t.id[:12], "type": kind, "status": status,
		"details": []any{map[string]string{"name": "networkInterfaceId", "value": "eni-0" + t.id[:16]}},
	}
}

// taskJSON is a task as answers and events have it, its times as when writes them.
func (s *ecsService) taskJSON(t *task, when func(time.Time) any) map[string]any {
	launchType := orDefault(t.service.launchType, "FARGATE")
	j := map[string]any{
		"taskArn": t.arn, "clusterArn": clusterRef{t.service.cluster.name}.arn(s.region), "taskDefinitionArn": t.deployment.definition,
		"group": "service:" + t.service.name, "startedBy": t.deployment.id, "launchType": launchType,
		"desiredStatus": t.desired, "lastStatus": t.last, "version": t.version, "availabilityZone": t.zone,
		"cpu": "256", "memory": "512", "platformVersion": "1.4.0", "connectivity": "CONNECTED",
		"overrides": map[string]any{"containerOverrides": []any{}}, "tags": t.tags.lower(),
		"containers": []any{map[string]any{
			"name": "app", "lastStatus": t.last, "taskArn": t.arn,
			"containerArn": s.region.arn("ecs", "container/"+t.service.cluster.name+"/"+t.id+"/app"), "networkInterfaces": []any{},
		}},
	}
	for name, value := range map[string]string{"capacityProviderName": t.provider, "stopCode": t.stopCode, "stoppedReason": t.stoppedReason} {
		if value != "" {
			j[name] = value
		}
	}
	times := map[string]time.Time{
		"createdAt": t.created, "connectivityAt": t.created, "startedAt": t.started, "stoppingAt": t.stopping,
		"executionStoppedAt": t.executionEnd, "stoppedAt": t.ended,
	}
	for name, at := range times {
		if !at.IsZero() {
			j[name] = when(at)
		}
	}
	return j
}

// task gives a task by id or ARN.
func (k *cluster) task(name string) *task {
	i := slices.IndexFunc(k.tasks, func(t *task) bool { return t.id == afterLast(name, "/") })
	if i < 0 {
		return nil
	}
	return k.tasks[i]
}

type listTasksInput struct {
	clusterRef
	pageInput
	ServiceName, Family, StartedBy string
	DesiredStatus                  string `check:"enum=RUNNING|PENDING|STOPPED"`
	LaunchType                     string
}

func (s *ecsService) listTasks(k *cluster, in listTasksInput) (any, error) {
	if in.ServiceName != "" && k.find(in.ServiceName) == nil {
		return nil, refuse("ServiceNotFoundException", "Service not found.")
	}
	arns := []string{}
	for _, t := range k.tasks {
		family, _, _ := strings.Cut(afterLast(t.deployment.definition, "/"), ":")
		fits := t.desired == orDefault(in.DesiredStatus, "RUNNING") && orDefault(in.Family, family) == family &&
			orDefault(in.StartedBy, t.deployment.id) == t.deployment.id && orDefault(afterLast(in.ServiceName, "/"), t.service.name) == t.service.name
		if fits {
			arns = append(arns, t.arn)
		}
	}
	return in.answer("taskArns", arns), nil
}

type describeTasksInput struct {
	clusterRef
	Tasks []string
}

func (s *ecsService) describeTasks(k *cluster, in describeTasksInput) (any, error) {
	if len(in.Tasks) == 0 || len(in.Tasks) > 100 {
		return nil, ecsInvalid("Tasks must have between 1 and 100 entries.")
	}
	found, failures := []any{}, []any{}
	for _, name := range in.Tasks {
		if t := k.task(name); t != nil {
			found = append(found, s.describedTask(t))
		} else {
			failures = append(failures, missing(s.region.arn("ecs", "task/"+k.name+"/"+afterLast(name, "/"))))
		}
	}
	return map[string]any{"tasks": found, "failures": failures}, nil
}

func (s *ecsService) describedTask(t *task) map[string]any {
	j := s.taskJSON(t, func(at time.Time) any { return epoch(at) })
	j["attachments"] = []any{t.attachment("ElasticNetworkInterface")}
	maps.DeleteFunc(j, func(key string, _ any) bool { return key == "updatedAt" })
	return j
}

type stopTaskInput struct {
	clusterRef
	Task   string `check:"required"`
	Reason string
}

func (s *ecsService) stopTask(k *cluster, in stopTaskInput) (any, error) {
	t := k.task(in.Task)
	if t == nil {
		return nil, ecsInvalid("The referenced task was not found.")
	}
	s.halt(t, "UserInitiated", orDefault(in.Reason, "Task stopped by user"))
	s.reconcile(t.service)
	return map[string]any{"task": s.describedTask(t)}, nil
}
