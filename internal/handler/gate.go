package handler

import "log/slog"

// Decide returns the decision about an interruption. Without a Service it
// returns what the event alone decides, or else ActionLook. It is a pure
// function.
func Decide(s Situation) Decision {
	s.Mode = s.effectiveMode()
	for _, row := range eventRows() {
		if row.holds(&s) {
			return row.decide(&s)
		}
	}
	if s.Service == nil {
		return Decision{Action: ActionLook, Mode: s.Mode}
	}
	for _, row := range serviceRows() {
		if row.holds(&s) {
			return row.decide(&s)
		}
	}
	return Decision{ActionRedeploy, ReasonRedeploy, s.Mode, info, textRedeploy}
}

// The gate: the first row that applies decides. ECS replaces an interrupted
// task by itself, and a redeployment replaces every task of a service; the rows
// are the cases in which it is impossible, unwanted, too late, already done, or
// would cost more capacity than it adds.

// eventRows returns the rows that depend on the event alone.
func eventRows() [10]row {
	return [...]row{
		{everyMode, ReasonNotAnInterruption, ActionSkip, warning, (*Situation).tooLarge, textNotAnInterruption, (*Situation).explainSize},
		{everyMode, ReasonNotAnInterruption, ActionSkip, info, (*Situation).notAnInterruption, textNotAnInterruption, nil},
		{everyMode, ReasonNotFargateSpot, ActionSkip, info, (*Situation).notFargateSpot, "the task did not run on Fargate Spot", nil},
		{everyMode, ReasonNotAServiceTask, ActionSkip, info, (*Situation).notAServiceTask, "the task does not belong to a service", nil},
		{everyMode, ReasonOtherAccount, ActionSkip, info, (*Situation).otherAccount, "the event is from another account", nil},
		{everyMode, ReasonOtherRegion, ActionSkip, info, (*Situation).otherRegion, "the event is from another Region", nil},
		{everyMode, ReasonReplayed, ActionSkip, info, (*Situation).replayed, "the event is a replay from an EventBridge archive", nil},
		{notAlways, ReasonTooLate, ActionSkip, info, (*Situation).tooLate, "the two-minute warning is over, or the task has stopped", nil},
		{notAlways, ReasonAlreadyRedeployed, ActionSkip, info, (*Situation).remembered, textAlreadyRedeployed, nil},
		{notAlways, ReasonClaimed, ActionSkip, info, (*Situation).handledElsewhere, textClaimed, nil},
	}
}

// serviceRows returns the rows that depend on the result of DescribeServices.
func serviceRows() [17]row {
	return [...]row{
		{everyMode, ReasonServiceMissing, ActionSkip, warning, (*Situation).serviceMissing, "ECS has no such service", nil},
		{everyMode, ReasonClusterMissing, ActionFail, failure, (*Situation).clusterMissing, "ECS has no such cluster", nil},
		{notAlways, ReasonServiceInactive, ActionSkip, info, (*Situation).serviceInactive, "the service is not active", nil},
		{everyMode, ReasonSwitchedOff, ActionSkip, info, (*Situation).switchedOff, textSwitchedOff, nil},
		{everyMode, ReasonSwitchedOff, ActionSkip, warning, (*Situation).unknownTag, textSwitchedOff, (*Situation).explainTag},
		{notAlways, ReasonScaledToZero, ActionSkip, info, (*Situation).scaledToZero, "the service's desired count is 0", nil},
		{notAlways, ReasonControllerUnsupported, ActionSkip, warning, (*Situation).controllerUnsupported, "the service's deployments are not controlled by ECS", nil},
		{notAlways, ReasonStrategyUnsupported, ActionSkip, warning, (*Situation).strategyUnsupported, "the service's deployments are not rolling updates", nil},
		{notAlways, ReasonNoPrimary, ActionSkip, warning, (*Situation).noPrimary, "the service has no primary deployment", nil},
		{notAlways, ReasonRolloutFailed, ActionSkip, failure, (*Situation).rolloutFailed, "the latest deployment failed and would be rolled out again", nil},
		{notAlways, ReasonAlreadyRedeployed, ActionSkip, info, (*Situation).alreadyRedeployed, textAlreadyRedeployed, nil},
		{notAlways, ReasonRolloutInProgress, ActionSkip, info, (*Situation).rolloutInProgress, "ECS is already replacing the service's tasks", nil},
		{notAlways, ReasonEnoughRunning, ActionSkip, info, (*Situation).enoughRunning, "enough tasks are running without the interrupted one", nil},
		{notAlways, ReasonWouldStopHealthy, ActionSkip, warning, (*Situation).wouldStopHealthy, "the rollout could stop healthy tasks first", nil},
		{notAlways, ReasonNoRolloutRoom, ActionSkip, warning, (*Situation).noRolloutRoom, "the deployment limits leave the rollout no room to start or stop a task", nil},
		{notAlways, ReasonCooldown, ActionSkip, info, (*Situation).coolingDown, "the service was deployed recently and other tasks are running", nil},
		{notAlways, ReasonClaimed, ActionSkip, info, (*Situation).claimed, textClaimed, nil},
	}
}

// The texts of reasons that occur in several rows.
const (
	textNotAnInterruption = "the event is not a Spot interruption of an ECS task"
	textAlreadyRedeployed = "the interrupted task's deployment has been replaced"
	textClaimed           = "another invocation is handling this deployment"
	textSwitchedOff       = "the service's tag spothandler is off"
	textRedeploy          = "the interrupted deployment is replaced by a new one"
)

// row is one row of the gate.
type row struct {
	modes   modes
	reason  Reason
	action  Action
	level   slog.Level
	when    func(*Situation) bool
	text    string                  // of the reason; the same in every row of a reason
	explain func(*Situation) string // returns the message instead of text; nil: text
}

// modes are the modes in which a row counts. Mode observe decides as in once.
type modes int

const (
	everyMode modes = iota
	notAlways       // in mode always, only rows count that make a redeployment impossible or unwanted
)

// holds reports whether the row applies.
func (r *row) holds(s *Situation) bool {
	return (r.modes == everyMode || s.Mode != ModeAlways) && r.when(s)
}

func (r *row) decide(s *Situation) Decision {
	decision := Decision{r.action, r.reason, s.Mode, r.level, r.text}
	if r.explain != nil {
		decision.Message = r.explain(s)
	}
	return decision
}

// verdict returns the decision of the service row with this reason. It is used
// when ECS refuses a call for that reason.
func verdict(reason Reason, mode Mode) Decision {
	for _, row := range serviceRows() {
		if row.reason == reason {
			return Decision{row.action, row.reason, mode, row.level, row.text}
		}
	}
	return Decision{}
}

// ReasonText is a reason with its short description.
type ReasonText struct {
	Reason Reason
	Action Action // the action taken for this reason; none in mode observe
	Text   string
}

// Reasons returns every reason that a record can have, without duplicates: the
// gate's in its order, then redeploy and failed.
func Reasons() []ReasonText {
	var all []ReasonText
	seen := map[Reason]bool{}
	events, services := eventRows(), serviceRows()
	for _, row := range append(events[:], services[:]...) {
		if !seen[row.reason] {
			seen[row.reason] = true
			all = append(all, ReasonText{row.reason, row.action, row.text})
		}
	}
	return append(all,
		ReasonText{ReasonRedeploy, ActionRedeploy, textRedeploy},
		ReasonText{ReasonFailed, ActionFail, "the service could not be described or redeployed"},
	)
}
