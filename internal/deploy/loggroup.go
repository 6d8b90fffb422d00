package deploy

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"

	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/deploy/settings"
)

// LogGroupAPI is what an installation needs of CloudWatch Logs.
type LogGroupAPI interface {
	CreateLogGroup(context.Context, *cloudwatchlogs.CreateLogGroupInput, ...func(*cloudwatchlogs.Options)) (*cloudwatchlogs.CreateLogGroupOutput, error)
	DescribeLogGroups(context.Context, *cloudwatchlogs.DescribeLogGroupsInput, ...func(*cloudwatchlogs.Options)) (*cloudwatchlogs.DescribeLogGroupsOutput, error)
	DeleteLogGroup(context.Context, *cloudwatchlogs.DeleteLogGroupInput, ...func(*cloudwatchlogs.Options)) (*cloudwatchlogs.DeleteLogGroupOutput, error)
	PutRetentionPolicy(context.Context, *cloudwatchlogs.PutRetentionPolicyInput, ...func(*cloudwatchlogs.Options)) (*cloudwatchlogs.PutRetentionPolicyOutput, error)
	DeleteRetentionPolicy(context.Context, *cloudwatchlogs.DeleteRetentionPolicyInput, ...func(*cloudwatchlogs.Options)) (*cloudwatchlogs.DeleteRetentionPolicyOutput, error)
	AssociateKmsKey(context.Context, *cloudwatchlogs.AssociateKmsKeyInput, ...func(*cloudwatchlogs.Options)) (*cloudwatchlogs.AssociateKmsKeyOutput, error)
	DisassociateKmsKey(context.Context, *cloudwatchlogs.DisassociateKmsKeyInput, ...func(*cloudwatchlogs.Options)) (*cloudwatchlogs.DisassociateKmsKeyOutput, error)
	ListTagsForResource(context.Context, *cloudwatchlogs.ListTagsForResourceInput, ...func(*cloudwatchlogs.Options)) (*cloudwatchlogs.ListTagsForResourceOutput, error)
	TagResource(context.Context, *cloudwatchlogs.TagResourceInput, ...func(*cloudwatchlogs.Options)) (*cloudwatchlogs.TagResourceOutput, error)
	UntagResource(context.Context, *cloudwatchlogs.UntagResourceInput, ...func(*cloudwatchlogs.Options)) (*cloudwatchlogs.UntagResourceOutput, error)
}

var _ LogGroupAPI = (*cloudwatchlogs.Client)(nil)

// findLogGroup looks for the group by its exact name: DescribeLogGroups matches prefixes.
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
	return nil, nil //nolint:nilnil // absent is an answer, and nil is its form in State
}

// fromLogGroup knows who rules the retention where it is not the group's own: an account-level policy, or
// the class DELIVERY, which ignores what is put (CloudWatch Logs API, LogGroup and PutRetentionPolicy).
func fromLogGroup(group types.LogGroup) *LogGroup {
	found := &LogGroup{
		Name:          value(group.LogGroupName),
		RetentionDays: int(value(group.RetentionInDays)),
		KMSKey:        value(group.KmsKeyId),
		Protected:     value(group.DeletionProtectionEnabled),
	}
	switch {
	case value(group.RetentionPolicyName) != "":
		found.RetentionRuler = "the account's retention policy " + *group.RetentionPolicyName
	case group.LogGroupClass == types.LogGroupClassDelivery:
		found.RetentionRuler = "its class DELIVERY"
	}
	return found
}

// retentionWarning says that logs are kept for another time than the setting says, by whose rule.
func (i *Installation) retentionWarning(spec settings.Spec) []string {
	g := i.State.LogGroup
	if g == nil || g.RetentionRuler == "" || g.RetentionDays == spec.LogRetentionDays {
		return nil
	}
	return []string{fmt.Sprintf("logs are kept %s and not %s, by %s", days(g.RetentionDays), days(spec.LogRetentionDays), g.RetentionRuler)}
}

func days(n int) string {
	if n == 0 {
		return "for ever"
	}
	return fmt.Sprintf("%d days", n)
}

// readLogGroup reads the group and its tags side by side.
func readLogGroup(api LogGroupAPI, names Names, found **LogGroup, tags *map[string]string) []reading {
	return []reading{
		{"reading log group " + names.LogGroup, func(ctx context.Context) (err error) {
			*found, err = findLogGroup(ctx, api, names.LogGroup)
			return err
		}},
		{"reading the tags of log group " + names.LogGroup, func(ctx context.Context) error {
			answer, err := api.ListTagsForResource(ctx, &cloudwatchlogs.ListTagsForResourceInput{ResourceArn: aws.String(names.LogGroupARN())})
			if err == nil {
				*tags = answer.Tags
			}
			return apperr.IgnoreNotFound(err)
		}},
	}
}

// kept says that an uninstall of this prefix left the group behind for its logs. One that is still ours
// is half-way there, and still a part of the installation.
func (g *LogGroup) kept(prefix string) bool {
	value, tagged := g.Tags[TagKept]
	return tagged && value == prefix && !ours(g.Tags, prefix)
}

func (g *LogGroup) fields() []pair {
	fields := []pair{}
	if g.RetentionRuler == "" {
		fields = append(fields, pair{"retention_days", decimal(g.RetentionDays)})
	}
	fields = append(fields, pair{"kms_key", g.KMSKey})
	return append(fields, tagFields(g.Tags)...)
}

func createLogGroup(want *LogGroup) func(context.Context, *run) error {
	return func(ctx context.Context, r *run) error {
		err := r.retry(ctx, waitForConflict(), func() error {
			_, err := r.Logs.CreateLogGroup(ctx, &cloudwatchlogs.CreateLogGroupInput{
				LogGroupName: &want.Name, KmsKeyId: stringOrNil(want.KMSKey), Tags: want.Tags,
			})
			return keyRefused(want, err)
		})
		if apperr.IsAlreadyThere(err) {
			err = r.takeCreatedLogGroup(ctx, err)
		}
		if err != nil || want.RetentionDays == 0 {
			return err
		}
		brief := *r
		brief.ceiling = 0 // --wait is not for an error that is most often the plain truth
		return brief.retry(ctx, waitForTags(), func() error { return r.setRetention(ctx, want) })
	}
}

// takeCreatedLogGroup goes on with a group that is there and ours: the answer of an attempt was lost.
func (r *run) takeCreatedLogGroup(ctx context.Context, cause error) error {
	answer, err := r.Logs.ListTagsForResource(ctx, &cloudwatchlogs.ListTagsForResourceInput{ResourceArn: aws.String(r.names.LogGroupARN())})
	if err != nil || !ours(answer.Tags, r.names.Prefix) {
		return cause
	}
	return nil
}

func (r *run) setRetention(ctx context.Context, want *LogGroup) error {
	return r.retry(ctx, waitForPropagation(), func() error {
		if want.RetentionDays == 0 {
			_, err := r.Logs.DeleteRetentionPolicy(ctx, &cloudwatchlogs.DeleteRetentionPolicyInput{LogGroupName: &want.Name})
			return err
		}
		_, err := r.Logs.PutRetentionPolicy(ctx, &cloudwatchlogs.PutRetentionPolicyInput{
			LogGroupName: &want.Name, RetentionInDays: aws.Int32(int32(want.RetentionDays)), //nolint:gosec // one of CloudWatch's list
		})
		return err
	})
}

func (r *run) setLogKey(ctx context.Context, want *LogGroup) error {
	return r.retry(ctx, waitForConflict(), func() error {
		if want.KMSKey == "" {
			_, err := r.Logs.DisassociateKmsKey(ctx, &cloudwatchlogs.DisassociateKmsKeyInput{LogGroupName: &want.Name})
			return err
		}
		_, err := r.Logs.AssociateKmsKey(ctx, &cloudwatchlogs.AssociateKmsKeyInput{LogGroupName: &want.Name, KmsKeyId: &want.KMSKey})
		return keyRefused(want, err)
	})
}

// keyRefused words the refusal of a key that CloudWatch Logs may not use. Its code is that of a caller
// without a right, or of a bad parameter; the cure is in the key's policy.
func keyRefused(want *LogGroup, err error) error {
	if !apperr.Says(err, "KMS key does not exist or is not allowed to be used") {
		return err
	}
	return &apperr.Error{
		Code:    apperr.CodeFailed,
		Message: fmt.Sprintf("encrypting log group %s: the key is not there, or its policy does not let CloudWatch Logs use it", want.Name),
		Detail:  []string{fmt.Sprintf("AWS adds: %q.", apperr.Plain(err))},
		Hints: []string{
			"allow the region's CloudWatch Logs kms:Encrypt, kms:Decrypt, kms:ReEncrypt*, kms:GenerateDataKey* and kms:Describe* in the key's policy",
			"--kms-key none   leave the encryption to AWS",
		},
		Err: err,
	}
}

func updateLogGroup(want *LogGroup, fields changed) func(context.Context, *run) error {
	return func(ctx context.Context, r *run) error {
		return inOrder(
			step{fields.has("kms_key"), func() error { return r.setLogKey(ctx, want) }},
			step{fields.has("retention_days"), func() error { return r.setRetention(ctx, want) }},
			step{fields.has("tags"), func() error { return r.retagLogGroup(ctx, fields.untagged(want.Tags), fields.tagged(want.Tags)) }},
		)
	}
}

func (r *run) retagLogGroup(ctx context.Context, remove []string, add map[string]string) error {
	return inOrder(
		step{len(remove) > 0, func() error { return r.untagLogGroup(ctx, remove) }},
		step{len(add) > 0, func() error { return r.tagLogGroup(ctx, add) }},
	)
}

func (r *run) tagLogGroup(ctx context.Context, tags map[string]string) error {
	return r.retry(ctx, waitForPropagation(), func() error {
		_, err := r.Logs.TagResource(ctx, &cloudwatchlogs.TagResourceInput{ResourceArn: aws.String(r.names.LogGroupARN()), Tags: tags})
		return err
	})
}

func (r *run) untagLogGroup(ctx context.Context, keys []string) error {
	return r.retry(ctx, waitForPropagation(), func() error {
		_, err := r.Logs.UntagResource(ctx, &cloudwatchlogs.UntagResourceInput{ResourceArn: aws.String(r.names.LogGroupARN()), TagKeys: keys})
		return err
	})
}

func deleteLogGroup(have *LogGroup) func(context.Context, *run) error {
	return func(ctx context.Context, r *run) error {
		return r.retry(ctx, waitForConflict(), func() error {
			_, err := r.Logs.DeleteLogGroup(ctx, &cloudwatchlogs.DeleteLogGroupInput{LogGroupName: &have.Name})
			return apperr.IgnoreNotFound(err)
		})
	}
}

// keepLogGroup takes the group out of the installation and leaves it standing: no longer managed by us,
// but known as ours to a later install of the same prefix.
func keepLogGroup(prefix string) func(context.Context, *run) error {
	return func(ctx context.Context, r *run) error {
		if err := r.tagLogGroup(ctx, map[string]string{TagKept: prefix}); err != nil {
			return err
		}
		return r.untagLogGroup(ctx, []string{TagManagedBy, TagPrefix})
	}
}
