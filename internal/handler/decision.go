package handler

import (
	"log/slog"
	"time"
)

// Reason says why the gate decided as it did.
type Reason string

// The reasons, in the gate's order. Reasons returns their texts.
const (
	ReasonNotAnInterruption     Reason = "not_an_interruption"
	ReasonNotFargateSpot        Reason = "not_fargate_spot"
	ReasonNotAServiceTask       Reason = "not_a_service_task"
	ReasonOtherAccount          Reason = "other_account"
	ReasonOtherRegion           Reason = "other_region"
	ReasonReplayed              Reason = "replayed"
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
	ReasonAlreadyRedeployed     Reason = "already_redeployed"
	ReasonRolloutInProgress     Reason = "rollout_in_progress"
	ReasonEnoughRunning         Reason = "enough_running"
	ReasonWouldStopHealthy      Reason = "would_stop_healthy"
	ReasonNoRolloutRoom         Reason = "no_rollout_room"
	ReasonCooldown              Reason = "cooldown"
	ReasonClaimed               Reason = "claimed"
	ReasonRedeploy              Reason = "redeploy"
	// ReasonFailed does not come from the gate: describing or redeploying the
	// service failed.
	ReasonFailed Reason = "failed"
)

// Action is the reaction to an event.
type Action string

// The actions.
const (
	ActionLook     Action = "look"     // describe the service, then decide again
	ActionSkip     Action = "skip"     // leave it to ECS
	ActionRedeploy Action = "redeploy" // force a new deployment; in mode observe only record it
	ActionFail     Action = "fail"     // return an error
)

// Situation is everything that a decision depends on.
type Situation struct {
	Event            Interruption
	Service          *Service // nil: not described yet
	Account          string   // of the installation; "" accepts events of any
	Region           string   // of the installation; "" accepts events of any
	Mode             Mode     // of the installation
	Cooldown         time.Duration
	Now              time.Time
	Remembered       bool   // this process saw the task's deployment replaced within the last 120 s
	HandledElsewhere bool   // a later notice: another invocation describes the service
	LostClaim        string // the deployment that another invocation claimed before us, if any
}

// Decision is the result of the gate.
type Decision struct {
	Action  Action
	Reason  Reason
	Mode    Mode       // the effective mode, after the service's tag
	Level   slog.Level // of the log record
	Message string     // the reason in words
}

// failed returns the outcome where carrying out the decision ended with err.
func (d Decision) failed(err error) Decision {
	if d.Action != ActionFail {
		d.Action, d.Reason = ActionFail, ReasonFailed
	}
	d.Level, d.Message = failure, err.Error()
	return d
}

// The levels of log records, as the gate's table names them.
const (
	info    = slog.LevelInfo
	warning = slog.LevelWarn
	failure = slog.LevelError
)
