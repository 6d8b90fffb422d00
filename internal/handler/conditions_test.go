package handler

import (
	"testing"
	"time"
)

// Each condition at its boundaries.
func TestDecideCases(t *testing.T) {
	primary := func(s *Situation) *Deployment { return &s.Service.Deployments[0] }
	cases := []struct {
		name string
		put  func(*Situation)
		want Reason
	}{
		{"the former stop code", func(s *Situation) { s.Event.StopCode = StopCodeTerminationNotice }, ReasonRedeploy},
		{"the stopped reason alone", func(s *Situation) { s.Event.StopCode = "" }, ReasonRedeploy},
		{"the stop code alone", func(s *Situation) { s.Event.StoppedReason = "" }, ReasonRedeploy},
		{"another source", func(s *Situation) { s.Event.Source = "my.app" }, ReasonNotAnInterruption},
		{"another kind of event", func(s *Situation) { s.Event.DetailType = "ECS Service Action" }, ReasonNotAnInterruption},
		{"EC2", func(s *Situation) { s.Event.LaunchType = "EC2" }, ReasonNotFargateSpot},
		{"no word of where it ran", func(s *Situation) { s.Event.LaunchType, s.Event.CapacityProvider = "", "" }, ReasonRedeploy},
		{"no cluster", func(s *Situation) { s.Event.ClusterARN = "" }, ReasonNotAServiceTask},
		{"two minutes old", func(s *Situation) { s.Now = s.Event.EventTime.Add(2 * time.Minute) }, ReasonRedeploy},
		{"older than two minutes", func(s *Situation) { s.Now = s.Event.EventTime.Add(2*time.Minute + 1) }, ReasonTooLate},
		{"stopped", func(s *Situation) { s.Event.LastStatus = "STOPPED" }, ReasonTooLate},
		{"a stopped reason that only speaks of it", func(s *Situation) {
			s.Event.StopCode, s.Event.StoppedReason = "", "Stopped by ana: "+StoppedReasonPrefix
		}, ReasonNotAnInterruption},
		{"interrupted before it ran", func(s *Situation) { s.Event.LastStatus = "PENDING" }, ReasonRedeploy},
		{"no last status", func(s *Situation) { s.Event.LastStatus = "" }, ReasonRedeploy},
		{"no time", func(s *Situation) { s.Event.EventTime = time.Time{} }, ReasonRedeploy},
		{"neither time nor deployment", func(s *Situation) { s.Event.EventTime, s.Event.StartedBy = time.Time{}, "" }, ReasonRedeploy},
		{"no deployment, an older primary", func(s *Situation) { s.Event.StartedBy = "" }, ReasonRedeploy},
		{"no deployment, a younger primary", func(s *Situation) {
			s.Event.StartedBy = ""
			primary(s).CreatedAt = s.Event.EventTime.Add(time.Second)
		}, ReasonAlreadyRedeployed},
		{"no deployment, a primary of that very moment", func(s *Situation) {
			s.Event.StartedBy = ""
			primary(s).CreatedAt, s.Cooldown = s.Event.EventTime, 0
		}, ReasonRedeploy},
		{"an external controller", func(s *Situation) { s.Service.Controller = "EXTERNAL" }, ReasonControllerUnsupported},
		{"traffic shifts in steps", func(s *Situation) { s.Service.Strategy = "LINEAR" }, ReasonStrategyUnsupported},
		{"traffic shifts to a canary first", func(s *Situation) { s.Service.Strategy = "CANARY" }, ReasonStrategyUnsupported},
		{"controller and strategy unknown", func(s *Situation) { s.Service.Controller, s.Service.Strategy = "", "" }, ReasonRedeploy},
		{"rollout state unknown", func(s *Situation) { primary(s).RolloutState = "" }, ReasonRedeploy},
		{"a failed rollout of the same task definition", func(s *Situation) {
			primary(s).RolloutState = "FAILED"
			s.Event.StartedBy = "ecs-svc/1000000000000000000"
		}, ReasonRedeploy},
		{"a failed rollout of a task definition that is unknown", func(s *Situation) {
			primary(s).RolloutState = "FAILED"
			s.Event.StartedBy, s.Event.TaskDefinitionARN = "", ""
		}, ReasonRolloutFailed},
		{"a failed rollout that the task belongs to", func(s *Situation) {
			primary(s).RolloutState = "FAILED"
			s.Event.TaskDefinitionARN = ""
		}, ReasonRedeploy},
		{"a former deployment still runs tasks", func(s *Situation) {
			s.Service.Deployments = append(s.Service.Deployments, Deployment{Status: "ACTIVE", RunningCount: 1})
		}, ReasonRolloutInProgress},
		{"a former deployment still starts tasks", func(s *Situation) {
			s.Service.Deployments = append(s.Service.Deployments, Deployment{Status: "ACTIVE", PendingCount: 1})
		}, ReasonRolloutInProgress},
		{"a former deployment is empty", func(s *Situation) {
			s.Service.Deployments = append(s.Service.Deployments, Deployment{Status: "ACTIVE"})
		}, ReasonRedeploy},
		{"a failed deployment still runs tasks", func(s *Situation) {
			s.Service.Deployments = append(s.Service.Deployments, Deployment{Status: "ACTIVE", RolloutState: "FAILED", RunningCount: 1})
		}, ReasonRedeploy},
		{"a replacement runs already", func(s *Situation) { s.Service.RunningCount = 5 }, ReasonEnoughRunning},
		{"the floor of healthy tasks is reached, rounded up", func(s *Situation) {
			s.Service.DesiredCount, s.Service.RunningCount, s.Service.MinimumHealthyPercent = 5, 4, 50
		}, ReasonRedeploy},
		{"one task above the floor", func(s *Situation) {
			s.Service.DesiredCount, s.Service.RunningCount, s.Service.MinimumHealthyPercent = 5, 5, 50
		}, ReasonWouldStopHealthy},
		{"tagged redeploy above the floor", func(s *Situation) {
			s.Service.MinimumHealthyPercent, s.Service.Tag = 50, TagRedeploy
		}, ReasonRedeploy},
		{"tagged redeploy within the cooldown", func(s *Situation) {
			primary(s).CreatedAt, s.Service.Tag = s.Now.Add(-time.Minute), TagRedeploy
		}, ReasonRedeploy},
		{"a single task within the cooldown", func(s *Situation) {
			primary(s).CreatedAt = s.Now.Add(-time.Minute)
			s.Service.DesiredCount, s.Service.RunningCount = 1, 1
		}, ReasonRedeploy},
		{"the cooldown is over", func(s *Situation) { primary(s).CreatedAt = s.Now.Add(-5 * time.Minute) }, ReasonRedeploy},
		{"no cooldown", func(s *Situation) { primary(s).CreatedAt, s.Cooldown = s.Now.Add(-time.Minute), 0 }, ReasonRedeploy},
		{"another account in the cluster's ARN alone", func(s *Situation) {
			s.Event.ClusterARN = "arn:aws:ecs:eu-west-1:444455556666:cluster/shop"
		}, ReasonOtherAccount},
		{"another Region in the cluster's ARN alone", func(s *Situation) {
			s.Event.ClusterARN = "arn:aws:ecs:us-east-1:111122223333:cluster/shop"
		}, ReasonOtherRegion},
		{"account and Region unknown", func(s *Situation) {
			s.Event.Account, s.Event.Region, s.Event.ClusterARN = "", "", "shop"
		}, ReasonRedeploy},
		{"an installation that does not know its account and Region", func(s *Situation) {
			s.Account, s.Region = "", ""
			s.Event.Account, s.Event.Region = "444455556666", "us-east-1"
		}, ReasonRedeploy},
		{"room for less than one task", func(s *Situation) {
			s.Service.DesiredCount, s.Service.RunningCount, s.Service.MaximumPercent = 2, 2, 134
		}, ReasonNoRolloutRoom},
		{"room for one task", func(s *Situation) {
			s.Service.DesiredCount, s.Service.RunningCount, s.Service.MaximumPercent = 2, 2, 150
		}, ReasonRedeploy},
		{"the only running task is interrupted", func(s *Situation) {
			s.Service.DesiredCount, s.Service.RunningCount, s.Service.MaximumPercent = 1, 1, 100
		}, ReasonRedeploy},
		{"no room, and the tag redeploy", func(s *Situation) {
			s.Service.MaximumPercent, s.Service.Tag = 100, TagRedeploy
		}, ReasonNoRolloutRoom},
		{"the claim was lost and the deployment is the same", func(s *Situation) { s.LostClaim = testDeployment }, ReasonRedeploy},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			s := interrupted()
			c.put(&s)
			if got := Decide(s); got.Reason != c.want {
				t.Errorf("got %s, want %s", got.Reason, c.want)
			}
		})
	}
}
