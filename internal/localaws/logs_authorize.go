package localaws

import "github.com/spothandler/spothandler/internal/localaws/policy"

// asks uses two forms of a log group's ARN: the tagging calls use the group's own, the others the one that
// includes its streams (CloudWatch Logs API, LogGroup).
func (in *logsInput) asks(own ask, _ *call) []ask {
	tagged := own.beside("logs:TagResource")
	if in.ResourceArn == "" && in.group() != "" && in.LogStreamName == "" {
		own.Resource += ":log-stream:"
	}
	if own.Action == "logs:CreateLogGroup" && len(in.Tags) > 0 {
		return []ask{own, tagged}
	}
	return []ask{own}
}

// mayLog reports whether Lambda can write to a log stream with the function's role. The lock must be held.
func (s *logsService) mayLog(roleARN, group, stream string) bool {
	if !s.region.server.Restricts() {
		return true
	}
	arn := (&logsInput{LogGroupName: group, LogStreamName: stream}).arn(s.region)
	may := func(action string) bool { return s.roles.Verdict(roleARN, action, arn) == policy.Allowed }
	g := s.groups[group]
	isNew := g != nil && g.streams[stream] == nil
	return may("logs:PutLogEvents") && (!isNew || may("logs:CreateLogStream"))
}
