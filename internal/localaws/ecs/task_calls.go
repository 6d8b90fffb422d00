package ecs

import (
	"cmp"
	"strings"
	"time"

	"github.com/spothandler/spothandler/internal/localaws/api"
)

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
