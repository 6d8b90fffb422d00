package deploy

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
	"github.com/aws/smithy-go"

	"github.com/spothandler/spothandler/internal/apperr"
)

// EventBridge's defaults for a target without a retry policy (EventBridge API, RetryPolicy).
const (
	defaultTargetAge     = 86400
	defaultTargetRetries = 185
)

// targets are those of a rule: ours, the ids of others, and which of these are our function all the same.
type targets struct {
	own           *Target
	others, twins []string
}

func getTargets(ctx context.Context, api RuleAPI, names Names) (found targets, err error) {
	input := &eventbridge.ListTargetsByRuleInput{Rule: &names.Rule}
	for {
		answer, err := api.ListTargetsByRule(ctx, input)
		if apperr.IsNotFound(err) || apperr.HasCode(err, "ValidationException") && apperr.Says(err, " not found", "does not exist") {
			return found, nil // EventBridge has words of two kinds for a rule that is not there (terraform-provider-aws, events/target.go)
		}
		if err != nil {
			return found, err
		}
		for _, target := range answer.Targets {
			if value(target.Id) == TargetID {
				found.own = fromTarget(target)
				continue
			}
			found.others = append(found.others, value(target.Id))
			if names.isFunction(value(target.Arn)) {
				found.twins = append(found.twins, value(target.Id))
			}
		}
		if value(answer.NextToken) == "" {
			return found, nil
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
// Twins go first, for a rule has room for five.
func putTarget(want *Target, twins []string) func(context.Context, *run) error {
	return func(ctx context.Context, r *run) error {
		if len(twins) > 0 {
			if err := r.removeTargets(ctx, twins); err != nil {
				return err
			}
		}
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
				return &smithy.GenericAPIError{Code: value(entry.ErrorCode), Message: value(entry.ErrorMessage)}
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
			return apperr.IgnoreNotFound(err)
		}
		for _, entry := range answer.FailedEntries {
			return apperr.IgnoreNotFound(&smithy.GenericAPIError{Code: value(entry.ErrorCode), Message: value(entry.ErrorMessage)})
		}
		return nil
	})
}
