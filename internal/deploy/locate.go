package deploy

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"

	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/deploy/resource"
	"github.com/spothandler/spothandler/internal/deploy/settings"
	"github.com/spothandler/spothandler/internal/session"
)

// Located is the part of an installation that is needed to read its records.
type Located struct {
	Names  resource.Names
	Record *settings.Record // nil if the role is gone, or its description was changed out of band
	// Left reports that the log group remains without its role, either of an installation that lost its role or of one
	// that was removed with --keep-logs.
	Left bool
	Role *resource.Unowned // with Left: the role, if it exists and does not belong to the installation
	Kept bool              // uninstall --keep-logs left the log group: nothing is installed
}

// Locate finds the installation with this prefix by its role, or its remaining log group by the tags. It
// returns nil if neither exists.
func Locate(ctx context.Context, clients resource.Clients, id session.Identity, prefix string, given settings.Given) (*Located, error) {
	role, err := resource.FindRole(ctx, clients, id, settings.RoleName(prefix, id.Region))
	if err != nil {
		return nil, err
	}
	record, err := recordOf(role, prefix)
	if err != nil {
		return nil, err
	}
	names, err := chooseNames(id, prefix, record, given)
	if err != nil {
		return nil, err
	}
	if role != nil && resource.HasOwnTags(role.Tags, prefix) {
		return &Located{Names: names, Record: record}, nil
	}
	response, err := clients.Logs.ListTagsForResource(ctx, &cloudwatchlogs.ListTagsForResourceInput{ResourceArn: aws.String(names.LogGroupARN())})
	if err != nil {
		return nil, apperr.Explain("reading the tags of log group "+names.LogGroup, id.Caller, apperr.IgnoreNotFound(err))
	}
	if group := (&resource.LogGroup{Tags: response.Tags}); resource.HasOwnTags(group.Tags, prefix) || group.Kept(prefix) {
		located := &Located{Names: names, Left: true, Kept: group.Kept(prefix)}
		for _, each := range (&Installation{Names: names, State: resource.State{Role: role}}).Unowned() {
			located.Role = &each
		}
		return located, nil
	}
	return nil, nil //nolint:nilnil // nil means not found
}

// Retention returns the number of days after which a log group deletes records; 0 means never.
func Retention(ctx context.Context, clients resource.Clients, id session.Identity, logGroup string) (days int, err error) {
	group, err := resource.FindLogGroup(ctx, clients, id, logGroup)
	if err != nil || group == nil {
		return 0, err
	}
	return group.RetentionDays, nil
}
