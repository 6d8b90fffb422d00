package services

import (
	"context"
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
)

// groupsAPage is the maximum page size of DescribeTargetGroups.
const groupsAPage = 400

// targetGroups lists all target groups of the Region, because one unknown ARN makes a call by ARNs fail, and
// reads the attributes of those that services use.
func (r *reader) targetGroups(ctx context.Context, found []Service) error {
	users := sharing(found, (*Service).targetGroupARNs)
	if len(users) == 0 {
		return nil
	}
	groups, unread, err := r.listTargetGroups(ctx, users)
	if err != nil {
		return err
	}
	if unread != nil {
		r.markUnread(usersOf(users, slices.Sorted(maps.Keys(users))), *unread)
		return nil
	}
	for arn, services := range users {
		if _, there := groups[arn]; !there {
			r.markUnread(services, Unread{
				Part: PartTargetGroups, Action: "elasticloadbalancing:DescribeTargetGroups", Subject: arn,
				Why: "the target group " + arn + " does not exist",
			})
		}
	}
	return each(ctx, slices.Sorted(maps.Keys(groups)), func(ctx context.Context, arn string) error {
		return r.attributes(ctx, groups[arn], users[arn])
	})
}

func (r *reader) listTargetGroups(ctx context.Context, wanted map[string][]*Service) (map[string]TargetGroup, *Unread, error) {
	groups := map[string]TargetGroup{}
	var marker *string
	for {
		a := access{PartTargetGroups, "elasticloadbalancing:DescribeTargetGroups", "", true}
		response, unread, err := read(ctx, r, r.limits.balancer, a, func(ctx context.Context) (*elb.DescribeTargetGroupsOutput, error) {
			return r.clients.Balancer.DescribeTargetGroups(ctx, &elb.DescribeTargetGroupsInput{PageSize: aws.Int32(groupsAPage), Marker: marker})
		})
		if err != nil || unread != nil {
			return nil, unread, err
		}
		for _, group := range response.TargetGroups {
			if arn := aws.ToString(group.TargetGroupArn); len(wanted[arn]) > 0 {
				groups[arn] = TargetGroup{TargetGroup: group}
			}
		}
		if marker = response.NextMarker; aws.ToString(marker) == "" {
			return groups, nil, nil
		}
	}
}

func (r *reader) attributes(ctx context.Context, group TargetGroup, users []*Service) error {
	a := access{PartTargetGroups, "elasticloadbalancing:DescribeTargetGroupAttributes", aws.ToString(group.TargetGroupName), true}
	response, unread, err := read(ctx, r, r.limits.balancer, a, func(ctx context.Context) (*elb.DescribeTargetGroupAttributesOutput, error) {
		return r.clients.Balancer.DescribeTargetGroupAttributes(ctx, &elb.DescribeTargetGroupAttributesInput{TargetGroupArn: group.TargetGroupArn})
	})
	if err != nil {
		return err
	}
	if unread != nil {
		r.markUnread(users, *unread)
		return nil
	}
	group.Attributes = map[string]string{}
	for _, attribute := range response.Attributes {
		group.Attributes[aws.ToString(attribute.Key)] = aws.ToString(attribute.Value)
	}
	r.note(func(*Facts) {
		for _, s := range users {
			s.TargetGroups = append(s.TargetGroups, group)
		}
	})
	return nil
}
