package events

import "github.com/spothandler/spothandler/internal/localaws/api"

func (in *eventsInput) Asks(own api.Ask, c *api.Request) []api.Ask {
	switch own.Action {
	case "events:PutEvents":
		own.Resource = c.Region.ARN("events", "event-bus/default")
		var all []api.Ask
		for _, e := range in.Entries {
			one := own
			one.Context = map[string]string{"events:source": e.Source, "events:detail-type": e.DetailType}
			all = append(all, one)
		}
		return all
	case "events:PutRule":
		return own.Tagging(in.Tags, "events:TagResource")
	case "events:PutTargets":
		var all []api.Ask
		for _, t := range in.Targets {
			one := own
			one.Context = map[string]string{"events:targetarn": t.Arn}
			all = append(all, one)
		}
		return all
	}
	return []api.Ask{own}
}
