package logs

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/spothandler/spothandler/internal/localaws/api"
)

func (s *Service) createLogGroup(_ *api.Request, in *logsInput) (any, error) {
	switch {
	case s.groups[in.LogGroupName] != nil:
		return nil, api.Refuse("ResourceAlreadyExistsException", "The specified log group already exists")
	case strings.HasPrefix(in.LogGroupName, "aws/"):
		return nil, badLogParameter("Log groups starting with AWS/ are reserved for AWS.")
	case in.Tags != nil && len(in.Tags) == 0:
		return nil, badLogParameter("1 validation error detected: Value '{}' at 'tags' failed to satisfy constraint: Member must have length greater than or equal to 1")
	}
	arn := in.ARN(s.region)
	g := &logGroup{
		Name: in.LogGroupName, CreationTime: time.Now().UnixMilli(), Arn: arn + ":*", GroupArn: arn, Class: cmp.Or(in.LogGroupClass, "STANDARD"),
		KmsKeyID: in.KmsKeyID, Protected: in.DeletionProtectionEnabled, streams: map[string]*logStream{}, subscriptions: map[string]*subscription{},
	}
	if err := g.tags.Add("logs", in.Tags); err != nil {
		return nil, err
	}
	s.groups[g.Name] = g
	return nil, nil
}

func (s *Service) deleteLogGroup(g *logGroup, _ *logsInput) (any, error) {
	if g.Protected {
		return nil, api.Refuse("ValidationException", "The log group %s has deletion protection enabled.", g.Name)
	}
	delete(s.groups, g.Name)
	return nil, nil
}

func (s *Service) describeLogGroups(_ *api.Request, in *logsInput) (any, error) {
	found := slices.DeleteFunc(api.Sorted(s.groups), func(g *logGroup) bool {
		return !strings.HasPrefix(g.Name, in.LogGroupNamePrefix) || !strings.Contains(g.Name, in.LogGroupNamePattern)
	})
	for i, g := range found {
		found[i] = g.shown(s.opts.Retention)
	}
	return api.Paged("logs", "logGroups", found, "nextToken", in.NextToken, in.Limit, 50)
}

// shown returns the group with the effective retention: the account's if there is one, or two days in the
// class DELIVERY.
func (g *logGroup) shown(account *Retention) *logGroup {
	shown := *g
	switch {
	case g.Class == "DELIVERY":
		shown.Retention = 2
	case account != nil:
		shown.Retention, shown.RuledBy = account.Days, account.Policy
	}
	return &shown
}
