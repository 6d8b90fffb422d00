package services

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/spothandler/spothandler/internal/handler"
)

// Decision returns the function's decision in this mode if one of the service's tasks were interrupted at
// now: a task of the primary deployment, with all desired tasks running and the cooldown over.
func (s *Service) Decision(mode handler.Mode, now time.Time) handler.Decision {
	service := handler.ServiceFrom(&s.Service)
	service.RunningCount = service.DesiredCount
	event := handler.Interruption{
		EventTime: now, Source: handler.EventSource, DetailType: handler.EventDetailType,
		ClusterARN: aws.ToString(s.ClusterArn), Service: s.Name(),
		StopCode: handler.StopCodeSpotInterruption, StoppedReason: handler.StoppedReasonPrefix + ".",
		LastStatus: "RUNNING", CapacityProvider: Spot, LaunchType: OnDemand, TaskDefinitionARN: s.definition(),
	}
	for _, d := range s.Deployments {
		if aws.ToString(d.Status) == "PRIMARY" {
			event.StartedBy = aws.ToString(d.Id)
		}
	}
	if event.ClusterARN == "" {
		event.ClusterARN = aws.ToString(s.Cluster.ClusterArn)
	}
	return handler.Decide(handler.Situation{Event: event, Service: service, Mode: mode, Now: now})
}
