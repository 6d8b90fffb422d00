package ecs

import (
	"slices"
	"strings"

	"github.com/spothandler/spothandler/internal/localaws/api"
)

// serviceDeploymentJSON returns a service deployment as in both calls, with the supported fields.
func (s *Clusters) serviceDeploymentJSON(v *service, d *deployment) api.Obj {
	j := api.Obj{
		"serviceDeploymentArn": s.deploymentARN(v, d), "serviceArn": s.serviceARN(v), "clusterArn": s.region.ARN("ecs", "cluster/"+v.cluster.name),
		"status": "IN_PROGRESS", "createdAt": api.Epoch(d.created), "startedAt": api.Epoch(d.created),
	}
	switch {
	case d.rollout == "COMPLETED":
		j["status"], j["finishedAt"] = "SUCCESSFUL", api.Epoch(d.updated)
	case d.rollout == "FAILED":
		j["status"], j["finishedAt"] = "ROLLBACK_SUCCESSFUL", api.Epoch(d.updated)
	case v.deployments[0] != d: // another one started before it had ended
		j["status"], j["finishedAt"] = "STOPPED", api.Epoch(d.updated)
	}
	return j
}

// listServiceDeployments returns the newest first.
func (s *Clusters) listServiceDeployments(k *cluster, in *ecsInput) (any, error) {
	v := k.find(in.Service)
	if v == nil {
		return nil, api.Refuse("ServiceNotFoundException", "Service not found.")
	}
	found := []api.Obj{}
	for _, d := range slices.Backward(v.past) {
		if in.CreatedAt.has(d.created) {
			found = append(found, s.serviceDeploymentJSON(v, d))
		}
	}
	return api.Paged("ecs", "serviceDeployments", found, "nextToken", in.NextToken, in.MaxResults, 100)
}

// describeServiceDeployments fails as a whole where one is of a cluster that does not exist.
func (s *Clusters) describeServiceDeployments(_ *api.Request, in *ecsInput) (any, error) {
	if len(in.ServiceDeploymentArns) == 0 || len(in.ServiceDeploymentArns) > 20 {
		return nil, ecsInvalid("serviceDeploymentArns must have between 1 and 20 entries.")
	}
	for _, arn := range in.ServiceDeploymentArns {
		if parts := strings.Split(api.AfterLast(arn, ":"), "/"); len(parts) > 1 && s.clusters[parts[1]] == nil {
			return nil, api.Refuse("ClusterNotFoundException", "Cluster not found.")
		}
	}
	found := map[string]api.Obj{}
	for _, k := range s.clusters {
		for _, v := range k.services {
			for _, d := range v.past {
				found[s.deploymentARN(v, d)] = s.serviceDeploymentJSON(v, d)
			}
		}
	}
	shown, failures := []api.Obj{}, []api.Obj{}
	for _, arn := range in.ServiceDeploymentArns {
		if j := found[arn]; j != nil {
			shown = append(shown, j)
		} else {
			failures = append(failures, api.Obj{"arn": arn, "reason": "MISSING"})
		}
	}
	return api.Obj{"serviceDeployments": shown, "failures": failures}, nil
}
