package handler

import (
	"log/slog"
	"time"
)

// Reason says why the gate decided as it did.
type Reason string

// The reasons, in the order in which the gate asks.
const (
	ReasonNotAnInterruption     Reason = "not_an_interruption"
	ReasonNotFargateSpot        Reason = "not_fargate_spot"
	ReasonNotAServiceTask       Reason = "not_a_service_task"
	ReasonTooLate               Reason = "too_late"
	ReasonServiceMissing        Reason = "service_missing"
	ReasonClusterMissing        Reason = "cluster_missing"
	ReasonServiceInactive       Reason = "service_inactive"
	ReasonSwitchedOff           Reason = "switched_off"
	ReasonScaledToZero          Reason = "scaled_to_zero"
	ReasonControllerUnsupported Reason = "controller_unsupported"
	ReasonStrategyUnsupported   Reason = "strategy_unsupported"
	ReasonNoPrimary             Reason = "no_primary"
	ReasonRolloutFailed         Reason = "rollout_failed"
	ReasonAlreadyRedeployed     Reason = "already_redeployed" // asked before the look too
	ReasonRolloutInProgress     Reason = "rollout_in_progress"
	ReasonEnoughRunning         Reason = "enough_running"
	ReasonWouldStopHealthy      Reason = "would_stop_healthy"
	ReasonCooldown              Reason = "cooldown"
	ReasonClaimed               Reason = "claimed"
	ReasonRedeploy              Reason = "redeploy"
	// ReasonFailed is no answer of the gate: acting, or looking, failed.
	ReasonFailed Reason = "failed"
)

// Action is what is to be done about an event.
type Action string

// The actions.
const (
	ActionLook     Action = "look"     // ask ECS for the service, then decide again
	ActionSkip     Action = "skip"     // leave it to ECS
	ActionRedeploy Action = "redeploy" // force a new deployment; in mode observe: say so
	ActionFail     Action = "fail"     // tell the operator: nothing can be done
)

// maxAge is the age from which an event is too late: the notice comes two
// minutes before the task is stopped.
const maxAge = 2 * time.Minute

// Decision is the gate's answer.
type Decision struct {
	Action  Action
	Reason  Reason
	Mode    Mode       // the mode that counted, the service's tag considered
	Level   slog.Level // of the log record
	Message string     // for people
}

// Situation is all that a decision depends on.
type Situation struct {
	Event      Interruption
	Service    *Service // nil: not looked at yet
	Mode       Mode
	Cooldown   time.Duration
	Now        time.Time
	Remembered bool   // this process saw the task's deployment replaced within the last 120 s
	LostClaim  string // deployment that another invocation claimed before us, if any
}

// Decide says what to do. Without a Service it decides what the event alone
// decides, and else answers ActionLook.
func Decide(s Situation) Decision {
	s.Mode = s.effectiveMode()
	for _, row := range eventRows() {
		if row.holds(&s) {
			return row.decision(s.Mode)
		}
	}
	if s.Service == nil {
		return Decision{Action: ActionLook, Mode: s.Mode}
	}
	for _, row := range serviceRows() {
		if row.holds(&s) {
			return row.decision(s.Mode)
		}
	}
	return Decision{ActionRedeploy, ReasonRedeploy, s.Mode, slog.LevelInfo, "the interrupted deployment is to be replaced"}
}

// row is one line of the gate: the first row that holds decides.
type row struct {
	modes   modes
	reason  Reason
	action  Action
	level   slog.Level
	message string
	when    func(*Situation) bool
}

// modes are the modes in which a row counts. Observe decides as once does.
type modes int

const (
	everyMode modes = iota
	notAlways       // always keeps to what makes a redeployment impossible or unwanted
)

const (
	info    = slog.LevelInfo
	warning = slog.LevelWarn
	failure = slog.LevelError
)

// eventRows are the rows that need no look at the service.
func eventRows() [5]row {
	return [...]row{
		{everyMode, ReasonNotAnInterruption, ActionSkip, info, "no Spot interruption of an ECS task",
			func(s *Situation) bool { return !s.Event.saysSpot() }},
		{everyMode, ReasonNotFargateSpot, ActionSkip, info, "the task did not run on Fargate Spot",
			func(s *Situation) bool { return s.Event.deniesFargateSpot() }},
		{everyMode, ReasonNotAServiceTask, ActionSkip, info, "the task belongs to no service",
			func(s *Situation) bool { return !s.Event.namesService() }},
		{notAlways, ReasonTooLate, ActionSkip, info, "the notice is over, or the task is gone already",
			func(s *Situation) bool { return s.age() > maxAge || s.Event.taskIsGone() }},
		{notAlways, ReasonAlreadyRedeployed, ActionSkip, info, "the task's deployment was replaced a moment ago",
			func(s *Situation) bool { return s.Remembered }},
	}
}

// serviceRows are the rows that ask what DescribeServices showed.
func serviceRows() [15]row {
	return [...]row{
		{everyMode, ReasonServiceMissing, ActionSkip, warning, "ECS knows no such service",
			func(s *Situation) bool { return s.Service.Missing }},
		{everyMode, ReasonClusterMissing, ActionFail, failure, "ECS knows no such cluster",
			func(s *Situation) bool { return s.Service.ClusterMissing }},
		{notAlways, ReasonServiceInactive, ActionSkip, info, "the service is not active",
			func(s *Situation) bool { return s.Service.Status != "ACTIVE" }},
		{everyMode, ReasonSwitchedOff, ActionSkip, info, "the service's tag " + TagKey + " is " + TagOff,
			func(s *Situation) bool { return s.Service.Tag == TagOff }},
		{notAlways, ReasonScaledToZero, ActionSkip, info, "the service wants no task",
			func(s *Situation) bool { return s.Service.DesiredCount == 0 }},
		{notAlways, ReasonControllerUnsupported, ActionSkip, warning, "ECS does not control the service's deployments",
			func(s *Situation) bool { return s.Service.Controller != "" && s.Service.Controller != "ECS" }},
		{notAlways, ReasonStrategyUnsupported, ActionSkip, warning, "the service's deployments are not rolling updates",
			func(s *Situation) bool { return s.Service.Strategy != "" && s.Service.Strategy != "ROLLING" }},
		{notAlways, ReasonNoPrimary, ActionSkip, warning, "the service has no primary deployment",
			func(s *Situation) bool { return s.Service.primary().ID == "" }},
		{notAlways, ReasonRolloutFailed, ActionSkip, failure, "the newest deployment failed and would be rolled out again",
			func(s *Situation) bool { return s.primaryFailed() && !s.ofPrimaryTaskDefinition() }},
		{notAlways, ReasonAlreadyRedeployed, ActionSkip, info, "the task's deployment is replaced already",
			func(s *Situation) bool { return !s.primaryFailed() && !s.ofPrimary() }},
		{notAlways, ReasonRolloutInProgress, ActionSkip, info, "ECS is replacing the service's tasks already",
			func(s *Situation) bool { return s.Service.isReplacing() }},
		{notAlways, ReasonEnoughRunning, ActionSkip, info, "enough tasks run without the interrupted one",
			func(s *Situation) bool { return s.Service.remaining() >= s.Service.DesiredCount }},
		{notAlways, ReasonWouldStopHealthy, ActionSkip, warning, "the rollout could stop healthy tasks first",
			func(s *Situation) bool { return !s.insists() && s.Service.remaining() > s.Service.healthyFloor() }},
		{notAlways, ReasonCooldown, ActionSkip, info, "the service's deployment is young and other tasks run",
			func(s *Situation) bool { return !s.insists() && s.isYoung() && s.Service.remaining() > 0 }},
		{notAlways, ReasonClaimed, ActionSkip, info, "another invocation redeployed the service",
			func(s *Situation) bool { return s.LostClaim != "" && s.LostClaim != s.Service.primary().ID }},
	}
}

// holds tells whether the row decides.
func (r *row) holds(s *Situation) bool {
	return (r.modes == everyMode || s.Mode != ModeAlways) && r.when(s)
}

func (r *row) decision(mode Mode) Decision {
	return Decision{r.action, r.reason, mode, r.level, r.message}
}

// verdict is the decision of the service row with this reason, for where ECS
// says so itself.
func verdict(reason Reason, mode Mode) Decision {
	for _, row := range serviceRows() {
		if row.reason == reason {
			return row.decision(mode)
		}
	}
	return Decision{}
}

// failed turns the decision that led to err into the outcome.
func failed(d Decision, err error) Decision {
	if d.Action != ActionFail {
		d.Action, d.Reason = ActionFail, ReasonFailed
	}
	d.Level, d.Message = failure, err.Error()
	return d
}

// effectiveMode is the service's tag before the installation's mode. The tag
// redeploy makes observe act; it takes nothing from always.
func (s *Situation) effectiveMode() Mode {
	switch {
	case s.Service == nil:
		return s.Mode
	case s.Service.Tag == TagObserve:
		return ModeObserve
	case s.insists() && s.Mode == ModeObserve:
		return ModeOnce
	}
	return s.Mode
}

// insists tells whether the service is tagged to be redeployed even where that
// may stop healthy tasks or follows another deployment closely.
func (s *Situation) insists() bool { return s.Service.Tag == TagRedeploy }

// interruptedAt is the time of the event; an event without a time is new.
func (s *Situation) interruptedAt() time.Time {
	if s.Event.EventTime.IsZero() {
		return s.Now
	}
	return s.Event.EventTime
}

func (s *Situation) age() time.Duration { return s.Now.Sub(s.interruptedAt()) }

func (s *Situation) primaryFailed() bool {
	return s.Service.primary().RolloutState == rolloutFailed
}

// ofPrimary tells whether the task belongs to the primary deployment, as far
// as the event lets us know.
func (s *Situation) ofPrimary() bool {
	primary := s.Service.primary()
	if s.Event.StartedBy == "" {
		return !primary.CreatedAt.After(s.interruptedAt())
	}
	return s.Event.StartedBy == primary.ID
}

// ofPrimaryTaskDefinition tells whether the task is known to run what the
// primary deployment rolls out.
func (s *Situation) ofPrimaryTaskDefinition() bool {
	primary := s.Service.primary()
	return s.Event.TaskDefinitionARN == primary.TaskDefinition || s.Event.StartedBy == primary.ID
}

// isYoung tells whether the primary deployment is younger than the cooldown.
func (s *Situation) isYoung() bool {
	return s.Now.Sub(s.Service.primary().CreatedAt) < s.Cooldown
}
