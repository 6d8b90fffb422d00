package logs

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/spothandler/spothandler/internal/localaws/api"
	"github.com/spothandler/spothandler/internal/localaws/filter"
)

// maxSubscriptions is CloudWatch Logs' quota for a log group.
const maxSubscriptions = 2

// putSubscriptionFilter creates a subscription filter, or replaces the one with the same name.
func (s *Service) putSubscriptionFilter(g *logGroup, in *logsInput) (any, error) {
	if _, err := filter.Parse(*in.FilterPattern); err != nil {
		return nil, badLogParameter("%v", err)
	}
	if err := s.checkDestination(g, in); err != nil {
		return nil, err
	}
	if g.subscriptions[in.FilterName] == nil && len(g.subscriptions) >= maxSubscriptions {
		return nil, api.Refuse("LimitExceededException", "Resource limit exceeded.")
	}
	g.subscriptions[in.FilterName] = &subscription{
		FilterName: in.FilterName, LogGroupName: g.Name, FilterPattern: *in.FilterPattern, DestinationArn: in.DestinationArn,
		RoleArn: in.RoleArn, Distribution: cmp.Or(in.Distribution, "ByLogStream"), CreationTime: time.Now().UnixMilli(),
	}
	return nil, nil
}

// checkDestination rejects a function that CloudWatch Logs may not invoke, and a stream without a role.
func (s *Service) checkDestination(g *logGroup, in *logsInput) error {
	parts := strings.SplitN(in.DestinationArn, ":", 6)
	if len(parts) < 6 || !slices.Contains([]string{"lambda", "kinesis", "firehose", "logs"}, parts[2]) {
		return badLogParameter("Invalid destinationArn: %s", in.DestinationArn)
	}
	switch parts[2] {
	case "lambda":
		if !s.permits(in.DestinationArn, "logs.amazonaws.com", g.Arn) {
			return badLogParameter("Could not execute the lambda function. Make sure you have given CloudWatch Logs permission to execute your function.")
		}
	case "kinesis", "firehose":
		if s.roles.RoleID(in.RoleArn) == "" {
			return badLogParameter("Could not deliver test message to specified destination. Check if the destination is valid.")
		}
	}
	return nil
}

func (s *Service) describeSubscriptionFilters(g *logGroup, in *logsInput) (any, error) {
	found := slices.DeleteFunc(api.Sorted(g.subscriptions), func(f *subscription) bool { return !strings.HasPrefix(f.FilterName, in.FilterNamePrefix) })
	return api.Paged("logs", "subscriptionFilters", found, "nextToken", in.NextToken, in.Limit, 50)
}

func (s *Service) deleteSubscriptionFilter(g *logGroup, in *logsInput) (any, error) {
	if g.subscriptions[in.FilterName] == nil {
		return nil, api.Refuse("ResourceNotFoundException", "The specified subscription filter does not exist.")
	}
	delete(g.subscriptions, in.FilterName)
	return nil, nil
}
