package logs

import "github.com/spothandler/spothandler/internal/localaws/api"

// Actions returns the actions by name.
func (s *Service) Actions() map[string]api.Action {
	tagResource, untagResource := api.TagCalls("logs", s.find, func(g *logGroup) *api.Tags { return &g.tags })
	return map[string]api.Action{
		"CreateLogGroup":                api.Op(s.createLogGroup, "LogGroupName"),
		"DeleteLogGroup":                api.On(s.find, s.deleteLogGroup),
		"DescribeLogGroups":             api.Op(s.describeLogGroups),
		"PutRetentionPolicy":            api.Change(s.find, func(g *logGroup, in *logsInput) { g.Retention = *in.RetentionInDays }, "RetentionInDays"),
		"DeleteRetentionPolicy":         api.Change(s.find, func(g *logGroup, _ *logsInput) { g.Retention = 0 }),
		"PutLogGroupDeletionProtection": api.Change(s.find, func(g *logGroup, in *logsInput) { g.Protected = in.DeletionProtectionEnabled }),
		"AssociateKmsKey":               api.Change(s.find, func(g *logGroup, in *logsInput) { g.KmsKeyID = in.KmsKeyID }, "KmsKeyID"),
		"DisassociateKmsKey":            api.Change(s.find, func(g *logGroup, _ *logsInput) { g.KmsKeyID = "" }),
		"TagResource":                   tagResource,
		"UntagResource":                 untagResource,
		"ListTagsForResource":           api.Show(s.find, func(g *logGroup) any { return api.Obj{"tags": g.tags} }),
		"CreateLogStream":               api.On(s.find, s.createLogStream, "LogStreamName"),
		"DescribeLogStreams":            api.On(s.find, s.describeLogStreams),
		"PutLogEvents":                  api.On(s.stream, s.putLogEvents, "LogEvents"),
		"GetLogEvents":                  api.On(s.stream, s.getLogEvents),
		"FilterLogEvents":               api.On(s.find, s.filterLogEvents),
		"StartQuery":                    api.Op(s.startQuery, "QueryString"),
		"GetQueryResults":               api.Op(s.getQueryResults, "QueryID"),
		"PutSubscriptionFilter":         api.On(s.find, s.putSubscriptionFilter, "FilterName", "FilterPattern", "DestinationArn"),
		"DescribeSubscriptionFilters":   api.On(s.find, s.describeSubscriptionFilters),
		"DeleteSubscriptionFilter":      api.On(s.find, s.deleteSubscriptionFilter, "FilterName"),
	}
}
