package api

import (
	"github.com/spothandler/spothandler/internal/localaws/policy"
)

// Ask is a request to be evaluated by IAM.
type Ask struct {
	policy.Ask
	Shown string // the resource as shown in errors, if that is not an ARN
}

// NewAsk returns a request without a context.
func NewAsk(action, resource string) Ask {
	return Ask{Ask: policy.Ask{Action: action, Resource: resource, Context: map[string]string{}}}
}

// ForAction returns a request for another action on the same resource, in the same context.
func (a Ask) ForAction(action string) Ask {
	a.Action = action
	return a
}

// Where adds a condition key to the context, unless the value is empty.
func (a Ask) Where(key, value string) {
	if value != "" {
		a.Context[key] = value
	}
}

// Tagging adds the request for tags in a call that creates a resource.
func (a Ask) Tagging(tags tagList, action string) []Ask {
	if len(tags) == 0 {
		return []Ask{a}
	}
	return []Ask{a, a.ForAction(action)}
}
