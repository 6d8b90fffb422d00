package ecs

import (
	"cmp"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/spothandler/spothandler/internal/localaws/api"
)

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
