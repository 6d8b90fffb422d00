package ecs

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/spothandler/spothandler/internal/localaws/api"
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
}

// runs returns 1 for a task that counts as running.
func (t *task) runs() int {
	if t.last == "RUNNING" {
		return 1
	}
	return 0
}

// pends returns 1 for a task that is starting.
func (t *task) pends() int {
	if slices.Contains([]string{"PROVISIONING", "PENDING", "ACTIVATING"}, t.last) {
		return 1
	}
	return 0
}

// stamp records the time at which the task reached its state.
func (t *task) stamp() {
	switch t.last {
	case "RUNNING":
		t.started = time.Now()
	case "DEPROVISIONING":
		t.executionEnd = time.Now()
	case "STOPPED":
		t.ended = time.Now()
	}
}

// announce publishes the task's state with its next version, as ECS does for every change.
func (s *Clusters) announce(t *task) {
	t.version++
	detail := s.taskJSON(t, func(at time.Time) any { return at.UTC().Format("2006-01-02T15:04:05.000Z") })
	detail["updatedAt"] = time.Now().UTC().Format("2006-01-02T15:04:05.000Z")
	detail["attachments"] = []any{t.attachment("eni")}
	s.events.Emit("aws.ecs", "ECS Task State Change", []string{t.arn}, detail)
}

// attachment returns the task's network interface, whose type differs between events and responses.
func (t *task) attachment(kind string) api.Obj {
	status := "ATTACHED"
	if t.last == "STOPPED" {
		status = "DELETED"
	}
	return api.Obj{
		"id": t.id[:8] + "-0000-4000-8000-" + t.id[:12], "type": kind, "status": status,
		"details": []any{map[string]string{"name": "networkInterfaceId", "value": "eni-0" + t.id[:16]}},
	}
}

// taskJSON returns a task as in responses and events, with times formatted by when.
func (s *Clusters) taskJSON(t *task, when func(time.Time) any) api.Obj {
	launchType := "FARGATE"
	api.Set(&launchType, t.service.launchType)
	j := api.Obj{
		"taskArn": t.arn, "clusterArn": s.region.ARN("ecs", "cluster/"+t.service.cluster.name), "taskDefinitionArn": t.deployment.definition,
		"group": t.group(), "startedBy": t.deployment.id, "launchType": launchType,
		"desiredStatus": t.desired, "lastStatus": t.last, "version": t.version, "availabilityZone": t.zone,
		"cpu": "256", "memory": "512", "platformVersion": "1.4.0", "connectivity": "CONNECTED", "enableExecuteCommand": false,
		"overrides": api.Obj{"containerOverrides": []any{}},
		"containers": []any{api.Obj{
			"name": "app", "lastStatus": t.last, "taskArn": t.arn,
			"containerArn": s.region.ARN("ecs", "container/"+t.service.cluster.name+"/"+t.id+"/app"), "networkInterfaces": []any{},
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

func (t *task) group() string {
	if t.service.standalone {
		return "family:" + t.service.name
	}
	return "service:" + t.service.name
}

// task returns a task by id or ARN.
func (k *cluster) task(name string) *task {
	i := slices.IndexFunc(k.tasks, func(t *task) bool { return t.id == api.AfterLast(name, "/") })
	if i < 0 {
		return nil
	}
	return k.tasks[i]
}

func (s *Clusters) listTasks(k *cluster, in *ecsInput) (any, error) {
	if in.ServiceName != "" && k.find(in.ServiceName) == nil {
		return nil, api.Refuse("ServiceNotFoundException", "Service not found.")
	}
	var arns []string
	for _, t := range k.tasks {
		family, _, _ := strings.Cut(api.AfterLast(t.deployment.definition, "/"), ":")
		fits := t.desired == cmp.Or(in.DesiredStatus, "RUNNING") && cmp.Or(in.Family, family) == family &&
			cmp.Or(in.StartedBy, t.deployment.id) == t.deployment.id && cmp.Or(api.AfterLast(in.ServiceName, "/"), t.service.name) == t.service.name
		if fits {
			arns = append(arns, t.arn)
		}
	}
	return api.Paged("ecs", "taskArns", arns, "nextToken", in.NextToken, in.MaxResults, 100)
}

func (s *Clusters) describeTasks(k *cluster, in *ecsInput) (any, error) {
	return describe(s, "tasks", "task/"+k.name, in.Tasks, k.task, s.describedTask), nil
}

func (s *Clusters) describedTask(t *task) api.Obj {
	j := s.taskJSON(t, func(at time.Time) any { return api.Epoch(at) })
	j["attachments"] = []any{t.attachment("ElasticNetworkInterface")}
	return j
}

func (s *Clusters) stopTask(k *cluster, in *ecsInput) (any, error) {
	t := k.task(in.Task)
	if t == nil {
		return nil, ecsInvalid("The referenced task was not found.")
	}
	s.halt(t, "UserInitiated", cmp.Or(in.Reason, "Task stopped by user"))
	s.reconcile(t.service)
	return api.Obj{"task": s.describedTask(t)}, nil
}
