package services

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/spothandler/spothandler/internal/handler"
)

// Decision returns what the function would decide, in this mode, about an interruption at now of one of the
// service's tasks: a task of the primary deployment, of as many as are wanted, when the cooldown is over.
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
