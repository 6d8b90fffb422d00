package handler

import (
	"fmt"
	"slices"
	"time"
)

// The conditions of the gate's rows. Each reports whether its row applies;
// those of the service rows need a Service.

func (s *Situation) tooLarge() bool          { return s.Event.Oversize > 0 }
func (s *Situation) notAnInterruption() bool { return !s.Event.saysSpot() }
func (s *Situation) notFargateSpot() bool    { return s.Event.deniesFargateSpot() }
func (s *Situation) notAServiceTask() bool   { return !s.Event.namesService() }
func (s *Situation) replayed() bool          { return s.Event.ReplayName != "" }
func (s *Situation) tooLate() bool           { return s.age() > maxAge || s.Event.taskIsGone() }
func (s *Situation) remembered() bool        { return s.Remembered }
func (s *Situation) handledElsewhere() bool  { return s.HandledElsewhere }

// explainSize says why an event was not read.
func (s *Situation) explainSize() string {
	return fmt.Sprintf("the event has %d bytes, and EventBridge delivers at most %d", s.Event.Oversize, maxEventSize)
}

// otherAccount: the event or its cluster belongs to another account, as on an
// event bus that other accounts forward to. ECS would deny access.
func (s *Situation) otherAccount() bool {
	return differs(s.Account, s.Event.Account) || differs(s.Account, arnPart(s.Event.ClusterARN, arnAccount))
}

// otherRegion: the event or its cluster belongs to another Region, where a
// service of the same name may be a different service.
func (s *Situation) otherRegion() bool {
	return differs(s.Region, s.Event.Region) || differs(s.Region, arnPart(s.Event.ClusterARN, arnRegion))
}

// differs reports whether both values are known and unequal.
func differs(own, other string) bool { return own != "" && other != "" && own != other }

func (s *Situation) serviceMissing() bool  { return s.Service.Missing }
func (s *Situation) clusterMissing() bool  { return s.Service.ClusterMissing }
func (s *Situation) serviceInactive() bool { return s.Service.Status != "ACTIVE" }
func (s *Situation) switchedOff() bool     { return s.Service.Tag == TagOff }
func (s *Situation) scaledToZero() bool    { return s.Service.DesiredCount == 0 }

// unknownTag: the tag may have been meant to turn the function off for the
// service.
func (s *Situation) unknownTag() bool {
	return !slices.Contains([]string{"", TagOff, TagObserve, TagRedeploy}, s.Service.Tag)
}

// explainTag names the tag's value and the accepted ones.
func (s *Situation) explainTag() string {
	return fmt.Sprintf("the service's tag %s has the unknown value %q; accepted are %s, %s and %s, and %s to keep the installation's mode",
		TagKey, s.Service.Tag, TagOff, TagObserve, TagRedeploy, tagOn)
}

func (s *Situation) controllerUnsupported() bool {
	return s.Service.Controller != "" && s.Service.Controller != "ECS"
}

func (s *Situation) strategyUnsupported() bool {
	return s.Service.Strategy != "" && s.Service.Strategy != "ROLLING"
}

func (s *Situation) noPrimary() bool { return s.Service.primary().ID == "" }

// rolloutFailed: a redeployment would roll out the failed revision again,
// unless the interrupted task is known to run that same task definition.
func (s *Situation) rolloutFailed() bool {
	primary := s.Service.primary()
	same := s.Event.TaskDefinitionARN == primary.TaskDefinition || s.Event.StartedBy == primary.ID
	return primary.RolloutState == rolloutFailed && !same
}

// alreadyRedeployed: the task belongs to a deployment other than the primary
// one; if the event does not name the deployment, the primary one is younger
// than the event.
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

// wouldStopHealthy: more tasks are running than the rollout must keep running.
func (s *Situation) wouldStopHealthy() bool {
	return s.remaining() > s.Service.healthyFloor() && !s.forcedByTag()
}

// noRolloutRoom: the rollout may neither start a task in addition to the running ones
// nor stop one of them. It would stay IN_PROGRESS, and later interruptions
// would be skipped as rollout_in_progress. If no other task is running it can
// start one.
func (s *Situation) noRolloutRoom() bool {
	return s.Service.taskCeiling() <= s.Service.healthyFloor() && s.remaining() >= 1
}

func (s *Situation) coolingDown() bool {
	young := s.Now.Sub(s.Service.primary().CreatedAt) < s.Cooldown
	return young && s.remaining() > 0 && !s.forcedByTag()
}

func (s *Situation) claimed() bool {
	return s.LostClaim != "" && s.LostClaim != s.Service.primary().ID
}

// maxAge is the age above which an event is too late: ECS sends the notice two
// minutes before it stops the task.
const maxAge = 2 * time.Minute

func (s *Situation) age() time.Duration { return s.Now.Sub(s.interruptedAt()) }

// interruptedAt returns the time of the event; an event without a time counts
// as new.
func (s *Situation) interruptedAt() time.Time {
	if s.Event.EventTime.IsZero() {
		return s.Now
	}
	return s.Event.EventTime
}

// remaining returns the number of running tasks without the interrupted one,
// which ECS still counts when it sends the notice.
func (s *Situation) remaining() int { return s.Service.RunningCount - 1 }

// forcedByTag reports whether the service is tagged to be redeployed even if
// that may stop healthy tasks or closely follows another deployment.
func (s *Situation) forcedByTag() bool { return s.Service.Tag == TagRedeploy }

// effectiveMode returns the mode set by the service's tag, or else the
// installation's. The tag value redeploy makes mode observe act; mode always is
// not changed by it.
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
