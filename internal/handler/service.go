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

// TagKey is the key of the tag by which a service overrides the installation's
// mode. Key and value are case-insensitive.
const TagKey = "spothandler"

// The values of the tag TagKey. Each has synonyms; an unknown value is taken as
// off, with a warning.
const (
	TagOff      = "off"      // never redeploy this service
	TagObserve  = "observe"  // record the decision, change nothing
	TagRedeploy = "redeploy" // redeploy even if that may stop healthy tasks or closely follows another deployment
	tagOn       = "on"       // as configured for the installation
)

// Service is the part of DescribeServices' result that the gate uses.
type Service struct {
	Missing        bool // ECS has no such service
	ClusterMissing bool // ECS has no such cluster

	Status                string
	DesiredCount          int
	RunningCount          int
	MinimumHealthyPercent int    // percentage of DesiredCount that a rollout keeps running
	MaximumPercent        int    // percentage of DesiredCount that a rollout may run
	Controller            string // "" if ECS does not say: ECS
	Strategy              string // "" if ECS does not say: ROLLING
	Tag                   string // TagOff, TagObserve, TagRedeploy, "" for none, or an unknown value
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

// primary returns the primary deployment; its ID is "" if there is none.
func (s *Service) primary() Deployment {
	for _, d := range s.Deployments {
		if d.Status == "PRIMARY" {
			return d
		}
	}
	return Deployment{}
}

// isReplacing reports whether a rollout is in progress, so ECS already starts
// tasks.
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

// healthyFloor returns the number of tasks that a rollout keeps running,
// rounded up as in ECS
// (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeploymentConfiguration.html).
func (s *Service) healthyFloor() int {
	return (s.DesiredCount*s.MinimumHealthyPercent + 99) / 100
}

// taskCeiling returns the number of tasks that a rollout may run, rounded down
// as in ECS.
func (s *Service) taskCeiling() int {
	return s.DesiredCount * s.MaximumPercent / 100
}

const (
	rolloutFailed     = string(types.DeploymentRolloutStateFailed)
	rolloutInProgress = string(types.DeploymentRolloutStateInProgress)
)

// serviceIn returns the one service that was requested.
func serviceIn(out *ecs.DescribeServicesOutput) (*Service, error) {
	if len(out.Services) > 0 {
		return ServiceFrom(&out.Services[0]), nil
	}
	if len(out.Failures) == 0 {
		return nil, errors.New("ECS returned neither the service nor a failure")
	}
	reason := aws.ToString(out.Failures[0].Reason)
	if reason == "MISSING" {
		return &Service{Missing: true}, nil
	}
	return nil, fmt.Errorf("ECS returned failure %s", reason)
}

// ServiceFrom converts a service described by DescribeServices. It has no Tag
// unless the request included the tags.
func ServiceFrom(s *types.Service) *Service {
	out := &Service{
		Status:                aws.ToString(s.Status),
		DesiredCount:          int(s.DesiredCount),
		RunningCount:          int(s.RunningCount),
		MinimumHealthyPercent: 100, // ECS's defaults for REPLICA services
		MaximumPercent:        200,
		Tag:                   tagOf(s.Tags),
	}
	if c := s.DeploymentController; c != nil {
		out.Controller = string(c.Type)
	}
	if c := s.DeploymentConfiguration; c != nil {
		out.Strategy = string(c.Strategy)
		if c.MinimumHealthyPercent != nil {
			out.MinimumHealthyPercent = int(*c.MinimumHealthyPercent)
		}
		if c.MaximumPercent != nil {
			out.MaximumPercent = int(*c.MaximumPercent)
		}
	}
	for i := range s.Deployments {
		out.Deployments = append(out.Deployments, deploymentFrom(&s.Deployments[i]))
	}
	return out
}

// tagOf returns the value of the tag TagKey. Keys that differ in case are
// separate tags to ECS: the most cautious value wins.
func tagOf(tags []types.Tag) string {
	said := ""
	for _, t := range tags {
		if strings.EqualFold(strings.TrimSpace(aws.ToString(t.Key)), TagKey) {
			if word := tagWord(aws.ToString(t.Value)); caution(word) > caution(said) {
				said = word
			}
		}
	}
	return said
}

// tagWord returns the canonical value for value and its synonyms.
func tagWord(value string) string {
	switch word := strings.ToLower(strings.TrimSpace(value)); word {
	case TagOff, "disabled", "false", "no", "none":
		return TagOff
	case "", tagOn, "enabled", "true", "yes", "once":
		return ""
	default:
		return word
	}
}

// caution ranks the values of the tag by how much they forbid.
func caution(word string) int {
	switch word {
	case "":
		return 0
	case TagRedeploy:
		return 1
	case TagObserve:
		return 2
	case TagOff:
		return 4
	}
	return 3 // unknown: taken as off
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
