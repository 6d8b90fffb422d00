package testaws

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
)

func (c Clients) dumpRules(ctx context.Context, p *page) error {
	response, err := c.Events.ListRules(ctx, &eventbridge.ListRulesInput{})
	if err != nil {
		return err
	}
	slices.SortFunc(response.Rules, func(a, b types.Rule) int { return strings.Compare(*a.Name, *b.Name) })
	for _, rule := range response.Rules {
		p.title("rule", aws.ToString(rule.Name))
		p.line("pattern", compact(aws.ToString(rule.EventPattern)))
		p.line("state", string(rule.State))
		p.line("description", aws.ToString(rule.Description))
		p.line("schedule", aws.ToString(rule.ScheduleExpression))
		if err := c.dumpTargets(ctx, p, rule.Name); err != nil {
			return err
		}
		tags, err := c.Events.ListTagsForResource(ctx, &eventbridge.ListTagsForResourceInput{ResourceARN: rule.Arn})
		if err != nil {
			return err
		}
		all := map[string]string{}
		for _, tag := range tags.Tags {
			all[*tag.Key] = aws.ToString(tag.Value)
		}
		p.tags(all)
	}
	return nil
}

func (c Clients) dumpTargets(ctx context.Context, p *page, rule *string) error {
	response, err := c.Events.ListTargetsByRule(ctx, &eventbridge.ListTargetsByRuleInput{Rule: rule})
	if err != nil {
		return err
	}
	for _, target := range response.Targets {
		text := aws.ToString(target.Arn)
		if policy := target.RetryPolicy; policy != nil {
			text += fmt.Sprintf(", events up to %d s, %d retries", aws.ToInt32(policy.MaximumEventAgeInSeconds), aws.ToInt32(policy.MaximumRetryAttempts))
		}
		p.line("target "+aws.ToString(target.Id), text+aws.ToString(target.Input))
	}
	return nil
}
