package events

import "github.com/spothandler/spothandler/internal/localaws/api"

// Actions returns the actions by name.
func (s *Service) Actions() map[string]api.Action {
	tagResource, untagResource := api.TagCalls("events", s.find, func(o *rule) *api.Tags { return &o.tags })
	return map[string]api.Action{
		"PutRule":             api.Op(s.putRule, "Name"),
		"DescribeRule":        api.Show(s.find, func(o *rule) any { return o }, "Name"),
		"ListRules":           api.Op(s.listRules),
		"DeleteRule":          api.Op(s.deleteRule, "Name"),
		"EnableRule":          api.Change(s.own, s.turn("ENABLED"), "Name"),
		"DisableRule":         api.Change(s.own, s.turn("DISABLED"), "Name"),
		"PutTargets":          api.Op(s.putTargets, "Rule"),
		"RemoveTargets":       api.Op(s.removeTargets, "Rule"),
		"ListTargetsByRule":   api.On(s.find, s.listTargetsByRule, "Rule"),
		"TagResource":         tagResource,
		"UntagResource":       untagResource,
		"ListTagsForResource": api.Show(s.find, func(o *rule) any { return api.Obj{"Tags": o.tags.List()} }),
		"PutEvents":           api.Op(s.putEvents),
		"TestEventPattern":    api.Op(s.testEventPattern, "EventPattern", "Event"),
	}
}
