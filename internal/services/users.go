package services

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

// sharing returns, for each referenced object, the services that refer to it.
func sharing(found []Service, refers func(*Service) []string) map[string][]*Service {
	users := map[string][]*Service{}
	for i := range found {
		for _, key := range refers(&found[i]) {
			if key != "" && !slices.Contains(users[key], &found[i]) {
				users[key] = append(users[key], &found[i])
			}
		}
	}
	return users
}

// usersOf returns the services that refer to one of the keys, without duplicates.
func usersOf(users map[string][]*Service, keys []string) []*Service {
	var all []*Service
	for _, key := range keys {
		for _, s := range users[key] {
			if !slices.Contains(all, s) {
				all = append(all, s)
			}
		}
	}
	return all
}

// markUnread records for each of the services that a part is unread.
func (r *reader) markUnread(users []*Service, unread Unread) {
	r.note(func(*Facts) {
		for _, s := range users {
			s.Unread = append(s.Unread, unread)
		}
	})
}

// definition returns the ARN of the task definition of a service, or of its primary task set.
func (s *Service) definition() string {
	if arn := aws.ToString(s.Service.TaskDefinition); arn != "" {
		return arn
	}
	for _, set := range s.TaskSets {
		if aws.ToString(set.Status) == "PRIMARY" {
			return aws.ToString(set.TaskDefinition)
		}
	}
	return ""
}

// targetGroupARNs returns the target groups of a service's load balancers, including those that a blue/green
// deployment shifts traffic to.
func (s *Service) targetGroupARNs() []string {
	var arns []string
	balancers := slices.Clone(s.LoadBalancers)
	for _, set := range s.TaskSets {
		balancers = append(balancers, set.LoadBalancers...)
	}
	for _, b := range balancers {
		arns = append(arns, aws.ToString(b.TargetGroupArn))
		if b.AdvancedConfiguration != nil {
			arns = append(arns, aws.ToString(b.AdvancedConfiguration.AlternateTargetGroupArn))
		}
	}
	return arns
}

// subnetIDs returns the subnets of a service's tasks.
func (s *Service) subnetIDs() []string {
	var ids []string
	configurations := []*types.NetworkConfiguration{s.NetworkConfiguration}
	for _, set := range s.TaskSets {
		configurations = append(configurations, set.NetworkConfiguration)
	}
	for _, c := range configurations {
		if c != nil && c.AwsvpcConfiguration != nil {
			ids = append(ids, c.AwsvpcConfiguration.Subnets...)
		}
	}
	return ids
}
