package api

import (
	"cmp"
	"maps"

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

// Asks returns the requests that IAM evaluates before the call is done.
func (c *Request) Asks() []Ask {
	own := NewAsk(c.Record.String(), cmp.Or(c.Record.Resource, "*"))
	maps.Copy(own.Context, c.context)
	if c.input == nil {
		return []Ask{own}
	}
	return c.input.Asks(own, c)
}

// Where adds a condition key to the request for the call itself, unless the value is empty.
func (c *Request) Where(key, value string) {
	if value == "" {
		return
	}
	if c.context == nil {
		c.context = map[string]string{}
	}
	c.context[key] = value
}

// Beside returns a request for another action on the same resource, in the same context.
func (a Ask) Beside(action string) Ask {
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
	return []Ask{a, a.Beside(action)}
}
