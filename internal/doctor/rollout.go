package doctor

import (
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	ecs "github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/spothandler/spothandler/internal/apperr"
)

// The checks of how a rollout proceeds.

func rolloutChecks() []check {
	const deployments = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-type-ecs.html"
	return []check{
		{
			code: "SPOT108", title: "a rollout cannot make progress", run: stuck,
			why: "If maximumPercent leaves no room to start a task and minimumHealthyPercent none to stop one, a deployment can do neither " +
				"and never ends. The function leaves such a service to ECS's own replacement.",
			sources: []string{deployments},
			fixes: []string{
				"aws ecs update-service --cluster CLUSTER --service SERVICE --deployment-configuration maximumPercent=200,minimumHealthyPercent=100 " +
					"  does not deploy; repeat the circuit breaker and the alarms if the service has them",
			},
		},
		{
			code: "SPOT114", title: "the latest deployment failed or does not end", run: rolloutState,
			why: "ECS launches no new tasks for a deployment that has FAILED, so nothing replaces an interrupted task. While a deployment is in " +
				"progress the function does not redeploy, since ECS is replacing tasks already; one that takes more than half an hour may be stuck.",
			sources: []string{"https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Deployment.html"},
			fixes:   []string{"aws ecs update-service --cluster CLUSTER --service SERVICE --task-definition FAMILY:REVISION   a revision that works"},
		},
		{
			code: "SPOT116", title: "the circuit breaker does not roll back, or trips early", run: breaker,
			why: "Without rollback, a circuit breaker leaves the failed deployment in place, which launches no tasks (SPOT114). It also counts " +
				"tasks that ECS cannot launch, so a shortage of Spot can make a deployment fail, and with a low threshold that is likely. Alarms that " +
				"roll back can be triggered by the interruption itself.",
			sources: []string{"https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-circuit-breaker.html"},
			fixes: []string{
				"aws ecs update-service --cluster CLUSTER --service SERVICE --deployment-configuration 'deploymentCircuitBreaker={enable=true,rollback=true}'",
			},
		},
	}
}

func stuck(s *Subject) []verdict {
	if !s.isStuck() {
		return nil
	}
	return []verdict{{
		Error, fmt.Sprintf("a rollout can neither start nor stop a task: %d to %d%% of %s", s.minimumHealthyPercent(), s.maximumPercent(), count(int(s.DesiredCount), "task")),
		s.fixRollout(s.breaker()),
	}}
}

// isStuck reports whether a rollout has no room. On Fargate the percentages apply to rolling updates only (ECS API,
// DeploymentConfiguration).
func (s *Subject) isStuck() bool {
	desired := int(s.DesiredCount)
	return s.isRolledByECS() && desired >= 2 && s.ceiling() <= desired && s.floor() >= desired
}

// fixRollout returns a command that sets this circuit breaker and, if a rollout has no room, percentages with room.
// Findings about either have the same command, so that one does not undo the other.
func (s *Subject) fixRollout(breaker *ecs.DeploymentCircuitBreaker) string {
	maximum, minimum := s.maximumPercent(), s.minimumHealthyPercent()
	if s.isStuck() {
		maximum, minimum = 200, 100
	}
	if breaker != nil && breaker.Enable {
		breaker = rollingBack(breaker)
	}
	return s.updateService(s.configuration(maximum, minimum, breaker))
}

// rollingBack returns a copy of a circuit breaker, which may be nil, that rolls back.
func rollingBack(as *ecs.DeploymentCircuitBreaker) *ecs.DeploymentCircuitBreaker {
	breaker := ecs.DeploymentCircuitBreaker{}
	if as != nil {
		breaker = *as
	}
	breaker.Enable, breaker.Rollback = true, true
	return &breaker
}

// breaker returns the service's circuit breaker, or nil if it has none.
func (s *Subject) breaker() *ecs.DeploymentCircuitBreaker {
	if s.DeploymentConfiguration == nil {
		return nil
	}
	return s.DeploymentConfiguration.DeploymentCircuitBreaker
}

// tooLong is the age from which a deployment in progress causes a warning.
const tooLong = 30 * time.Minute

func rolloutState(s *Subject) []verdict {
	for _, d := range s.Deployments {
		if aws.ToString(d.Status) != "PRIMARY" {
			continue
		}
		age := s.Now.Sub(aws.ToTime(d.CreatedAt))
		switch {
		case d.RolloutState == ecs.DeploymentRolloutStateFailed:
			return []verdict{{Error, "its latest deployment failed: ECS launches no more tasks", "deploy a task definition that works"}}
		case d.RolloutState == ecs.DeploymentRolloutStateInProgress && age > tooLong:
			return []verdict{{Warning, fmt.Sprintf("its deployment has been in progress for %d minutes", int(age.Minutes())), "aws ecs describe-services --cluster " + apperr.Quote(s.Cluster.Name()) + " --services " + apperr.Quote(s.Name()) + " --query 'services[].events[:5].message'"}}
		}
	}
	return nil
}

// fewFailures is a number of failed tasks that a shortage of Spot reaches quickly.
const fewFailures = 3

func breaker(s *Subject) []verdict {
	if !s.isRolledByECS() { // only ECS's own controller has the circuit breaker
		return nil
	}
	b := s.breaker()
	fix := s.fixRollout(rollingBack(b))
	if b == nil || !b.Enable {
		return []verdict{{Info, "the deployment circuit breaker is off", fix}}
	}
	var verdicts []verdict
	if !b.Rollback {
		verdicts = append(verdicts, verdict{Warning, "the circuit breaker fails a deployment without rolling it back", fix})
	}
	if t := b.ThresholdConfiguration; t != nil && t.Type == ecs.ThresholdTypeCount && t.Value <= fewFailures {
		verdicts = append(verdicts, verdict{
			Info, fmt.Sprintf("the circuit breaker trips after %s, which a shortage of Spot can cause", count(int(t.Value), "failed task")), "",
		})
	}
	if a := s.DeploymentConfiguration.Alarms; a != nil && a.Enable && a.Rollback {
		verdicts = append(verdicts, verdict{Info, "its alarms roll a deployment back, and the interruption itself may trigger them", ""})
	}
	return verdicts
}
