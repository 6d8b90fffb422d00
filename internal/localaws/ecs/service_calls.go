package ecs

import (
	"slices"

	"github.com/spothandler/spothandler/internal/localaws/api"
)

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

func (s *Clusters) listServices(k *cluster, in *ecsInput) (any, error) {
	var arns []string
	for _, v := range api.Sorted(k.services) {
		if v.status != "INACTIVE" {
			arns = append(arns, s.serviceARN(v))
		}
	}
	return api.Paged("ecs", "serviceArns", arns, "nextToken", in.NextToken, in.MaxResults, 10)
}
