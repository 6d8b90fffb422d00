package ecs

import (
	"fmt"
	"strings"
	"time"

	"github.com/spothandler/spothandler/internal/localaws/api"
)

// announce publishes the task's state with its next version, as ECS does for every change.
func (s *Clusters) announce(t *task) {
	t.version++
	detail := s.taskJSON(t, func(at time.Time) any { return at.UTC().Format("2006-01-02T15:04:05.000Z") })
	detail["updatedAt"] = time.Now().UTC().Format("2006-01-02T15:04:05.000Z")
	detail["attachments"] = []any{t.attachment("eni")}
	s.events.Emit("aws.ecs", "ECS Task State Change", []string{t.arn}, detail)
}

// rollout records and announces the state of a rollout.
func (s *Clusters) rollout(v *service, d *deployment, state string) {
	d.rollout, d.updated = state, time.Now()
	d.reason = fmt.Sprintf("ECS deployment %s %s.", d.id, strings.ToLower(strings.ReplaceAll(state, "_", " ")))
	s.events.Emit("aws.ecs", "ECS Deployment State Change", []string{s.serviceARN(v)}, api.Obj{
		"eventType": "INFO", "eventName": "SERVICE_DEPLOYMENT_" + state, "deploymentId": d.id,
		"updatedAt": d.updated.UTC().Format(time.RFC3339Nano), "reason": d.reason,
	})
}
