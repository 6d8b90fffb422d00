package handlertest

import (
	"fmt"
	"strings"
	"time"
)

// Service is an ECS service with the fields and names of ECS's JSON. A zero
// DesiredCount stays zero.
type Service struct {
	Name              string         `json:"serviceName"`
	Cluster           string         `json:"clusterArn"`
	Status            string         `json:"status"`
	DesiredCount      int            `json:"desiredCount"`
	RunningCount      int            `json:"runningCount"`
	Controller        *Controller    `json:"deploymentController,omitempty"`
	Configuration     *Configuration `json:"deploymentConfiguration,omitempty"`
	Deployments       []Deployment   `json:"deployments"`
	ServiceDeployment string         `json:"currentServiceDeployment,omitempty"`
	Tags              []Tag          `json:"tags,omitempty"`
}

// Controller is a service's deployment controller.
type Controller struct {
	Type string `json:"type"`
}

// Configuration is a service's deployment configuration.
type Configuration struct {
	Strategy              string `json:"strategy,omitempty"`
	MinimumHealthyPercent int    `json:"minimumHealthyPercent"`
	MaximumPercent        int    `json:"maximumPercent,omitempty"` // 0: omitted
}

// Tag is a tag of a service.
type Tag struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

// Deployment is a deployment of a service.
type Deployment struct {
	ID             string  `json:"id"`
	Status         string  `json:"status"`
	RolloutState   string  `json:"rolloutState,omitempty"`
	TaskDefinition string  `json:"taskDefinition,omitempty"`
	CreatedAt      float64 `json:"createdAt"` // Unix time in seconds
	RunningCount   int     `json:"runningCount"`
	PendingCount   int     `json:"pendingCount"`
}

// Unix returns a time in the format of ECS's JSON.
func Unix(t time.Time) float64 { return float64(t.UnixMilli()) / 1000 }

// Put adds or replaces a service.
func (a *AWS) Put(s Service) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.services == nil {
		a.services = map[string]*Service{}
	}
	a.services[s.Cluster+"/"+s.Name] = &s
}

// Primary returns the ID of a service's primary deployment, or "" if there is
// none.
func (a *AWS) Primary(cluster, service string) string {
	a.mu.Lock()
	defer a.mu.Unlock()
	if s := a.services[cluster+"/"+service]; s != nil {
		for _, d := range s.Deployments {
			if d.Status == "PRIMARY" {
				return d.ID
			}
		}
	}
	return ""
}

func (a *AWS) describeServices(c Call) (any, string) {
	cluster, _ := c.Input["cluster"].(string)
	names, _ := c.Input["services"].([]any)
	services, failures := []Service{}, []any{}
	for _, name := range names {
		s := a.services[fmt.Sprint(cluster, "/", name)]
		if s == nil {
			failures = append(failures, map[string]any{"arn": name, "reason": "MISSING"})
			continue
		}
		a.settle(s, c.At)
		services = append(services, *s)
	}
	return map[string]any{"services": services, "failures": failures}, ""
}

// settle completes a rollout whose duration has passed.
func (a *AWS) settle(s *Service, now time.Time) {
	if a.Rollout == 0 || len(s.Deployments) < 2 {
		return
	}
	if Unix(now)-s.Deployments[0].CreatedAt >= a.Rollout.Seconds() {
		s.Deployments = s.Deployments[:1]
		s.Deployments[0].RolloutState = "COMPLETED"
		s.Deployments[0].RunningCount, s.Deployments[0].PendingCount = s.DesiredCount, 0
		s.RunningCount = s.DesiredCount
	}
}

func (a *AWS) updateService(c Call) (any, string) {
	cluster, _ := c.Input["cluster"].(string)
	s := a.services[fmt.Sprint(cluster, "/", c.Input["service"])]
	switch {
	case s == nil:
		return nil, "ServiceNotFoundException"
	case s.Status != "ACTIVE":
		return nil, "ServiceNotActiveException"
	case c.Input["forceNewDeployment"] != true:
		return nil, "InvalidParameterException"
	}
	a.forced++
	next := Deployment{
		ID:           fmt.Sprintf("ecs-svc/9%018d", a.forced),
		Status:       "PRIMARY",
		RolloutState: "IN_PROGRESS",
		CreatedAt:    Unix(c.At),
		PendingCount: s.DesiredCount,
	}
	old := s.Deployments
	s.Deployments = []Deployment{next}
	for _, d := range old {
		if d.Status == "PRIMARY" {
			s.Deployments[0].TaskDefinition = d.TaskDefinition
		}
		d.Status = "ACTIVE"
		s.Deployments = append(s.Deployments, d)
	}
	s.ServiceDeployment = fmt.Sprintf("%s/%s/%d", strings.Replace(cluster, ":cluster/", ":service-deployment/", 1), s.Name, a.forced)
	return map[string]any{"service": *s}, ""
}
