package ecs

import "github.com/spothandler/spothandler/internal/localaws/api"

// Actions returns the actions by name.
func (s *Clusters) Actions() map[string]api.Action {
	tagResource, untagResource := api.TagCalls("ecs", s.tagged, func(t *api.Tags) *api.Tags { return t })
	return map[string]api.Action{
		"CreateCluster":               api.Op(s.createCluster),
		"DescribeClusters":            api.Op(s.describeClusters),
		"ListClusters":                api.Op(s.listClusters),
		"PutClusterCapacityProviders": api.On(s.find, s.putProviders),
		"RegisterTaskDefinition":      api.Op(s.registerTaskDefinition, "Family"),
		"DescribeTaskDefinition":      api.Op(s.describeTaskDefinition, "TaskDefinition"),
		"CreateService":               api.On(s.find, s.createService, "ServiceName"),
		"UpdateService":               api.On(s.find, s.updateService, "Service"),
		"DeleteService":               api.On(s.find, s.deleteService, "Service"),
		"DescribeServices":            api.On(s.find, s.describeServices),
		"ListServices":                api.On(s.find, s.listServices),
		"ListServiceDeployments":      api.On(s.find, s.listServiceDeployments, "Service"),
		"DescribeServiceDeployments":  api.Op(s.describeServiceDeployments),
		"ListTasks":                   api.On(s.find, s.listTasks),
		"DescribeTasks":               api.On(s.find, s.describeTasks),
		"StopTask":                    api.On(s.find, s.stopTask, "Task"),
		"TagResource":                 tagResource,
		"UntagResource":               untagResource,
		"ListTagsForResource":         api.Show(s.tagged, func(t *api.Tags) any { return api.Obj{"tags": lower(*t)} }),
	}
}
