package localaws

import "strings"

// asks adds the cluster to a service's ARN in the context, because ARNs of services from before 2021 do not
// contain it.
func (in *ecsInput) asks(own ask, c *call) []ask {
	own.where("ecs:cluster", c.region.arn("ecs", "cluster/"+in.cluster()))
	switch own.Action { // actions without a resource (Service Authorization Reference)
	case "ecs:DescribeTaskDefinition", "ecs:ListClusters", "ecs:ListServices", "ecs:ListTasks":
		own.Resource = "*"
	}
	var all []ask
	add := func(resource string) {
		one := own
		one.Resource = c.region.arn("ecs", resource)
		all = append(all, one)
	}
	for _, name := range in.Services {
		add("service/" + in.cluster() + "/" + afterLast(name, "/"))
	}
	for _, name := range in.Tasks {
		add("task/" + in.cluster() + "/" + afterLast(name, "/"))
	}
	for _, name := range in.Clusters {
		add("cluster/" + afterLast(name, "/"))
	}
	for _, arn := range in.ServiceDeploymentArns {
		_, resource, _ := strings.Cut(arn, ":service-deployment/")
		add("service-deployment/" + resource)
	}
	if len(all) == 0 {
		return []ask{own}
	}
	return all
}
