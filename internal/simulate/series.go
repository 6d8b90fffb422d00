package simulate

import (
	"slices"
	"time"

	"github.com/spothandler/spothandler/internal/eventpattern"
	"github.com/spothandler/spothandler/internal/handler"
)

// Moment is one event of a real interruption.
type Moment struct {
	AtS        int            `json:"at_s"` // approximate seconds after the notice
	LastStatus string         `json:"last_status"`
	Reaches    *bool          `json:"reaches_function"` // nil: the rule's pattern is not known here
	Action     handler.Action `json:"action"`           // "" where it does not reach the function
	Reason     handler.Reason `json:"reason"`
	Mode       handler.Mode   `json:"mode"` // "" if it does not reach the function; observe redeploys nothing
}

// Redeploys reports whether the event forces a new deployment.
func (m *Moment) Redeploys() bool {
	return m.Action == handler.ActionRedeploy && m.Mode != handler.ModeObserve
}

// IsOnlyLogged reports whether only mode observe prevents the event from forcing a new deployment.
func (m *Moment) IsOnlyLogged() bool {
	return m.Action == handler.ActionRedeploy && m.Mode == handler.ModeObserve
}

// Question is the input of Series.
type Question struct {
	Event    handler.Event // the first, as ECS would send it now
	At       time.Time     // when
	Service  *handler.Service
	Pattern  string // of the rule
	Account  string
	Region   string
	Mode     handler.Mode
	Cooldown time.Duration
}

// stages returns the states of a task that is being stopped, with approximate times (from ECS's sample events); a
// longer stop timeout or deregistration delay extends them to two minutes.
func stages() []Moment {
	return []Moment{{AtS: 0, LastStatus: "RUNNING"}, {AtS: 31, LastStatus: "DEACTIVATING"}, {AtS: 52, LastStatus: "DEPROVISIONING"}, {AtS: 66, LastStatus: "STOPPED"}}
}

// Series returns the events of an interruption, whether the rule matches each, and the decision of the function's
// gate. A redeployment is assumed to start at once. Series makes no call.
func Series(q Question) []Moment {
	matches, notAPattern := eventpattern.Parse(q.Pattern)
	service, series, observed := *q.Service, stages(), false
	for i := range series {
		m := &series[i]
		now := q.At.Add(time.Duration(m.AtS) * time.Second)
		event := q.Event.Later(m.LastStatus, now)
		if notAPattern == nil {
			m.Reaches = new(matches(fields(event.JSON())))
		}
		if m.Reaches != nil && !*m.Reaches {
			continue
		}
		decision := handler.Decide(handler.Situation{
			Event: handler.Parse(event.JSON()), Service: &service, Account: q.Account, Region: q.Region,
			Mode: q.Mode, Cooldown: q.Cooldown, Now: now, HandledElsewhere: observed,
		})
		m.Action, m.Reason, m.Mode = decision.Action, decision.Reason, decision.Mode
		observed = observed || m.IsOnlyLogged()
		if m.Redeploys() {
			service.Deployments = redeployed(service.Deployments, now)
		}
	}
	return series
}

// redeployed returns the deployments after a new one was forced.
func redeployed(before []handler.Deployment, at time.Time) []handler.Deployment {
	after := slices.Clone(before)
	next := handler.Deployment{ID: "ecs-svc/next", Status: "PRIMARY", RolloutState: "IN_PROGRESS", CreatedAt: at}
	for i := range after {
		if after[i].Status == next.Status {
			next.TaskDefinition = after[i].TaskDefinition
			after[i].Status = "ACTIVE"
		}
	}
	return append(after, next)
}
