package ecs

import (
	"cmp"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/spothandler/spothandler/internal/localaws/api"
)

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

type strategyItem struct {
	CapacityProvider string `json:"capacityProvider"`
	Weight           int    `json:"weight"`
	Base             int    `json:"base"`
}

type deploymentConfig struct {
	MaximumPercent        int    `json:"maximumPercent"`
	MinimumHealthyPercent int    `json:"minimumHealthyPercent"`
	Strategy              string `json:"strategy,omitempty"`
	CircuitBreaker        any    `json:"deploymentCircuitBreaker,omitempty"`
}

type deployment struct {
	id, status, definition, rollout, reason string
	created, updated                        time.Time
	strategy                                []strategyItem
	serviceDeployment                       string // its ID as a service deployment
}

func (s *Clusters) serviceARN(v *service) string {
	return s.region.ARN("ecs", "service/"+v.cluster.name+"/"+v.name)
}

func (s *Clusters) createService(k *cluster, in *ecsInput) (any, error) {
	switch have := k.services[in.ServiceName]; {
	case have != nil && have.status == "ACTIVE":
		return nil, ecsInvalid("Creation of service was not idempotent.")
	}
	v := newService(k, in.ServiceName)
	v.launchType, v.controller = in.LaunchType, in.DeploymentController
	if err := v.tags.Add("ecs", in.Tags); err != nil {
		return nil, err
	}
	if err := s.apply(v, in); err != nil {
		return nil, err
	}
	k.services[v.name] = v
	s.deploy(v)
	return api.Obj{"service": s.serviceJSON(v, true)}, nil
}

// newService returns an ACTIVE service with AWS's defaults.
func newService(k *cluster, name string) *service {
	return &service{
		cluster: k, name: name, status: "ACTIVE", created: time.Now(),
		config: deploymentConfig{MaximumPercent: 200, MinimumHealthyPercent: 100, Strategy: "ROLLING"},
	}
}

// apply changes what the input sets.
func (s *Clusters) apply(v *service, in *ecsInput) error {
	if in.TaskDefinition != "" {
		found := s.definition(in.TaskDefinition)
		if found == nil {
			return api.Refuse("ClientException", "TaskDefinition not found.")
		}
		v.definition = fmt.Sprint(found["taskDefinitionArn"])
	}
	if given := in.DeploymentConfiguration; given != nil { // omitted values stay
		if err := json.Unmarshal(given, &v.config); err != nil {
			return ecsInvalid("%v", err)
		}
	}
	if in.CapacityProviderStrategy != nil {
		v.strategy = in.CapacityProviderStrategy
	}
	if in.NetworkConfiguration != nil {
		v.network = in.NetworkConfiguration
	}
	if in.LoadBalancers != nil {
		v.balancers = in.LoadBalancers
	}
	if in.HealthCheckGracePeriodSeconds != nil {
		v.grace = in.HealthCheckGracePeriodSeconds
	}
	v.platform, v.rebalancing = cmp.Or(in.PlatformVersion, v.platform), cmp.Or(in.AvailabilityZoneRebalancing, v.rebalancing)
	api.Set(&v.desired, in.DesiredCount)
	return nil
}

// find returns a service by name or ARN.
func (k *cluster) find(name string) *service { return k.services[api.AfterLast(name, "/")] }

func (s *Clusters) updateService(k *cluster, in *ecsInput) (any, error) {
	v := k.find(in.Service)
	switch {
	case v == nil:
		return nil, api.Refuse("ServiceNotFoundException", "Service not found.")
	case v.status != "ACTIVE":
		return nil, api.Refuse("ServiceNotActiveException", "Service was not ACTIVE.")
	case v.controllerType() == "CODE_DEPLOY" && in.ForceNewDeployment:
		return nil, ecsInvalid("Cannot force a new deployment on services with a CODE_DEPLOY deployment controller. Use AWS CodeDeploy to trigger a new deployment.")
	}
	if in.CapacityProviderStrategy != nil && !in.ForceNewDeployment {
		return nil, ecsInvalid("When you change the capacity provider strategy of a service, you must force a new deployment.")
	}
	before := v.definition
	if err := s.apply(v, in); err != nil {
		return nil, err
	}
	if in.deploys() || v.definition != before {
		s.deploy(v)
	}
	s.reconcile(v)
	return api.Obj{"service": s.serviceJSON(v, true)}, nil
}

// deploys reports whether an update always starts a deployment.
func (in *ecsInput) deploys() bool {
	return in.ForceNewDeployment || in.NetworkConfiguration != nil || in.PlatformVersion != ""
}

func (v *service) controllerType() string {
	kind, _ := v.controller["type"].(string)
	return kind
}

// newDeployment adds a PRIMARY deployment before all others; its ID has 19 digits, as in ECS.
func (v *service) newDeployment(at time.Time) *deployment {
	d := &deployment{
		id: fmt.Sprintf("ecs-svc/%d", int64(1e18)+rand.Int64N(8e18)), status: "PRIMARY", definition: v.definition,
		created: at, updated: at, strategy: v.strategy, serviceDeployment: api.NewID(),
	}
	v.past = append(v.past, d)
	v.deployments = append([]*deployment{d}, v.deployments...)
	return d
}

// deploy starts a new PRIMARY deployment; the previous ones are ACTIVE until their tasks are gone.
func (s *Clusters) deploy(v *service) {
	for _, d := range v.deployments {
		d.status = "ACTIVE"
	}
	d := v.newDeployment(time.Now())
	s.rollout(v, d, "IN_PROGRESS")
	s.reconcile(v)
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

func (s *Clusters) deleteService(k *cluster, in *ecsInput) (any, error) {
	v := k.find(in.Service)
	switch {
	case v == nil || v.status == "INACTIVE":
		return nil, api.Refuse("ServiceNotFoundException", "Service not found.")
	case v.desired > 0 && !in.Force:
		return nil, ecsInvalid("The service cannot be stopped while it is scaled above 0.")
	}
	v.status, v.desired = "DRAINING", 0
	s.reconcile(v)
	return api.Obj{"service": s.serviceJSON(v, true)}, nil
}

func (s *Clusters) describeServices(k *cluster, in *ecsInput) (any, error) {
	if len(in.Services) == 0 || len(in.Services) > 10 {
		return nil, ecsInvalid("Services must have between 1 and 10 entries.")
	}
	show := func(v *service) api.Obj { return s.serviceJSON(v, slices.Contains(in.Include, "TAGS")) }
	return describe(s, "services", "service/"+k.name, in.Services, k.find, show), nil
}

func (s *Clusters) serviceJSON(v *service, withTags bool) api.Obj {
	running, pending := v.counts(nil)
	deployments := []api.Obj{}
	for _, d := range v.deployments {
		deployments = append(deployments, v.deploymentJSON(d))
	}
	j := api.Obj{
		"serviceArn": s.serviceARN(v), "serviceName": v.name, "clusterArn": s.region.ARN("ecs", "cluster/"+v.cluster.name), "status": v.status,
		"desiredCount": v.desired, "runningCount": running, "pendingCount": pending, "taskDefinition": v.definition,
		"deploymentConfiguration": v.config, "deployments": deployments, "events": v.events, "createdAt": api.Epoch(v.created),
		"schedulingStrategy": "REPLICA", "loadBalancers": append([]api.Obj{}, v.balancers...), "serviceRegistries": []any{}, "platformVersion": cmp.Or(v.platform, "LATEST"),
		"availabilityZoneRebalancing": cmp.Or(v.rebalancing, "DISABLED"), "healthCheckGracePeriodSeconds": v.grace,
		"deploymentController": v.controller, "networkConfiguration": v.network, "launchType": v.launchType, "capacityProviderStrategy": v.strategy,
	}
	if len(v.deployments) > 0 {
		j["currentServiceDeployment"] = s.deploymentARN(v, v.deployments[0])
	}
	if withTags {
		j["tags"] = lower(v.tags)
	}
	return j
}

func (v *service) deploymentJSON(d *deployment) api.Obj {
	running, pending := v.counts(d)
	desired := v.desired
	if d.status != "PRIMARY" {
		desired = 0
	}
	return api.Obj{
		"id": d.id, "status": d.status, "taskDefinition": d.definition, "desiredCount": desired, "runningCount": running,
		"pendingCount": pending, "failedTasks": 0, "createdAt": api.Epoch(d.created), "updatedAt": api.Epoch(d.updated),
		"rolloutState": d.rollout, "rolloutStateReason": d.reason, "capacityProviderStrategy": append([]strategyItem{}, d.strategy...),
	}
}

func (s *Clusters) listServices(k *cluster, in *ecsInput) (any, error) {
	var arns []string
	for _, v := range api.Sorted(k.services) {
		if v.status != "INACTIVE" {
			arns = append(arns, s.serviceARN(v))
		}
	}
	return api.Paged("ecs", "serviceArns", arns, "nextToken", in.NextToken, in.MaxResults, 10)
}
