package localaws

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"time"
)

type service struct {
	cluster             *cluster
	name, status        string
	desired             int
	definition          string // ARN
	strategy            []strategyItem
	launchType          string
	config              deploymentConfig
	controller, network any
	created             time.Time
	deployments         []*deployment // PRIMARY first
	events              []map[string]any
	tags                tags
}

type strategyItem struct {
	CapacityProvider string `json:"capacityProvider"`
	Weight           int    `json:"weight"`
	Base             int    `json:"base"`
}

type deploymentConfig struct {
	MaximumPercent        int    `json:"maximumPercent"`
	MinimumHealthyPercent *int   `json:"minimumHealthyPercent"`
	Strategy              string `json:"strategy,omitempty"`
	CircuitBreaker        any    `json:"deploymentCircuitBreaker,omitempty"`
}

type deployment struct {
	id, status, definition, rollout, reason string
	created, updated                        time.Time
	strategy                                []strategyItem
}

func (s *ecsService) serviceARN(v *service) string {
	return s.region.arn("ecs", "service/"+v.cluster.name+"/"+v.name)
}

type serviceSettings struct {
	DesiredCount             *int `check:"min=0"`
	TaskDefinition           string
	CapacityProviderStrategy []strategyItem
	DeploymentConfiguration  *deploymentConfig
	NetworkConfiguration     any
}

type createServiceInput struct {
	clusterRef
	serviceSettings
	ServiceName          string `check:"required re=[a-zA-Z0-9\\-_]{1,255}"`
	LaunchType           string `check:"enum=EC2|FARGATE|EXTERNAL"`
	DeploymentController any
	Tags                 []tag
}

func (s *ecsService) createService(k *cluster, in createServiceInput) (any, error) {
	if have := k.services[in.ServiceName]; have != nil && have.status == "ACTIVE" {
		return nil, ecsInvalid("Creation of service was not idempotent.")
	}
	if in.LaunchType != "" && len(in.CapacityProviderStrategy) > 0 {
		return nil, ecsInvalid("Specifying both a launch type and capacity provider strategy is not supported. Remove one and try again.")
	}
	v := &service{
		cluster: k, name: in.ServiceName, status: "ACTIVE", launchType: in.LaunchType, controller: in.DeploymentController,
		config: deploymentConfig{MaximumPercent: 200, Strategy: "ROLLING"}, created: time.Now(), tags: tagsOf(in.Tags),
	}
	if err := s.apply(v, in.serviceSettings); err != nil {
		return nil, err
	}
	k.services[v.name] = v
	s.deploy(v)
	return map[string]any{"service": s.serviceJSON(v, true)}, nil
}

// apply changes what the settings name.
func (s *ecsService) apply(v *service, in serviceSettings) error {
	if in.TaskDefinition != "" {
		found, err := s.definition(in.TaskDefinition)
		if err != nil {
			return refuse("ClientException", "TaskDefinition not found.")
		}
		v.definition = fmt.Sprint(found["taskDefinitionArn"])
	}
	if in.DeploymentConfiguration != nil {
		v.config.MaximumPercent = orDefault(in.DeploymentConfiguration.MaximumPercent, v.config.MaximumPercent)
		v.config.Strategy = orDefault(in.DeploymentConfiguration.Strategy, v.config.Strategy)
		if in.DeploymentConfiguration.MinimumHealthyPercent != nil {
			v.config.MinimumHealthyPercent = in.DeploymentConfiguration.MinimumHealthyPercent
		}
	}
	if v.config.MinimumHealthyPercent == nil {
		whole := 100
		v.config.MinimumHealthyPercent = &whole
	}
	if in.CapacityProviderStrategy != nil {
		v.strategy = in.CapacityProviderStrategy
	}
	if in.NetworkConfiguration != nil {
		v.network = in.NetworkConfiguration
	}
	set(&v.desired, in.DesiredCount)
	return nil
}

// find gives a service by name or ARN.
func (k *cluster) find(name string) *service { return k.services[afterLast(name, "/")] }

type updateServiceInput struct {
	clusterRef
	serviceSettings
	Service            string `check:"required"`
	ForceNewDeployment bool
}

func (in updateServiceInput) arn(r *region) string {
	return r.arn("ecs", "service/"+in.key()+"/"+afterLast(in.Service, "/"))
}

func (s *ecsService) updateService(k *cluster, in updateServiceInput) (any, error) {
	v := k.find(in.Service)
	switch {
	case v == nil:
		return nil, refuse("ServiceNotFoundException", "Service not found.")
	case v.status != "ACTIVE":
		return nil, refuse("ServiceNotActiveException", "Service was not ACTIVE.")
	case v.controllerType() == "CODE_DEPLOY" && in.ForceNewDeployment:
		return nil, ecsInvalid("Cannot force a new deployment on services with a CODE_DEPLOY deployment controller. Use AWS CodeDeploy to trigger a new deployment.")
	}
	before := v.definition
	if err := s.apply(v, in.serviceSettings); err != nil {
		return nil, err
	}
	if in.ForceNewDeployment || v.definition != before {
		s.deploy(v)
	}
	s.reconcile(v)
	return map[string]any{"service": s.serviceJSON(v, true)}, nil
}

func (v *service) controllerType() string {
	controller, _ := v.controller.(map[string]any)
	kind, _ := controller["type"].(string)
	return kind
}

// newDeploymentID is one as ECS makes them: 19 digits.
func newDeploymentID() string { return fmt.Sprintf("ecs-svc/%d", int64(1e18)+rand.Int64N(8e18)) }

// deploy begins a new PRIMARY deployment; the ones before it are ACTIVE until their tasks are gone.
func (s *ecsService) deploy(v *service) {
	for _, d := range v.deployments {
		d.status = "ACTIVE"
	}
	d := &deployment{
		id: newDeploymentID(), status: "PRIMARY", definition: v.definition,
		created: time.Now(), strategy: v.strategy,
	}
	v.deployments = append([]*deployment{d}, v.deployments...)
	s.rollout(v, d, "IN_PROGRESS")
	s.reconcile(v)
}

// rollout notes and announces how far a deployment is.
func (s *ecsService) rollout(v *service, d *deployment, state string) {
	words := map[string]string{"IN_PROGRESS": "in progress", "COMPLETED": "completed"}[state]
	d.rollout, d.updated = state, time.Now()
	d.reason = fmt.Sprintf("ECS deployment %s %s.", d.id, words)
	s.region.events.publish(s.region.events.event("aws.ecs", "ECS Deployment State Change", []string{s.serviceARN(v)}, map[string]any{
		"eventType": "INFO", "eventName": "SERVICE_DEPLOYMENT_" + state, "deploymentId": d.id,
		"updatedAt": d.updated.UTC().Format(time.RFC3339Nano), "reason": d.reason,
	}))
}

type deleteServiceInput struct {
	clusterRef
	Service string `check:"required"`
	Force   bool
}

func (s *ecsService) deleteService(k *cluster, in deleteServiceInput) (any, error) {
	v := k.find(in.Service)
	switch {
	case v == nil || v.status == "INACTIVE":
		return nil, refuse("ServiceNotFoundException", "Service not found.")
	case v.desired > 0 && !in.Force:
		return nil, ecsInvalid("The service cannot be stopped while it is scaled above 0.")
	}
	v.status, v.desired = "DRAINING", 0
	s.reconcile(v)
	return map[string]any{"service": s.serviceJSON(v, true)}, nil
}

type describeServicesInput struct {
	clusterRef
	Services []string
	Include  []string
}

func (s *ecsService) describeServices(k *cluster, in describeServicesInput) (any, error) {
	if len(in.Services) == 0 || len(in.Services) > 10 {
		return nil, ecsInvalid("Services must have between 1 and 10 entries.")
	}
	found, failures := []any{}, []any{}
	for _, name := range in.Services {
		if v := k.find(name); v != nil {
			found = append(found, s.serviceJSON(v, slices.Contains(in.Include, "TAGS")))
		} else {
			failures = append(failures, missing(s.region.arn("ecs", "service/"+k.name+"/"+afterLast(name, "/"))))
		}
	}
	return map[string]any{"services": found, "failures": failures}, nil
}

func (s *ecsService) serviceJSON(v *service, withTags bool) map[string]any {
	running, pending := v.counts(nil)
	deployments := []any{}
	for _, d := range v.deployments {
		deployments = append(deployments, v.deploymentJSON(d))
	}
	j := map[string]any{
		"serviceArn": s.serviceARN(v), "serviceName": v.name, "clusterArn": clusterRef{v.cluster.name}.arn(s.region), "status": v.status,
		"desiredCount": v.desired, "runningCount": running, "pendingCount": pending, "taskDefinition": v.definition,
		"deploymentConfiguration": v.config, "deployments": deployments, "events": v.events, "createdAt": epoch(v.created),
		"schedulingStrategy": "REPLICA", "loadBalancers": []any{}, "serviceRegistries": []any{}, "platformVersion": "LATEST",
	}
	optional := map[string]any{"deploymentController": v.controller, "networkConfiguration": v.network}
	if v.launchType != "" {
		optional["launchType"] = v.launchType
	}
	if len(v.strategy) > 0 {
		optional["capacityProviderStrategy"] = v.strategy
	}
	if withTags {
		optional["tags"] = v.tags.lower()
	}
	maps.DeleteFunc(optional, func(_ string, value any) bool { return value == nil })
	maps.Copy(j, optional)
	return j
}

func (v *service) deploymentJSON(d *deployment) map[string]any {
	running, pending := v.counts(d)
	desired := v.desired
	if d.status != "PRIMARY" {
		desired = 0
	}
	return map[string]any{
		"id": d.id, "status": d.status, "taskDefinition": d.definition, "desiredCount": desired, "runningCount": running,
		"pendingCount": pending, "failedTasks": 0, "createdAt": epoch(d.created), "updatedAt": epoch(d.updated),
		"rolloutState": d.rollout, "rolloutStateReason": d.reason, "capacityProviderStrategy": append([]strategyItem{}, d.strategy...),
	}
}

type listServicesInput struct {
	clusterRef
	pageInput
}

func (s *ecsService) listServices(k *cluster, in listServicesInput) (any, error) {
	arns := []string{}
	for _, name := range slices.Sorted(maps.Keys(k.services)) {
		if k.services[name].status != "INACTIVE" {
			arns = append(arns, s.serviceARN(k.services[name]))
		}
	}
	size := limit(in.MaxResults, 10)
	in.MaxResults = &size
	return in.answer("serviceArns", arns), nil
}
