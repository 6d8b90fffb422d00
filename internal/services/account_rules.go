package services

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/arn"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	events "github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	policies "github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"golang.org/x/time/rate"
)

// rules finds the enabled rules of the default event bus that match a notice, and their targets.
func (r *accountReader) rules(ctx context.Context) error {
	var token *string
	for {
		answer, unread, err := read(ctx, r.reader, r.pace, access{PartRules, "events:ListRules", "", true}, func(ctx context.Context) (*eventbridge.ListRulesOutput, error) {
			return r.clients.Rules.ListRules(ctx, &eventbridge.ListRulesInput{NextToken: token})
		})
		if err != nil {
			return err
		}
		if unread != nil {
			r.unread(unread)
			return nil
		}
		for _, rule := range answer.Rules {
			if err := r.rule(ctx, rule); err != nil {
				return err
			}
		}
		if token = answer.NextToken; aws.ToString(token) == "" {
			return nil
		}
	}
}

func (r *accountReader) rule(ctx context.Context, rule events.Rule) error {
	name, pattern := aws.ToString(rule.Name), aws.ToString(rule.EventPattern)
	if rule.State == events.RuleStateDisabled || aws.ToString(rule.ManagedBy) != "" || pattern == "" || slices.Contains(r.question.Ours, name) {
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
	answer, unread, err := read(ctx, r.reader, r.pace, a, func(ctx context.Context) (*eventbridge.ListTargetsByRuleOutput, error) {
		return r.clients.Rules.ListTargetsByRule(ctx, &eventbridge.ListTargetsByRuleInput{Rule: &name})
	})
	if err != nil {
		return err
	}
	if unread != nil {
		r.unread(unread)
	} else {
		for _, target := range answer.Targets {
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

// MayRedeploy reports, according to IAM's policy simulator, whether a role may ecs:UpdateService on a service
// (its ARN, or "*"). The simulator does not consider service control policies with conditions, nor session
// policies (IAM user guide, policy simulator). If it could not be called the result is nil and Unread says
// why; an error is the context's.
func MayRedeploy(ctx context.Context, simulator SimulatorAPI, role, service string) (*bool, *Unread, error) {
	return MayRedeployAny(ctx, simulator, role, []string{service})
}

// simulatedAtOnce is the number of services that one call asks about; an answer has up to 100 results (IAM API,
// SimulatePrincipalPolicy).
const simulatedAtOnce = 100

// MayRedeployAny is MayRedeploy for several services: it reports whether the role may redeploy at least one of
// them. It asks about the services of a cluster together, because a policy may have a condition on ecs:cluster.
func MayRedeployAny(ctx context.Context, simulator SimulatorAPI, role string, services []string) (*bool, *Unread, error) {
	clusters := map[string][]string{}
	for _, service := range services {
		cluster := clusterOf(service)
		clusters[cluster] = append(clusters[cluster], service)
	}
	answer := aws.Bool(false)
	var unknown *Unread
	for _, cluster := range slices.Sorted(maps.Keys(clusters)) {
		for batch := range slices.Chunk(clusters[cluster], simulatedAtOnce) {
			may, unread, err := mayRedeploy(ctx, simulator, role, cluster, batch)
			switch {
			case err != nil:
				return nil, nil, err
			case may == nil: // another batch may still be allowed
				answer, unknown = nil, cmp.Or(unknown, unread)
			case *may:
				return may, nil, nil
			}
			if unread != nil && unread.Denied { // the next call would be as well
				return nil, unread, nil
			}
		}
	}
	return answer, unknown, nil
}

// mayRedeploy asks about services of one cluster, whose ARN is "" if it is unknown.
func mayRedeploy(ctx context.Context, simulator SimulatorAPI, role, cluster string, services []string) (*bool, *Unread, error) {
	input := &iam.SimulatePrincipalPolicyInput{
		PolicySourceArn: &role, ActionNames: []string{"ecs:UpdateService"}, ResourceArns: services,
	}
	if cluster != "" {
		input.ContextEntries = []policies.ContextEntry{{
			ContextKeyName: aws.String("ecs:cluster"), ContextKeyType: policies.ContextKeyTypeEnumString, ContextKeyValues: []string{cluster},
		}}
	}
	r := &reader{denied: map[string]Unread{}}
	a := access{PartRules, "iam:SimulatePrincipalPolicy", role, false}
	var results []policies.EvaluationResult
	for {
		answer, unread, err := read(ctx, r, rate.NewLimiter(rate.Inf, 1), a, func(ctx context.Context) (*iam.SimulatePrincipalPolicyOutput, error) {
			return simulator.SimulatePrincipalPolicy(ctx, input)
		})
		if err != nil || unread != nil {
			return nil, unread, err
		}
		results = append(results, answer.EvaluationResults...)
		if input.Marker = answer.Marker; !answer.IsTruncated || aws.ToString(input.Marker) == "" {
			break
		}
	}
	allowed, missing := decisions(results)
	switch {
	case allowed:
		return aws.Bool(true), nil, nil
	case len(missing) > 0: // a condition on a value that is unknown here
		return nil, &Unread{Part: PartRules, Action: a.action, Subject: role, Why: "a policy has a condition on " + strings.Join(missing, ", ")}, nil
	case len(results) == 0:
		return nil, nil, nil
	}
	return aws.Bool(false), nil, nil
}

// decisions reports whether a result allows the action, and the condition keys without a value on which the
// others depend. The result of several resources may be one whose decisions are in ResourceSpecificResults.
func decisions(results []policies.EvaluationResult) (allowed bool, missing []string) {
	for _, e := range results {
		if len(e.ResourceSpecificResults) == 0 {
			allowed = allowed || e.EvalDecision == policies.PolicyEvaluationDecisionTypeAllowed
			missing = append(missing, e.MissingContextValues...)
		}
		for _, one := range e.ResourceSpecificResults {
			allowed = allowed || one.EvalResourceDecision == policies.PolicyEvaluationDecisionTypeAllowed
			missing = append(missing, one.MissingContextValues...)
		}
	}
	slices.Sort(missing)
	return allowed, slices.Compact(missing)
}

// clusterOf returns the ARN of the cluster in a service's long ARN, or "".
func clusterOf(service string) string {
	parsed, err := arn.Parse(service)
	if err != nil {
		return ""
	}
	parts := strings.Split(parsed.Resource, "/")
	if len(parts) != 3 {
		return ""
	}
	parsed.Resource = "cluster/" + parts[1]
	return parsed.String()
}
