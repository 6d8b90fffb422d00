package localaws

func (in *eventsInput) asks(own ask, c *call) []ask {
	switch own.Action {
	case "events:PutEvents":
		own.Resource = c.region.arn("events", "event-bus/default")
		var all []ask
		for _, e := range in.Entries {
			one := own
			one.Context = map[string]string{"events:source": e.Source, "events:detail-type": e.DetailType}
			all = append(all, one)
		}
		return all
	case "events:PutRule":
		return own.tagging(in.Tags, "events:TagResource")
	case "events:PutTargets":
		var all []ask
		for _, t := range in.Targets {
			one := own
			one.Context = map[string]string{"events:targetarn": t.Arn}
			all = append(all, one)
		}
		return all
	}
	return []ask{own}
}
