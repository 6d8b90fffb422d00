package testaws

import (
	"context"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
)

func (c Clients) dumpRoles(ctx context.Context, p *page) error {
	pages := iam.NewListRolesPaginator(c.IAM, &iam.ListRolesInput{})
	var roles []types.Role
	for pages.HasMorePages() {
		next, err := pages.NextPage(ctx)
		if err != nil {
			return err
		}
		roles = append(roles, next.Roles...)
	}
	slices.SortFunc(roles, func(a, b types.Role) int { return strings.Compare(*a.RoleName, *b.RoleName) })
	for _, role := range roles {
		if err := c.dumpRole(ctx, p, role.RoleName); err != nil {
			return err
		}
	}
	return nil
}

func (c Clients) dumpRole(ctx context.Context, p *page, name *string) error {
	response, err := c.IAM.GetRole(ctx, &iam.GetRoleInput{RoleName: name})
	if err != nil {
		return err
	}
	role := response.Role
	p.title("role", aws.ToString(role.Path)+aws.ToString(role.RoleName))
	p.line("description", aws.ToString(role.Description))
	if role.PermissionsBoundary != nil {
		p.line("boundary", aws.ToString(role.PermissionsBoundary.PermissionsBoundaryArn))
	}
	p.line("trust", unescaped(role.AssumeRolePolicyDocument))
	inline, err := c.IAM.ListRolePolicies(ctx, &iam.ListRolePoliciesInput{RoleName: name})
	if err != nil {
		return err
	}
	for _, policy := range slices.Sorted(slices.Values(inline.PolicyNames)) {
		document, err := c.IAM.GetRolePolicy(ctx, &iam.GetRolePolicyInput{RoleName: name, PolicyName: &policy})
		if err != nil {
			return err
		}
		p.line("inline "+policy, unescaped(document.PolicyDocument))
	}
	attached, err := c.IAM.ListAttachedRolePolicies(ctx, &iam.ListAttachedRolePoliciesInput{RoleName: name})
	if err != nil {
		return err
	}
	for _, policy := range attached.AttachedPolicies {
		p.line("attached", aws.ToString(policy.PolicyArn))
	}
	tags := map[string]string{}
	for _, tag := range role.Tags {
		tags[*tag.Key] = aws.ToString(tag.Value)
	}
	p.tags(tags)
	return nil
}

func (c Clients) dumpLogGroups(ctx context.Context, p *page) error {
	pages := cloudwatchlogs.NewDescribeLogGroupsPaginator(c.Logs, &cloudwatchlogs.DescribeLogGroupsInput{})
	for pages.HasMorePages() {
		next, err := pages.NextPage(ctx)
		if err != nil {
			return err
		}
		for _, group := range next.LogGroups {
			p.title("log group", aws.ToString(group.LogGroupName))
			if group.RetentionInDays != nil {
				p.line("retention", decimal(*group.RetentionInDays))
			}
			p.line("key", aws.ToString(group.KmsKeyId))
			arn := strings.TrimSuffix(aws.ToString(group.Arn), ":*")
			tags, err := c.Logs.ListTagsForResource(ctx, &cloudwatchlogs.ListTagsForResourceInput{ResourceArn: &arn})
			if err != nil {
				return err
			}
			p.tags(tags.Tags)
		}
	}
	return nil
}
