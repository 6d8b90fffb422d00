package services

import (
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/arn"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	events "github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
)

// rules finds the enabled rules of the default event bus that match a notice, and their targets.
func (r *accountReader) rules(ctx context.Context) error {
	var token *string
	for {
		response, unread, err := read(ctx, r.reader, r.pace, access{PartRules, "events:ListRules", "", true}, func(ctx context.Context) (*eventbridge.ListRulesOutput, error) {
			return r.clients.Rules.ListRules(ctx, &eventbridge.ListRulesInput{NextToken: token})
		})
		if err != nil {
			return err
		}
		if unread != nil {
			r.unread(unread)
			return nil
		}
		for _, rule := range response.Rules {
			if err := r.rule(ctx, rule); err != nil {
				return err
			}
		}
		if token = response.NextToken; aws.ToString(token) == "" {
			return nil
		}
	}
}

func (r *accountReader) rule(ctx context.Context, rule events.Rule) error {
	name, pattern := aws.ToString(rule.Name), aws.ToString(rule.EventPattern)
	if rule.State == events.RuleStateDisabled || aws.ToString(rule.ManagedBy) != "" || pattern == "" || slices.Contains(r.question.OwnRules, name) {
		return nil
	}
	matches, err := r.question.Matches(pattern)
	if err != nil {
		r.unread(&Unread{Part: PartRules, Subject: name, Why: "rule " + name + ": " + err.Error()})
		return nil //nolint:nilerr // it is reported as unread
	}
	if !matches {
		return nil
	}
	found := Rule{Name: name, ARN: aws.ToString(rule.Arn)}
	a := access{PartRules, "events:ListTargetsByRule", name, false}
	response, unread, err := read(ctx, r.reader, r.pace, a, func(ctx context.Context) (*eventbridge.ListTargetsByRuleOutput, error) {
		return r.clients.Rules.ListTargetsByRule(ctx, &eventbridge.ListTargetsByRuleInput{Rule: &name})
	})
	if err != nil {
		return err
	}
	if unread != nil {
		r.unread(unread)
	} else {
		for _, target := range response.Targets {
			one := RuleTarget{ARN: aws.ToString(target.Arn)}
			if one.Redeploys, err = r.redeploys(ctx, one.ARN); err != nil {
				return err
			}
			found.Targets = append(found.Targets, one)
		}
	}
	r.set(func(a *Account) { a.Rules = append(a.Rules, found) })
	return nil
}

// redeploys reports whether a target is a function whose role may redeploy.
func (r *accountReader) redeploys(ctx context.Context, target string) (*bool, error) {
	parsed, err := arn.Parse(target)
	if err != nil || parsed.Service != "lambda" {
		return aws.Bool(false), nil //nolint:nilerr // a target that is not a function does not redeploy
	}
	a := access{PartRules, "lambda:GetFunctionConfiguration", target, false}
	function, unread, err := read(ctx, r.reader, r.pace, a, func(ctx context.Context) (*lambda.GetFunctionConfigurationOutput, error) {
		return r.clients.Functions.GetFunctionConfiguration(ctx, &lambda.GetFunctionConfigurationInput{FunctionName: &target})
	})
	if err != nil {
		return nil, err
	}
	if unread != nil {
		r.unread(unread)
		return nil, nil
	}
	allowed, unread, err := MayRedeployAny(ctx, r.clients.Simulator, aws.ToString(function.Role), r.question.Services)
	if unread != nil {
		r.unread(unread)
	}
	return allowed, err
}
