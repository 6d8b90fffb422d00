package deploy

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"

	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/deploy/settings"
	"github.com/spothandler/spothandler/internal/handler"
	"github.com/spothandler/spothandler/internal/session"
)

// RuleAPI is what an installation needs of EventBridge: a rule on the default bus and its target.
type RuleAPI interface {
	PutRule(context.Context, *eventbridge.PutRuleInput, ...func(*eventbridge.Options)) (*eventbridge.PutRuleOutput, error)
	DescribeRule(context.Context, *eventbridge.DescribeRuleInput, ...func(*eventbridge.Options)) (*eventbridge.DescribeRuleOutput, error)
	DeleteRule(context.Context, *eventbridge.DeleteRuleInput, ...func(*eventbridge.Options)) (*eventbridge.DeleteRuleOutput, error)
	ListTagsForResource(context.Context, *eventbridge.ListTagsForResourceInput, ...func(*eventbridge.Options)) (*eventbridge.ListTagsForResourceOutput, error)
	TagResource(context.Context, *eventbridge.TagResourceInput, ...func(*eventbridge.Options)) (*eventbridge.TagResourceOutput, error)
	UntagResource(context.Context, *eventbridge.UntagResourceInput, ...func(*eventbridge.Options)) (*eventbridge.UntagResourceOutput, error)
	PutTargets(context.Context, *eventbridge.PutTargetsInput, ...func(*eventbridge.Options)) (*eventbridge.PutTargetsOutput, error)
	RemoveTargets(context.Context, *eventbridge.RemoveTargetsInput, ...func(*eventbridge.Options)) (*eventbridge.RemoveTargetsOutput, error)
	ListTargetsByRule(context.Context, *eventbridge.ListTargetsByRuleInput, ...func(*eventbridge.Options)) (*eventbridge.ListTargetsByRuleOutput, error)
}

var _ RuleAPI = (*eventbridge.Client)(nil)

// Limits of an event pattern, in characters, which a list of clusters can exceed.
const (
	maxPattern   = 4096 // EventBridge API, PutRule, EventPattern
	patternQuota = 2048 // EventBridge quotas, "Event pattern size", the default
)

// ruleDisabled is the one state in which a rule matches nothing.
const ruleDisabled = "DISABLED"

func getRule(ctx context.Context, api RuleAPI, name string) (*Rule, error) {
	answer, err := api.DescribeRule(ctx, &eventbridge.DescribeRuleInput{Name: &name})
	if apperr.IsNotFound(err) {
		return nil, nil //nolint:nilnil // absent is an answer, and nil is its form in State
	}
	if err != nil {
		return nil, err
	}
	return &Rule{
		Name:        name,
		Pattern:     value(answer.EventPattern),
		State:       string(answer.State),
		Description: value(answer.Description),
		Schedule:    value(answer.ScheduleExpression),
		ManagedBy:   value(answer.ManagedBy),
	}, nil
}

func getRuleTags(ctx context.Context, api RuleAPI, arn string) (map[string]string, error) {
	answer, err := api.ListTagsForResource(ctx, &eventbridge.ListTagsForResourceInput{ResourceARN: &arn})
	if err != nil {
		return nil, apperr.IgnoreNotFound(err)
	}
	tags := make(map[string]string, len(answer.Tags))
	for _, tag := range answer.Tags {
		tags[value(tag.Key)] = value(tag.Value)
	}
	return tags, nil
}

func (r *Rule) fields() []pair {
	fields := []pair{{"state", r.State}, {"description", r.Description}, {"schedule", r.Schedule}}
	fields = append(fields, documentFields("", r.Pattern)...)
	return append(fields, tagFields(r.Tags)...)
}

// putRule sends the whole rule each time: PutRule replaces what it is not given with its default, so
// that a rule without a state would be enabled. Tags it takes only at the creation (API, PutRule); they go along each
// time, for a rule that somebody removed meanwhile comes back by this call, and has to be known as ours.
func (r *run) putRule(ctx context.Context, want *Rule) error {
	return r.retry(ctx, waitForConflict(), func() error {
		_, err := r.Events.PutRule(ctx, &eventbridge.PutRuleInput{
			Name:               &want.Name,
			EventPattern:       stringOrNil(want.Pattern), // somebody's rule, which is paused, may have a schedule alone
			ScheduleExpression: stringOrNil(want.Schedule),
			State:              types.RuleState(want.State),
			Description:        &want.Description,
			Tags:               toRuleTags(want.Tags),
		})
		return err
	})
}

func createRule(want *Rule) func(context.Context, *run) error {
	return func(ctx context.Context, r *run) error { return r.putRule(ctx, want) }
}

func updateRule(want *Rule, fields changed) func(context.Context, *run) error {
	return func(ctx context.Context, r *run) error {
		return inOrder(
			step{fields.beyondTags(), func() error { return r.putRule(ctx, want) }},
			step{fields.has("tags"), func() error { return r.retagRule(ctx, fields.untagged(want.Tags), fields.tagged(want.Tags)) }},
		)
	}
}

func (r *run) retagRule(ctx context.Context, remove []string, add map[string]string) error {
	arn := r.names.RuleARN()
	return r.inTurn(
		ctx, waitForConflict(),
		step{len(remove) > 0, func() error {
			_, err := r.Events.UntagResource(ctx, &eventbridge.UntagResourceInput{ResourceARN: &arn, TagKeys: remove})
			return err
		}},
		step{len(add) > 0, func() error {
			_, err := r.Events.TagResource(ctx, &eventbridge.TagResourceInput{ResourceARN: &arn, Tags: toRuleTags(add)})
			return err
		}},
	)
}

// deleteRule takes the remaining targets off first, which are others' and there only under --force.
func deleteRule(have *Rule) func(context.Context, *run) error {
	return func(ctx context.Context, r *run) error {
		if len(have.Targets) > 0 {
			if err := r.removeTargets(ctx, have.Targets); err != nil {
				return err
			}
		}
		return r.retry(ctx, waitForTargets(), func() error {
			_, err := r.Events.DeleteRule(ctx, &eventbridge.DeleteRuleInput{Name: &have.Name})
			return apperr.IgnoreNotFound(err)
		})
	}
}

func toRuleTags(tags map[string]string) []types.Tag {
	list := make([]types.Tag, 0, len(tags))
	for _, key := range sortedKeys(tags) {
		list = append(list, types.Tag{Key: aws.String(key), Value: aws.String(tags[key])})
	}
	return list
}

// eventPattern returns the rule's event pattern: interruptions of this account and Region, and none that
// an archive replays (the field replay-name: EventBridge User Guide, archives). Both stop codes and the
// stopped reason match, since AWS has changed the code once. Tasks that are DEPROVISIONING or STOPPED do not,
// for it is too late for them; a task without a lastStatus does. In mode always every status matches, as in
// the Terraform module. Beside ECS's events match those of a rehearsal; sources and detail types are two
// lists, and the function takes them in pairs only.
func eventPattern(id session.Identity, spec settings.Spec) (string, error) {
	absent := map[string]any{"exists": false}
	detail := map[string]any{
		"$or": []any{
			map[string]any{"stopCode": []any{handler.StopCodeSpotInterruption, handler.StopCodeTerminationNotice}},
			map[string]any{"stoppedReason": []any{map[string]any{"prefix": handler.StoppedReasonPrefix}}},
		},
	}
	if spec.Redeploy != handler.ModeAlways {
		detail["lastStatus"] = []any{map[string]any{"anything-but": []any{"DEPROVISIONING", "STOPPED"}}, absent}
	}
	if len(spec.Clusters) > 0 {
		detail["clusterArn"] = clusterARNs(id, spec.Clusters)
	}
	pattern := encodeJSON(map[string]any{
		"source":      []string{handler.EventSource, handler.SimulateSource},
		"detail-type": []string{handler.EventDetailType, handler.SimulateSource},
		"account":     []string{id.Account},
		"region":      []string{id.Region},
		"replay-name": []any{absent},
		"detail":      detail,
	})
	if len(pattern) > maxPattern {
		return "", apperr.Invalid("--cluster all, or fewer clusters", "the rule's pattern for %d clusters has %d characters, EventBridge allows %d", len(spec.Clusters), len(pattern), maxPattern)
	}
	return pattern, nil
}

// PatternWarning returns a warning where the rule's pattern is to change to one that is longer than
// EventBridge's default quota allows.
func PatternWarning(want, have State) []string {
	if len(want.Rule.Pattern) <= patternQuota || have.Rule != nil && len(have.Rule.Pattern) >= len(want.Rule.Pattern) {
		return nil
	}
	return []string{fmt.Sprintf("the rule's pattern has %d characters, and EventBridge's default quota \"Event pattern size\" is %d: AWS will refuse it unless the quota was raised in Service Quotas; fewer clusters make it shorter",
		len(want.Rule.Pattern), patternQuota)}
}
