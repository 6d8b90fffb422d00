package handler

import (
	"log/slog"
	"time"
)

// Decide says what to do about an interruption. Without a Service it decides
// what the event alone decides, and else answers ActionLook.
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
	return Decision{ActionRedeploy, ReasonRedeploy, s.Mode, info, "the interrupted deployment is to be replaced"}
}

// The gate: the first row that holds decides. ECS replaces an interrupted task
// by itself, and a redeployment replaces every task of a service; the rows are
// the cases where it is impossible, unwanted, too late, done already, or would
// take more capacity than it brings.

// eventRows are the rows that need no look at the service.
func eventRows() [6]row {
	return [...]row{
		{everyMode, ReasonNotAnInterruption, ActionSkip, info, (*Situation).notAnInterruption, "no Spot interruption of an ECS task"},
		{everyMode, ReasonNotFargateSpot, ActionSkip, info, (*Situation).notFargateSpot, "the task did not run on Fargate Spot"},
		{everyMode, ReasonNotAServiceTask, ActionSkip, info, (*Situation).notAServiceTask, "the task belongs to no service"},
		{notAlways, ReasonTooLate, ActionSkip, info, (*Situation).tooLate, "the notice is over, or the task is gone already"},
		{notAlways, ReasonAlreadyRedeployed, ActionSkip, info, (*Situation).remembered, "the task's deployment was replaced a moment ago"},
		{notAlways, ReasonClaimed, ActionSkip, info, (*Situation).handledElsewhere, "another invocation looks at the service"},
	}
}

// serviceRows are the rows that ask what DescribeServices showed.
func serviceRows() [15]row {
	return [...]row{
		{everyMode, ReasonServiceMissing, ActionSkip, warning, (*Situation).serviceMissing, "ECS knows no such service"},
		{everyMode, ReasonClusterMissing, ActionFail, failure, (*Situation).clusterMissing, "ECS knows no such cluster"},
		{notAlways, ReasonServiceInactive, ActionSkip, info, (*Situation).serviceInactive, "the service is not active"},
		{everyMode, ReasonSwitchedOff, ActionSkip, info, (*Situation).switchedOff, "the service's tag spothandler is off"},
		{notAlways, ReasonScaledToZero, ActionSkip, info, (*Situation).scaledToZero, "the service wants no task"},
		{notAlways, ReasonControllerUnsupported, ActionSkip, warning, (*Situation).controllerUnsupported, "ECS does not control the service's deployments"},
		{notAlways, ReasonStrategyUnsupported, ActionSkip, warning, (*Situation).strategyUnsupported, "the service's deployments are not rolling updates"},
		{notAlways, ReasonNoPrimary, ActionSkip, warning, (*Situation).noPrimary, "the service has no primary deployment"},
		{notAlways, ReasonRolloutFailed, ActionSkip, failure, (*Situation).rolloutFailed, "the newest deployment failed and would be rolled out again"},
		{notAlways, ReasonAlreadyRedeployed, ActionSkip, info, (*Situation).alreadyRedeployed, "the task's deployment is replaced already"},
		{notAlways, ReasonRolloutInProgress, ActionSkip, info, (*Situation).rolloutInProgress, "ECS is replacing the service's tasks already"},
		{notAlways, ReasonEnoughRunning, ActionSkip, info, (*Situation).enoughRunning, "enough tasks run without the interrupted one"},
		{notAlways, ReasonWouldStopHealthy, ActionSkip, warning, (*Situation).wouldStopHealthy, "the rollout could stop healthy tasks first"},
		{notAlways, ReasonCooldown, ActionSkip, info, (*Situation).coolingDown, "the service's deployment is young and other tasks run"},
		{notAlways, ReasonClaimed, ActionSkip, info, (*Situation).claimed, "another invocation redeployed the service"},
	}
}

func (s *Situation) notAnInterruption() bool { return !s.Event.saysSpot() }
func (s *Situation) notFargateSpot() bool    { return s.Event.deniesFargateSpot() }
func (s *Situation) notAServiceTask() bool   { return !s.Event.namesService() }
func (s *Situation) tooLate() bool           { return s.age() > maxAge || s.Event.taskIsGone() }
func (s *Situation) remembered() bool        { return s.Remembered }
func (s *Situation) handledElsewhere() bool  { return s.HandledElsewhere }

func (s *Situation) serviceMissing() bool  { return s.Service.Missing }
func (s *Situation) clusterMissing() bool  { return s.Service.ClusterMissing }
func (s *Situation) serviceInactive() bool { return s.Service.Status != "ACTIVE" }
func (s *Situation) switchedOff() bool     { return s.Service.Tag == TagOff }
func (s *Situation) scaledToZero() bool    { return s.Service.DesiredCount == 0 }

func (s *Situation) controllerUnsupported() bool {
	return s.Service.Controller != "" && s.Service.Controller != "ECS"
}

func (s *Situation) strategyUnsupported() bool {
	return s.Service.Strategy != "" && s.Service.Strategy != "ROLLING"
}

func (s *Situation) noPrimary() bool { return s.Service.primary().ID == "" }

// rolloutFailed: a redeployment would push what failed, unless the interrupted
// task is known to run just that.
func (s *Situation) rolloutFailed() bool {
	primary := s.Service.primary()
	same := s.Event.TaskDefinitionARN == primary.TaskDefinition || s.Event.StartedBy == primary.ID
	return primary.RolloutState == rolloutFailed && !same
}

// alreadyRedeployed: the task belongs to another deployment than the primary
// one; where the event does not say to which, the primary one began later.
func (s *Situation) alreadyRedeployed() bool {
	primary := s.Service.primary()
	switch {
	case primary.RolloutState == rolloutFailed:
		return false
	case s.Event.StartedBy == "":
		return primary.CreatedAt.After(s.interruptedAt())
	}
	return s.Event.StartedBy != primary.ID
}

func (s *Situation) rolloutInProgress() bool { return s.Service.isReplacing() }
func (s *Situation) enoughRunning() bool     { return s.remaining() >= s.Service.DesiredCount }

// wouldStopHealthy: more tasks run than the rollout has to keep running.
func (s *Situation) wouldStopHealthy() bool {
	return s.remaining() > s.Service.healthyFloor() && !s.forcedByTag()
}

func (s *Situation) coolingDown() bool {
	young := s.Now.Sub(s.Service.primary().CreatedAt) < s.Cooldown
	return young && s.remaining() > 0 && !s.forcedByTag()
}

func (s *Situation) claimed() bool {
	return s.LostClaim != "" && s.LostClaim != s.Service.primary().ID
}

// maxAge is the age from which an event is too late: the notice comes two
// minutes before the task is stopped.
const maxAge = 2 * time.Minute

func (s *Situation) age() time.Duration { return s.Now.Sub(s.interruptedAt()) }

// interruptedAt is the time of the event; an event without a time is new.
func (s *Situation) interruptedAt() time.Time {
	if s.Event.EventTime.IsZero() {
		return s.Now
	}
	return s.Event.EventTime
}

// remaining is the number of running tasks without the interrupted one, which
// ECS still counts when it sends the notice.
func (s *Situation) remaining() int { return s.Service.RunningCount - 1 }

// forcedByTag reports whether the service is tagged to be redeployed even where
// that may stop healthy tasks or follows another deployment closely.
func (s *Situation) forcedByTag() bool { return s.Service.Tag == TagRedeploy }

// effectiveMode is the service's tag before the installation's mode. The tag
// redeploy makes observe act; it takes nothing from always.
func (s *Situation) effectiveMode() Mode {
	switch {
	case s.Service == nil:
		return s.Mode
	case s.Service.Tag == TagObserve:
		return ModeObserve
	case s.forcedByTag() && s.Mode == ModeObserve:
		return ModeOnce
	}
	return s.Mode
}

// row is one line of the gate.
type row struct {
	modes   modes
	reason  Reason
	action  Action
	level   slog.Level
	when    func(*Situation) bool
	message string
}

// modes are the modes in which a row counts. Mode observe decides as once does.
type modes int

const (
	everyMode modes = iota
	notAlways       // always keeps to what makes a redeployment impossible or unwanted
)

// holds tells whether the row decides.
func (r *row) holds(s *Situation) bool {
	return (r.modes == everyMode || s.Mode != ModeAlways) && r.when(s)
}

func (r *row) decision(mode Mode) Decision {
	return Decision{r.action, r.reason, mode, r.level, r.message}
}

// verdict is the decision of the service row with this reason, for where ECS
// refuses for it.
func verdict(reason Reason, mode Mode) Decision {
	for _, row := range serviceRows() {
		if row.reason == reason {
			return row.decision(mode)
		}
	}
	return Decision{}
}
