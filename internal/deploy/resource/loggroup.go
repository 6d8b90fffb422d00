package resource

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"

	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/session"
)

// LogGroup is the function's log group.
type LogGroup struct {
	Name          string
	RetentionDays int    // 0 never expires
	KMSKey        string // ARN; "" uses the service's own key
	Tags          map[string]string

	// Found, never wanted.
	RetentionSetBy string   // what determines the retention instead of the group, in words; "" if nothing does
	Protected      bool     // deletion protection
	Forwarded      []string // names and destinations of subscription filters; read only for a report
}

// ID returns the log group as a plan and a status name it.
func (g *LogGroup) ID() ID { return ID{KindLogGroup, g.Name} }

func (g *LogGroup) partOf() ID         { return ID{} }
func (g *LogGroup) waves() (_, _ wave) { return waveReplace, waveDeleteLogGroup }

func (g *LogGroup) detail() string {
	switch g.RetentionDays {
	case 0:
		return "never expire"
	case 1:
		return "1 day"
	}
	return fmt.Sprintf("%d days", g.RetentionDays)
}

func (g *LogGroup) part(string) string { return "" }

// vital: without its log group the function still works, but leaves no records.
func (g *LogGroup) vital(Field) bool { return false }

func (g *LogGroup) additions() []Foreign { return nil }

func (g *LogGroup) fields() []pair {
	days := pair{"retention_days", decimal(g.RetentionDays)}
	if g.RetentionSetBy != "" {
		days.value = unknown // the group's own value is not shown
	}
	return append([]pair{days, {"kms_key", g.KMSKey}}, tagFields(g.Tags)...)
}

// unowned excludes a group that an uninstall kept: it has no other owner.
func (g *LogGroup) unowned(prefix string) *Unowned {
	if g.Kept(prefix) {
		return nil
	}
	return unownedByTags(g, g.Tags, prefix, "its logs are kept, its settings are replaced")
}

func (g *LogGroup) tagCommand(names Names, tags []string) string {
	return fmt.Sprintf("aws logs tag-resource --region %s --resource-arn %s --tags %s", names.Region, names.LogGroupARN(), strings.Join(tags, ","))
}

// Kept reports whether an uninstall of this prefix left the group for its logs. A group that is still tagged
// as ours was only half-way there, and belongs to the installation.
func (g *LogGroup) Kept(prefix string) bool {
	value, tagged := g.Tags[TagKept]
	return tagged && value == prefix && !HasOwnTags(g.Tags, prefix)
}

// logGroupObserver reads the group and its tags concurrently.
type logGroupObserver struct {
	group      *LogGroup
	tags       map[string]string
	forwarded  []string
	notChecked []NotChecked
}

func (o *logGroupObserver) readings(clients Clients, names Names, why Purpose) []reading {
	readings := []reading{
		{"reading log group " + names.LogGroup, func(ctx context.Context) (err error) {
			o.group, err = findLogGroup(ctx, clients.Logs, names.LogGroup)
			return err
		}},
		{"reading the tags of log group " + names.LogGroup, func(ctx context.Context) error {
			response, err := clients.Logs.ListTagsForResource(ctx, &cloudwatchlogs.ListTagsForResourceInput{ResourceArn: aws.String(names.LogGroupARN())})
			if err == nil {
				o.tags = response.Tags
			}
			return apperr.IgnoreNotFound(err)
		}},
	}
	if why != ToReport {
		return readings
	}
	return append(readings, reading{"reading the subscription filters of log group " + names.LogGroup, func(ctx context.Context) error {
		err := apperr.IgnoreNotFound(o.readFilters(ctx, clients.Logs, names.LogGroup))
		if _, responded := errors.AsType[*awshttp.ResponseError](err); responded {
			o.notChecked = []NotChecked{{"the subscription filters of log group " + names.LogGroup, apperr.WhyNot(err)}}
			return nil
		}
		return err
	}})
}

// readFilters finds out where the group's records are forwarded to: log forwarders add filters to every
// group.
func (o *logGroupObserver) readFilters(ctx context.Context, api LogGroupAPI, name string) error {
	pages := cloudwatchlogs.NewDescribeSubscriptionFiltersPaginator(api, &cloudwatchlogs.DescribeSubscriptionFiltersInput{LogGroupName: &name})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return err
		}
		for _, filter := range page.SubscriptionFilters {
			o.forwarded = append(o.forwarded, fmt.Sprintf("%s to %s", value(filter.FilterName), value(filter.DestinationArn)))
		}
	}
	return nil
}

// found returns the group with its tags, or nil.
func (o *logGroupObserver) found() *LogGroup {
	if o.group != nil {
		o.group.Tags, o.group.Forwarded = o.tags, o.forwarded
	}
	return o.group
}

// FindLogGroup returns the log group with this name without its tags, or nil if there is none.
func FindLogGroup(ctx context.Context, clients Clients, id session.Identity, name string) (*LogGroup, error) {
	group, err := findLogGroup(ctx, clients.Logs, name)
	return group, explain("reading log group "+name, id, err)
}

// findLogGroup finds the group by its exact name: DescribeLogGroups matches prefixes.
func findLogGroup(ctx context.Context, api LogGroupAPI, name string) (*LogGroup, error) {
	pages := cloudwatchlogs.NewDescribeLogGroupsPaginator(api, &cloudwatchlogs.DescribeLogGroupsInput{LogGroupNamePrefix: &name})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for _, group := range page.LogGroups {
			if value(group.LogGroupName) == name {
				return fromLogGroup(group), nil
			}
		}
	}
	return nil, nil //nolint:nilnil // nil means absent, as in State
}

// fromLogGroup notes what determines the retention if it is not the group's own: an account-level policy, or
// the class DELIVERY, which ignores the group's value (CloudWatch Logs API, LogGroup and PutRetentionPolicy).
func fromLogGroup(group types.LogGroup) *LogGroup {
	found := &LogGroup{
		Name:          value(group.LogGroupName),
		RetentionDays: int(value(group.RetentionInDays)),
		KMSKey:        value(group.KmsKeyId),
		Protected:     value(group.DeletionProtectionEnabled),
	}
	switch {
	case value(group.RetentionPolicyName) != "":
		found.RetentionSetBy = "the account's retention policy " + *group.RetentionPolicyName
	case group.LogGroupClass == types.LogGroupClassDelivery:
		found.RetentionSetBy = "its class DELIVERY"
	}
	return found
}

func (g *LogGroup) create(ctx context.Context, r *runner, _ diff) error {
	err := r.retry(ctx, waitForConflict(), func() error {
		_, err := r.Logs.CreateLogGroup(ctx, &cloudwatchlogs.CreateLogGroupInput{
			LogGroupName: &g.Name, KmsKeyId: stringOrNil(g.KMSKey), Tags: g.Tags,
		})
		return g.keyError(err)
	})
	if apperr.IsAlreadyThere(err) {
		err = g.takeCreated(ctx, r, err)
	}
	if err != nil || g.RetentionDays == 0 {
		return err
	}
	brief := *r
	brief.ceiling = 0 // --wait does not apply to an error that is most often permanent
	return brief.retry(ctx, waitForTags(), func() error { return g.setRetention(ctx, r) })
}

// takeCreated continues with an existing group that is ours: the response of an attempt was lost.
func (g *LogGroup) takeCreated(ctx context.Context, r *runner, cause error) error {
	response, err := r.Logs.ListTagsForResource(ctx, &cloudwatchlogs.ListTagsForResourceInput{ResourceArn: aws.String(r.names.LogGroupARN())})
	if err != nil || !HasOwnTags(response.Tags, r.names.Prefix) {
		return cause
	}
	return nil
}

func (g *LogGroup) setRetention(ctx context.Context, r *runner) error {
	return r.retry(ctx, waitForPropagation().of(g.ID()), func() error {
		if g.RetentionDays == 0 {
			_, err := r.Logs.DeleteRetentionPolicy(ctx, &cloudwatchlogs.DeleteRetentionPolicyInput{LogGroupName: &g.Name})
			return err
		}
		_, err := r.Logs.PutRetentionPolicy(ctx, &cloudwatchlogs.PutRetentionPolicyInput{
			LogGroupName: &g.Name, RetentionInDays: int32Ptr(g.RetentionDays),
		})
		return err
	})
}

func (g *LogGroup) setKey(ctx context.Context, r *runner) error {
	return r.retry(ctx, waitForConflict(), func() error {
		if g.KMSKey == "" {
			_, err := r.Logs.DisassociateKmsKey(ctx, &cloudwatchlogs.DisassociateKmsKeyInput{LogGroupName: &g.Name})
			return err
		}
		_, err := r.Logs.AssociateKmsKey(ctx, &cloudwatchlogs.AssociateKmsKeyInput{LogGroupName: &g.Name, KmsKeyId: &g.KMSKey})
		return g.keyError(err)
	})
}

// keyError explains the refusal of a key that CloudWatch Logs may not use. The error code is that of a
// caller without a permission, or of an invalid parameter; the remedy is in the key's policy.
func (g *LogGroup) keyError(err error) error {
	if !apperr.Says(err, "KMS key does not exist or is not allowed to be used") {
		return err
	}
	return &apperr.Error{
		Code:    apperr.CodeFailed,
		Message: fmt.Sprintf("encrypting log group %s: the key does not exist, or its policy does not allow CloudWatch Logs to use it", g.Name),
		Detail:  []string{apperr.AWSReports(apperr.Plain(err))},
		Hints: []string{
			"in the key policy, allow CloudWatch Logs in the Region kms:Encrypt, kms:Decrypt, kms:ReEncrypt*, kms:GenerateDataKey* and kms:Describe*",
			"--kms-key none   use the default encryption of AWS",
		},
		Err: err,
	}
}

func (g *LogGroup) update(ctx context.Context, r *runner, d diff) error {
	remove, add := d.fields.untagged(g.Tags), d.fields.tagged(g.Tags)
	return runSteps(
		step{d.fields.has("kms_key"), func() error { return g.setKey(ctx, r) }},
		step{d.fields.has("retention_days"), func() error { return g.setRetention(ctx, r) }},
		step{len(remove) > 0, func() error { return untagLogGroup(ctx, r, remove) }},
		step{len(add) > 0, func() error { return tagLogGroup(ctx, r, add) }},
	)
}

func tagLogGroup(ctx context.Context, r *runner, tags map[string]string) error {
	return r.retry(ctx, waitForPropagation().of(ID{KindLogGroup, r.names.LogGroup}), func() error {
		_, err := r.Logs.TagResource(ctx, &cloudwatchlogs.TagResourceInput{ResourceArn: aws.String(r.names.LogGroupARN()), Tags: tags})
		return err
	})
}

func untagLogGroup(ctx context.Context, r *runner, keys []string) error {
	return r.retry(ctx, waitForPropagation().of(ID{KindLogGroup, r.names.LogGroup}), func() error {
		_, err := r.Logs.UntagResource(ctx, &cloudwatchlogs.UntagResourceInput{ResourceArn: aws.String(r.names.LogGroupARN()), TagKeys: keys})
		return err
	})
}

func (g *LogGroup) delete(ctx context.Context, r *runner) error {
	return r.retry(ctx, waitForConflict(), func() error {
		_, err := r.Logs.DeleteLogGroup(ctx, &cloudwatchlogs.DeleteLogGroupInput{LogGroupName: &g.Name})
		return apperr.IgnoreNotFound(err)
	})
}

// keep removes the group from the installation without deleting it: it is no longer managed by us, but a
// later install of the same prefix recognizes it.
func (g *LogGroup) keep(prefix string) func(context.Context, *runner) error {
	return func(ctx context.Context, r *runner) error {
		if err := tagLogGroup(ctx, r, map[string]string{TagKept: prefix}); err != nil {
			return err
		}
		return untagLogGroup(ctx, r, []string{TagManagedBy, TagPrefix})
	}
}
