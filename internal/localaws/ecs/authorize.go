package ecs

import (
	"strings"

	"github.com/spothandler/spothandler/internal/localaws/api"
)

// Asks adds the cluster to a service's ARN in the context, because ARNs of services from before 2021 do not
// contain it.
func (in *ecsInput) Asks(own api.Ask, c *api.Request) []api.Ask {
	own.Where("ecs:cluster", c.Region.ARN("ecs", "cluster/"+in.cluster()))
	switch own.Action { // actions without a resource (Service Authorization Reference)
	case "ecs:DescribeTaskDefinition", "ecs:ListClusters", "ecs:ListServices", "ecs:ListTasks":
		own.Resource = "*"
	}
	var all []api.Ask
	add := func(resource string) {
		one := own
		one.Resource = c.Region.ARN("ecs", resource)
		all = append(all, one)
	}
	for _, name := range in.Services {
		add("service/" + in.cluster() + "/" + api.AfterLast(name, "/"))
	}
	for _, name := range in.Tasks {
		add("task/" + in.cluster() + "/" + api.AfterLast(name, "/"))
	}
	for _, name := range in.Clusters {
		add("cluster/" + api.AfterLast(name, "/"))
	}
	for _, arn := range in.ServiceDeploymentArns {
		_, resource, _ := strings.Cut(arn, ":service-deployment/")
		add("service-deployment/" + resource)
	}
	if len(all) == 0 {
		return []api.Ask{own}
	}
	return all
}
