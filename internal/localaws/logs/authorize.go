package logs

import (
	"github.com/spothandler/spothandler/internal/localaws/api"
	"github.com/spothandler/spothandler/internal/localaws/policy"
)

// Asks uses two forms of a log group's ARN: the tagging calls use the group's own, the others the one that
// includes its streams (CloudWatch Logs API, LogGroup).
func (in *logsInput) Asks(own api.Ask, _ *api.Request) []api.Ask {
	tagged := own.ForAction("logs:TagResource")
	if in.ResourceArn == "" && in.group() != "" && in.LogStreamName == "" {
		own.Resource += ":log-stream:"
	}
	if own.Action == "logs:CreateLogGroup" && len(in.Tags) > 0 {
		return []api.Ask{own, tagged}
	}
	return []api.Ask{own}
}

// mayLog reports whether Lambda can write to a log stream with the function's role. The lock must be held.
func (s *Service) mayLog(roleARN, group, stream string) bool {
	if !s.region.Server.Restricts() {
		return true
	}
	arn := (&logsInput{LogGroupName: group, LogStreamName: stream}).ARN(s.region)
	may := func(action string) bool { return s.roles.Verdict(roleARN, action, arn) == policy.Allowed }
	g := s.groups[group]
	isNew := g != nil && g.streams[stream] == nil
	return may("logs:PutLogEvents") && (!isNew || may("logs:CreateLogStream"))
}
