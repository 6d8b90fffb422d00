package resource

import (
	"context"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"

	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/handler"
)

// ruleDisabled is the only state in which a rule matches nothing.
const ruleDisabled = "DISABLED"

// Rule is a rule on the default event bus.
type Rule struct {
	Name        string
	Pattern     string // JSON
	State       string
	Description string
	Tags        map[string]string

	// Found, never wanted.
	Schedule   string   // someone also gave the rule a schedule
	TagsUnread string   // why EventBridge does not list the tags; "" if it does
	OwnTarget  bool     // our target is on it, which makes it ours if the tags are not listed
	ManagedBy  string   // the AWS service that owns a managed rule
	Targets    []string // IDs of targets that are not ours, including duplicates
	Duplicates []string // IDs of those that invoke the function: each event would be handled twice
}

// ID returns the rule as a plan and a status name it.
func (r *Rule) ID() ID { return ID{KindRule, r.Name} }

func (r *Rule) partOf() ID         { return ID{} }
func (r *Rule) waves() (_, _ wave) { return waveReplace, waveDeleteRule }
func (r *Rule) detail() string     { return r.State }

func (r *Rule) fields() []pair {
	fields := []pair{{"state", r.State}, {"description", r.Description}, {"schedule", r.Schedule}}
	fields = append(fields, documentFields("", r.Pattern)...)
	if r.TagsUnread != "" {
		return append(fields, pair{strings.TrimSuffix(tagPath, "."), unknown})
	}
	return append(fields, tagFields(r.Tags)...)
}

func (r *Rule) part(path string) string {
	if isTag(path) || below(path, "state", "schedule") {
		return ""
	}
	if path == "description" {
		return path
	}
	return "pattern"
}

func (r *Rule) vital(field Field) bool { return !isTag(field.Path) && field.Path != "description" }

func (r *Rule) unowned(prefix string) *Unowned {
	switch {
	case r.ManagedBy != "":
		return &Unowned{ID: r.ID(), Why: fmt.Sprintf("AWS manages it for %s.", r.ManagedBy)}
	case r.TagsUnread != "" && !r.OwnTarget:
		return &Unowned{ID: r.ID(), Why: "Its tags cannot be read, and it lacks the installation's target.", Adoption: "its pattern, state and target are replaced"}
	case r.TagsUnread == "":
		return unownedByTags(r, r.Tags, prefix, "its pattern, state and target are replaced")
	}
	return nil
}

func (r *Rule) tagCommand(names Names, tags []string) string {
	return fmt.Sprintf("aws events tag-resource --region %s --resource-arn %s --tags %s", names.Region, names.ruleARN(r.Name), keysAndValues(tags))
}

func (r *Rule) additions() []Foreign {
	var all []Foreign
	for _, id := range without(r.Targets, r.Duplicates...) {
		all = append(all, Foreign{r.ID(), "target " + id, []string{"events", "remove-targets", "--rule", r.Name, "--ids", id}})
	}
	return all
}

func getRule(ctx context.Context, api RuleAPI, name string) (*Rule, error) {
	response, err := api.DescribeRule(ctx, &eventbridge.DescribeRuleInput{Name: &name})
	if apperr.IsNotFound(err) {
		return nil, nil //nolint:nilnil // nil means absent, as in State
	}
	if err != nil {
		return nil, err
	}
	return &Rule{
		Name:        name,
		Pattern:     value(response.EventPattern),
		State:       string(response.State),
		Description: value(response.Description),
		Schedule:    value(response.ScheduleExpression),
		ManagedBy:   value(response.ManagedBy),
	}, nil
}

// getRuleTags returns the tags of a rule or, if the partition does not support them, why they were not read.
func getRuleTags(ctx context.Context, api RuleAPI, partition, arn string) (tags map[string]string, unread string, err error) {
	response, err := api.ListTagsForResource(ctx, &eventbridge.ListTagsForResourceInput{ResourceARN: &arn})
	if handler.TagsUnsupported(partition, err) {
		return nil, "EventBridge does not list them in this partition: " + apperr.Plain(err), nil
	}
	if err != nil {
		return nil, "", apperr.IgnoreNotFound(err)
	}
	tags = make(map[string]string, len(response.Tags))
	for _, tag := range response.Tags {
		tags[value(tag.Key)] = value(tag.Value)
	}
	return tags, "", nil
}

// put always sends the whole rule: PutRule resets everything that is omitted, so a rule without a state would
// be enabled. Tags only have an effect when the rule is created (API, PutRule). They are sent each time,
// because this call creates a rule again that was deleted meanwhile, and it must be recognized as ours.
func (r *Rule) put(ctx context.Context, run *runner) error {
	return run.retry(ctx, waitForConflict(), func() error { return r.putOnce(ctx, run) })
}

func (r *Rule) putOnce(ctx context.Context, run *runner) error {
	_, err := run.Events.PutRule(ctx, &eventbridge.PutRuleInput{
		Name:               &r.Name,
		EventPattern:       stringOrNil(r.Pattern), // another's rule that is paused may have only a schedule
		ScheduleExpression: stringOrNil(r.Schedule),
		State:              types.RuleState(r.State),
		Description:        &r.Description,
		Tags:               toRuleTags(r.Tags),
	})
	return err
}

// create reads the rule right before each attempt, because PutRule silently overwrites an existing rule.
func (r *Rule) create(ctx context.Context, run *runner, _ diff) error {
	return run.retry(ctx, waitForConflict(), func() error {
		if err := r.checkAbsent(ctx, run); err != nil {
			return err
		}
		return r.putOnce(ctx, run)
	})
}

// checkAbsent returns an error for another's rule that was created since it was looked for. One of ours may
// have been created by another install.
func (r *Rule) checkAbsent(ctx context.Context, run *runner) error {
	have, err := getRule(ctx, run.Events, r.Name)
	if have == nil || err != nil {
		return err
	}
	have.Tags, have.TagsUnread, err = getRuleTags(ctx, run.Events, run.names.Partition, run.names.ruleARN(r.Name))
	if err != nil {
		return err
	}
	if unowned := have.unowned(run.names.Prefix); unowned != nil {
		return appeared(unowned.ID, fmt.Sprintf("%s It is %s, and its pattern is %s", unowned.Why, have.State, have.Pattern))
	}
	return nil
}

func (r *Rule) update(ctx context.Context, run *runner, d diff) error {
	return runSteps(
		step{d.fields.beyondTags(), func() error { return r.put(ctx, run) }},
		step{d.fields.has("tags"), func() error { return r.retag(ctx, run, d.fields) }},
	)
}

func (r *Rule) retag(ctx context.Context, run *runner, fields changed) error {
	arn, remove, add := run.names.ruleARN(r.Name), fields.untagged(r.Tags), fields.tagged(r.Tags)
	return run.retrySteps(
		ctx, waitForConflict().of(r.ID()),
		step{len(remove) > 0, func() error {
			_, err := run.Events.UntagResource(ctx, &eventbridge.UntagResourceInput{ResourceARN: &arn, TagKeys: remove})
			return err
		}},
		step{len(add) > 0, func() error {
			_, err := run.Events.TagResource(ctx, &eventbridge.TagResourceInput{ResourceARN: &arn, Tags: toRuleTags(add)})
			return err
		}},
	)
}

// delete first removes the remaining targets, which others added and which exist only with --force.
func (r *Rule) delete(ctx context.Context, run *runner) error {
	if len(r.Targets) > 0 {
		if err := removeTargets(ctx, run, r.Name, r.Targets...); err != nil {
			return err
		}
	}
	return run.retry(ctx, waitForTargets(), func() error {
		_, err := run.Events.DeleteRule(ctx, &eventbridge.DeleteRuleInput{Name: &r.Name})
		return apperr.IgnoreNotFound(err)
	})
}

func toRuleTags(tags map[string]string) []types.Tag {
	list := make([]types.Tag, 0, len(tags))
	for _, key := range sortedKeys(tags) {
		list = append(list, types.Tag{Key: aws.String(key), Value: aws.String(tags[key])})
	}
	return list
}
