package localaws

import (
	"cmp"
	"maps"

	"github.com/spothandler/spothandler/internal/localaws/policy"
)

// ask is a request to be evaluated by IAM.
type ask struct {
	policy.Ask
	shown string // the resource as shown in errors, if that is not an ARN
}

// mayI returns a request without a context.
func mayI(action, resource string) ask {
	return ask{Ask: policy.Ask{Action: action, Resource: resource, Context: map[string]string{}}}
}

// asks returns the requests that IAM evaluates before the call is done.
func (c *call) asks() []ask {
	own := mayI(c.record.String(), cmp.Or(c.record.Resource, "*"))
	maps.Copy(own.Context, c.context)
	if c.input == nil {
		return []ask{own}
	}
	return c.input.asks(own, c)
}

// where adds a condition key to the request for the call itself, unless the value is empty.
func (c *call) where(key, value string) {
	if value == "" {
		return
	}
	if c.context == nil {
		c.context = map[string]string{}
	}
	c.context[key] = value
}

// beside returns a request for another action on the same resource, in the same context.
func (a ask) beside(action string) ask {
	a.Action = action
	return a
}

// where adds a condition key to the context, unless the value is empty.
func (a ask) where(key, value string) {
	if value != "" {
		a.Context[key] = value
	}
}

// tagging adds the request for tags in a call that creates a resource.
func (a ask) tagging(tags tagList, action string) []ask {
	if len(tags) == 0 {
		return []ask{a}
	}
	return []ask{a, a.beside(action)}
}
