package deploy

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
)

// EventBridge's defaults for a target without a retry policy (EventBridge API, RetryPolicy).
const (
	defaultTargetAge     = 86400
	defaultTargetRetries = 185
)

// getTargets reads the rule's targets: ours, and the ids of others.
func getTargets(ctx context.Context, api RuleAPI, rule string) (own *Target, others []string, err error) {
	input := &eventbridge.ListTargetsByRuleInput{Rule: &rule}
	for {
		answer, err := api.ListTargetsByRule(ctx, input)
		if err != nil {
			return own, others, ignoreNotFound(err)
		}
		for _, target := range answer.Targets {
			if value(target.Id) == TargetID {
				own = fromTarget(target)
				continue
			}
			others = append(others, value(target.Id))
		}
		if value(answer.NextToken) == "" {
			return own, others, nil
		}
		input.NextToken = answer.NextToken
	}
}

func fromTarget(target types.Target) *Target {
	found := &Target{FunctionARN: value(target.Arn), MaxAge: defaultTargetAge, MaxRetries: defaultTargetRetries}
	if policy := target.RetryPolicy; policy != nil {
		found.MaxAge = int(valueOr(policy.MaximumEventAgeInSeconds, defaultTargetAge))
		found.MaxRetries = int(valueOr(policy.MaximumRetryAttempts, defaultTargetRetries))
	}
	found.Other = otherOfTarget(target)
	return found
}

// otherOfTarget is what a target for a function can have beyond ours, as JSON; "" is nothing.
func otherOfTarget(target types.Target) string {
	rest := map[string]any{}
	if target.Input != nil {
		rest["Input"] = *target.Input
	}
	if target.InputPath != nil {
		rest["InputPath"] = *target.InputPath
	}
	if target.InputTransformer != nil {
		rest["InputTransformer"] = target.InputTransformer
	}
	if target.DeadLetterConfig != nil && target.DeadLetterConfig.Arn != nil {
		rest["DeadLetterConfig"] = *target.DeadLetterConfig.Arn
	}
	if target.RoleArn != nil {
		rest["RoleArn"] = *target.RoleArn
	}
	if len(rest) == 0 {
		return ""
	}
	return encodeJSON(rest)
}

func (t *Target) fields() []pair {
	return []pair{
		{"function", t.FunctionARN},
		{"max_event_age", decimal(t.MaxAge)},
		{"max_retries", decimal(t.MaxRetries)},
		{"other", t.Other},
	}
}

// putTarget creates and updates: a target of the same id is overwritten (EventBridge API, PutTargets).
func putTarget(want *Target) func(context.Context, *run) error {
	return func(ctx context.Context, r *run) error {
		return r.retry(ctx, waitForPropagation(), func() error {
			answer, err := r.Events.PutTargets(ctx, &eventbridge.PutTargetsInput{
				Rule: &r.names.Rule,
				Targets: []types.Target{{
					Id:  aws.String(TargetID),
					Arn: &want.FunctionARN,
					RetryPolicy: &types.RetryPolicy{
						MaximumEventAgeInSeconds: int32Ptr(want.MaxAge),
						MaximumRetryAttempts:     int32Ptr(want.MaxRetries),
					},
				}},
			})
			if err != nil {
				return err
			}
			for _, entry := range answer.FailedEntries {
				return &entryError{value(entry.ErrorCode), value(entry.ErrorMessage)}
			}
			return nil
		})
	}
}

func deleteTarget(ctx context.Context, r *run) error {
	return r.removeTargets(ctx, []string{TargetID})
}

func (r *run) removeTargets(ctx context.Context, ids []string) error {
	return r.retry(ctx, waitForConflict(), func() error {
		answer, err := r.Events.RemoveTargets(ctx, &eventbridge.RemoveTargetsInput{Rule: &r.names.Rule, Ids: ids})
		if err != nil {
			return ignoreNotFound(err)
		}
		for _, entry := range answer.FailedEntries {
			return ignoreNotFound(&entryError{value(entry.ErrorCode), value(entry.ErrorMessage)})
		}
		return nil
	})
}
