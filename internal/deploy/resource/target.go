package resource

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
	"github.com/aws/smithy-go"

	"github.com/spothandler/spothandler/internal/apperr"
)

// EventBridge's defaults for a target without a retry policy (EventBridge API, RetryPolicy).
const (
	defaultTargetAge     = 86400 // seconds
	defaultTargetRetries = 185
)

// Target is our target on a rule: the function.
type Target struct {
	TargetID    string
	Rule        string // its name
	FunctionARN string
	MaxAge      int    // seconds; 86400 is AWS's default
	MaxRetries  int    // 185 is AWS's default
	Other       string // properties other than ours, as JSON; "" if none
}

// ID returns the target as a plan and a status name it.
func (t *Target) ID() ID { return ID{KindTarget, t.TargetID} }

func (t *Target) partOf() ID              { return ID{KindRule, t.Rule} }
func (t *Target) waves() (_, _ wave)      { return waveTarget, waveDeleteTarget }
func (t *Target) detail() string          { return "" }
func (t *Target) unowned(string) *Unowned { return nil }
func (t *Target) additions() []Foreign    { return nil }

func (t *Target) fields() []pair {
	return []pair{
		{"function", t.FunctionARN},
		{"max_event_age", decimal(t.MaxAge)},
		{"max_retries", decimal(t.MaxRetries)},
		{"other", t.Other},
	}
}

func (t *Target) part(string) string { return "target" }

func (t *Target) vital(field Field) bool {
	return field.Path == "" || field.Path == "function" || field.Path == "other"
}

// getTargets returns all targets of a rule, or none if there is no such rule.
func getTargets(ctx context.Context, api RuleAPI, rule string) (targets []types.Target, err error) {
	input := &eventbridge.ListTargetsByRuleInput{Rule: &rule}
	for {
		response, err := api.ListTargetsByRule(ctx, input)
		if apperr.IsNotFound(err) || apperr.HasCode(err, "ValidationException") && apperr.Says(err, " not found", "does not exist") {
			return nil, nil // EventBridge has two errors for a rule that does not exist (terraform-provider-aws, events/target.go)
		}
		if err != nil {
			return nil, err
		}
		targets = append(targets, response.Targets...)
		if value(response.NextToken) == "" {
			return targets, nil
		}
		input.NextToken = response.NextToken
	}
}

func fromTarget(rule string, target types.Target) *Target {
	found := &Target{TargetID: value(target.Id), Rule: rule, FunctionARN: value(target.Arn), MaxAge: defaultTargetAge, MaxRetries: defaultTargetRetries}
	if policy := target.RetryPolicy; policy != nil {
		found.MaxAge = int(valueOr(policy.MaximumEventAgeInSeconds, defaultTargetAge))
		found.MaxRetries = int(valueOr(policy.MaximumRetryAttempts, defaultTargetRetries))
	}
	found.Other = otherOfTarget(target)
	return found
}

// otherOfTarget returns the properties of a function's target that are not ours, as JSON; "" if none.
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

func (t *Target) create(ctx context.Context, r *runner, d diff) error { return t.put(ctx, r, d) }
func (t *Target) update(ctx context.Context, r *runner, d diff) error { return t.put(ctx, r, d) }

// put creates or updates: it overwrites a target with the same ID (EventBridge API, PutTargets). Duplicates
// are removed first, because a rule may have only five targets.
func (t *Target) put(ctx context.Context, r *runner, d diff) error {
	if len(d.duplicates) > 0 {
		if err := removeTargets(ctx, r, t.Rule, d.duplicates...); err != nil {
			return err
		}
	}
	return r.retry(ctx, waitForPropagation().of(ID{KindRule, t.Rule}).ofEntries(), func() error {
		response, err := r.Events.PutTargets(ctx, &eventbridge.PutTargetsInput{
			Rule: &t.Rule,
			Targets: []types.Target{{
				Id:  &t.TargetID,
				Arn: &t.FunctionARN,
				RetryPolicy: &types.RetryPolicy{
					MaximumEventAgeInSeconds: int32Ptr(t.MaxAge),
					MaximumRetryAttempts:     int32Ptr(t.MaxRetries),
				},
			}},
		})
		if err != nil {
			return err
		}
		for _, entry := range response.FailedEntries {
			return &smithy.GenericAPIError{Code: value(entry.ErrorCode), Message: value(entry.ErrorMessage)}
		}
		return nil
	})
}

func (t *Target) delete(ctx context.Context, r *runner) error {
	return removeTargets(ctx, r, t.Rule, t.TargetID)
}

func removeTargets(ctx context.Context, r *runner, rule string, ids ...string) error {
	return r.retry(ctx, waitForConflict().ofEntries(), func() error {
		response, err := r.Events.RemoveTargets(ctx, &eventbridge.RemoveTargetsInput{Rule: &rule, Ids: ids})
		if err != nil {
			return apperr.IgnoreNotFound(err)
		}
		for _, entry := range response.FailedEntries {
			return apperr.IgnoreNotFound(&smithy.GenericAPIError{Code: value(entry.ErrorCode), Message: value(entry.ErrorMessage)})
		}
		return nil
	})
}
