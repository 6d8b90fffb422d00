package ecs

import (
	"time"

	"github.com/spothandler/spothandler/internal/localaws/api"
)

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
