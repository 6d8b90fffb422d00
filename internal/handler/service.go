package handler

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

// TagKey is the tag by which a service overrides the installation's mode. Its
// values, in any case: off, observe, redeploy.
const TagKey = "spothandler"

// The values of the tag TagKey. Any other value is as if there were no tag.
const (
	TagOff      = "off"      // never redeploy this service
	TagObserve  = "observe"  // log the decision, change nothing
	TagRedeploy = "redeploy" // redeploy even where it may stop healthy tasks or comes soon after another
)

// Service is what DescribeServices shows of an ECS service.
type Service struct {
	Missing        bool // ECS knows no such service
	ClusterMissing bool // ECS knows no such cluster

	Status                string
	DesiredCount          int
	RunningCount          int
	MinimumHealthyPercent int
	Controller            string // "" where ECS does not say: ECS
	Strategy              string // "" where ECS does not say: ROLLING
	Tag                   string // value of the tag TagKey, in lower case
	Deployments           []Deployment
}

// Deployment is one deployment of a service.
type Deployment struct {
	ID             string
	Status         string // PRIMARY, ACTIVE or INACTIVE
	RolloutState   string // "" behind a Classic Load Balancer
	TaskDefinition string
	CreatedAt      time.Time
	RunningCount   int
	PendingCount   int
}

// primary gives the deployment that the service is at or moves to; its ID is
// "" where there is none.
func (s *Service) primary() Deployment {
	for _, d := range s.Deployments {
		if d.Status == "PRIMARY" {
			return d
		}
	}
	return Deployment{}
}

// isReplacing tells whether a rollout is under way: ECS starts tasks already.
func (s *Service) isReplacing() bool {
	for _, d := range s.Deployments {
		if d.Status == "PRIMARY" {
			if d.RolloutState == rolloutInProgress {
				return true
			}
		} else if d.RolloutState != rolloutFailed && d.RunningCount+d.PendingCount > 0 {
			return true
		}
	}
	return false
}

// healthyFloor is the number of tasks that a rollout keeps running.
func (s *Service) healthyFloor() int {
	return (s.DesiredCount*s.MinimumHealthyPercent + 99) / 100
}

const (
	rolloutFailed     = string(types.DeploymentRolloutStateFailed)
	rolloutInProgress = string(types.DeploymentRolloutStateInProgress)
)

// serviceIn gives the one service that was asked for.
func serviceIn(out *ecs.DescribeServicesOutput) (*Service, error) {
	if len(out.Services) > 0 {
		return serviceFrom(&out.Services[0]), nil
	}
	if len(out.Failures) == 0 {
		return nil, errors.New("ECS answered with neither the service nor a failure")
	}
	reason := aws.ToString(out.Failures[0].Reason)
	if reason == "MISSING" {
		return &Service{Missing: true}, nil
	}
	return nil, fmt.Errorf("ECS answered with failure %s", reason)
}

// serviceFrom takes from the SDK's type what the gate asks for.
func serviceFrom(s *types.Service) *Service {
	out := &Service{
		Status:                aws.ToString(s.Status),
		DesiredCount:          int(s.DesiredCount),
		RunningCount:          int(s.RunningCount),
		MinimumHealthyPercent: 100, // ECS's default for REPLICA services
	}
	if c := s.DeploymentController; c != nil {
		out.Controller = string(c.Type)
	}
	if c := s.DeploymentConfiguration; c != nil {
		out.Strategy = string(c.Strategy)
		if c.MinimumHealthyPercent != nil {
			out.MinimumHealthyPercent = int(*c.MinimumHealthyPercent)
		}
	}
	for _, t := range s.Tags {
		if aws.ToString(t.Key) == TagKey {
			out.Tag = strings.ToLower(aws.ToString(t.Value))
		}
	}
	for i := range s.Deployments {
		out.Deployments = append(out.Deployments, deploymentFrom(&s.Deployments[i]))
	}
	return out
}

func deploymentFrom(d *types.Deployment) Deployment {
	return Deployment{
		ID:             aws.ToString(d.Id),
		Status:         aws.ToString(d.Status),
		RolloutState:   string(d.RolloutState),
		TaskDefinition: aws.ToString(d.TaskDefinition),
		CreatedAt:      aws.ToTime(d.CreatedAt),
		RunningCount:   int(d.RunningCount),
		PendingCount:   int(d.PendingCount),
	}
}
