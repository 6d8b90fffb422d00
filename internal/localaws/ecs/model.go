package ecs

import (
	"slices"
	"time"

	"github.com/spothandler/spothandler/internal/localaws/api"
)

// cluster is a cluster with all that is in it.
type cluster struct {
	name     string
	services map[string]*service
	tasks    []*task // oldest first, including stopped ones
	tags     api.Tags

	providers []string
	strategy  []strategyItem // for services created without one
}

// find returns a service by name or ARN.
func (k *cluster) find(name string) *service { return k.services[api.AfterLast(name, "/")] }

// task returns a task by id or ARN.
func (k *cluster) task(name string) *task {
	i := slices.IndexFunc(k.tasks, func(t *task) bool { return t.id == api.AfterLast(name, "/") })
	if i < 0 {
		return nil
	}
	return k.tasks[i]
}

// service is a service, and what the scheduler must know of it.
type service struct {
	cluster             *cluster
	name, status        string
	desired             int
	definition          string // ARN
	strategy            []strategyItem
	launchType          *string // nil: by capacity provider strategy
	config              deploymentConfig
	controller, network api.Obj
	created             time.Time
	deployments         []*deployment // PRIMARY first
	past                []*deployment // all deployments ever, oldest first
	events              []api.Obj
	tags                api.Tags

	standalone  bool // not a service: it represents standalone tasks
	balancers   []api.Obj
	platform    string
	grace       *int // seconds; nil if not set
	rebalancing string
}

// deployment is a deployment of a service, which is also a service deployment.
type deployment struct {
	id, status, definition, rollout, reason string
	created, updated                        time.Time
	strategy                                []strategyItem
	serviceDeployment                       string // its ID as a service deployment
}

// deploymentConfig is a service's deploymentConfiguration in ECS's form.
type deploymentConfig struct {
	MaximumPercent        int    `json:"maximumPercent"`
	MinimumHealthyPercent int    `json:"minimumHealthyPercent"`
	Strategy              string `json:"strategy,omitempty"`
	CircuitBreaker        any    `json:"deploymentCircuitBreaker,omitempty"`
}

// task is a task, with its last and its desired status.
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

// lower returns the tags in ECS's form, with lower case keys.
func lower(t api.Tags) []api.Obj {
	l := []api.Obj{}
	for _, e := range t.List() {
		l = append(l, api.Obj{"key": e.Key, "value": e.Value})
	}
	return l
}
