package handler

import (
	"log/slog"
	"testing"
	"time"
)

const (
	testAccount    = "111122223333"
	testRegion     = "eu-west-1"
	testCluster    = "arn:aws:ecs:eu-west-1:111122223333:cluster/shop"
	testTask       = "arn:aws:ecs:eu-west-1:111122223333:task/shop/7c1f0000000000000000000000009e2a"
	testTaskDef    = "arn:aws:ecs:eu-west-1:111122223333:task-definition/api:31"
	testDeployment = "ecs-svc/1000000000000000001"
)

// interrupted is a situation that calls for a redeployment: four tasks of a
// steady service, one of which is interrupted three seconds ago.
func interrupted() Situation {
	at := time.Date(2026, 11, 23, 2, 14, 7, 0, time.UTC)
	return Situation{
		Event: Interruption{
			EventID: "9bcdac79-b31f-4d3d-9410-fbd727c29fab", EventTime: at,
			Source: EventSource, DetailType: EventDetailType, Account: testAccount, Region: testRegion,
			ClusterARN: testCluster, Service: "api", TaskARN: testTask, TaskDefinitionARN: testTaskDef,
			StopCode: StopCodeSpotInterruption, StoppedReason: StoppedReasonPrefix + ".",
			StartedBy: testDeployment, LastStatus: "RUNNING",
			CapacityProvider: "FARGATE_SPOT", LaunchType: "FARGATE",
		},
		Service: &Service{
			Status: "ACTIVE", DesiredCount: 4, RunningCount: 4, MinimumHealthyPercent: 100, MaximumPercent: 200,
			Controller: "ECS", Strategy: "ROLLING",
			Deployments: []Deployment{{
				ID: testDeployment, Status: "PRIMARY", RolloutState: "COMPLETED",
				TaskDefinition: testTaskDef, CreatedAt: at.Add(-time.Hour), RunningCount: 4,
			}},
		},
		Account: testAccount, Region: testRegion, Mode: ModeOnce, Cooldown: 5 * time.Minute, Now: at.Add(3 * time.Second),
	}
}

// obstacle is one cause not to redeploy, put into a situation.
type obstacle struct {
	reason Reason
	action Action
	level  slog.Level
	put    func(*Situation)
}

// obstacles are a cause for each row of the gate, in the gate's order.
func obstacles() []obstacle {
	return []obstacle{
		{ReasonNotAnInterruption, ActionSkip, warning, func(s *Situation) { s.Event.Oversize = 6 << 20 }},
		{ReasonNotAnInterruption, ActionSkip, info, func(s *Situation) { s.Event.StopCode, s.Event.StoppedReason = "UserInitiated", "Scaling" }},
		{ReasonNotFargateSpot, ActionSkip, info, func(s *Situation) { s.Event.CapacityProvider = "FARGATE" }},
		{ReasonNotAServiceTask, ActionSkip, info, func(s *Situation) { s.Event.Service = "" }},
		{ReasonOtherAccount, ActionSkip, info, func(s *Situation) { s.Event.Account = "444455556666" }},
		{ReasonOtherRegion, ActionSkip, info, func(s *Situation) { s.Event.Region = "us-east-1" }},
		{ReasonReplayed, ActionSkip, info, func(s *Situation) { s.Event.ReplayName = "last-week" }},
		{ReasonTooLate, ActionSkip, info, func(s *Situation) { s.Event.LastStatus = "DEPROVISIONING" }},
		{ReasonAlreadyRedeployed, ActionSkip, info, func(s *Situation) { s.Remembered = true }},
		{ReasonClaimed, ActionSkip, info, func(s *Situation) { s.HandledElsewhere = true }},
		{ReasonServiceMissing, ActionSkip, warning, func(s *Situation) { s.Service.Missing = true }},
		{ReasonClusterMissing, ActionFail, failure, func(s *Situation) { s.Service.ClusterMissing = true }},
		{ReasonServiceInactive, ActionSkip, info, func(s *Situation) { s.Service.Status = "DRAINING" }},
		{ReasonSwitchedOff, ActionSkip, info, func(s *Situation) { s.Service.Tag = TagOff }},
		{ReasonSwitchedOff, ActionSkip, warning, func(s *Situation) { s.Service.Tag = "of" }},
		{ReasonScaledToZero, ActionSkip, info, func(s *Situation) { s.Service.DesiredCount = 0 }},
		{ReasonControllerUnsupported, ActionSkip, warning, func(s *Situation) { s.Service.Controller = "CODE_DEPLOY" }},
		{ReasonStrategyUnsupported, ActionSkip, warning, func(s *Situation) { s.Service.Strategy = "BLUE_GREEN" }},
		{ReasonNoPrimary, ActionSkip, warning, func(s *Situation) { s.Service.Deployments[0].Status = "ACTIVE" }},
		{ReasonRolloutFailed, ActionSkip, failure, func(s *Situation) {
			s.Service.Deployments[0].RolloutState = "FAILED"
			s.Service.Deployments[0].TaskDefinition = testTaskDef + "2"
			s.Event.StartedBy = "ecs-svc/1000000000000000000"
		}},
		{ReasonAlreadyRedeployed, ActionSkip, info, func(s *Situation) { s.Event.StartedBy = "ecs-svc/1000000000000000000" }},
		{ReasonRolloutInProgress, ActionSkip, info, func(s *Situation) { s.Service.Deployments[0].RolloutState = "IN_PROGRESS" }},
		{ReasonEnoughRunning, ActionSkip, info, func(s *Situation) { s.Service.RunningCount = s.Service.DesiredCount + 1 }},
		{ReasonWouldStopHealthy, ActionSkip, warning, func(s *Situation) { s.Service.MinimumHealthyPercent = 50 }},
		{ReasonNoRolloutRoom, ActionSkip, warning, func(s *Situation) { s.Service.MaximumPercent = 100 }},
		{ReasonCooldown, ActionSkip, info, func(s *Situation) { s.Service.Deployments[0].CreatedAt = s.Now.Add(-time.Minute) }},
		{ReasonClaimed, ActionSkip, info, func(s *Situation) { s.LostClaim = "ecs-svc/1000000000000000000" }},
	}
}

func TestDecideRedeploys(t *testing.T) {
	got := Decide(interrupted())
	if got.Action != ActionRedeploy || got.Reason != ReasonRedeploy || got.Level != info || got.Mode != ModeOnce {
		t.Errorf("got %+v, want a redeployment in mode once", got)
	}
}

func TestDecideNamesEveryReason(t *testing.T) {
	for _, o := range obstacles() {
		t.Run(string(o.reason), func(t *testing.T) {
			s := interrupted()
			o.put(&s)
			got := Decide(s)
			if got.Reason != o.reason || got.Action != o.action || got.Level != o.level || got.Message == "" {
				t.Errorf("got %+v, want %s for %s at level %s", got, o.action, o.reason, o.level)
			}
		})
	}
}

// Where several rows hold, the first one decides.
func TestDecideOrder(t *testing.T) {
	all := obstacles()
	for i, first := range all {
		for _, later := range all[i+1:] {
			t.Run(string(first.reason)+" before "+string(later.reason), func(t *testing.T) {
				s := interrupted()
				later.put(&s)
				first.put(&s)
				if got := Decide(s); got.Reason != first.reason {
					t.Errorf("got %s, want %s", got.Reason, first.reason)
				}
			})
		}
	}
}

// The obstacles of these tests are the gate: no row is left out or misplaced.
func TestObstaclesAreTheRows(t *testing.T) {
	var rows []Reason
	for _, r := range eventRows() {
		rows = append(rows, r.reason)
	}
	for _, r := range serviceRows() {
		rows = append(rows, r.reason)
	}
	all := obstacles()
	if len(rows) != len(all) {
		t.Fatalf("%d rows, %d obstacles", len(rows), len(all))
	}
	for i, o := range all {
		if rows[i] != o.reason {
			t.Errorf("row %d is %s, want %s", i, rows[i], o.reason)
		}
	}
}

func TestDecideModes(t *testing.T) {
	counts := map[Reason]bool{ // in mode always
		ReasonNotAnInterruption: true, ReasonNotFargateSpot: true, ReasonNotAServiceTask: true,
		ReasonOtherAccount: true, ReasonOtherRegion: true, ReasonReplayed: true,
		ReasonServiceMissing: true, ReasonClusterMissing: true, ReasonSwitchedOff: true,
	}
	for _, o := range obstacles() {
		t.Run(string(o.reason), func(t *testing.T) {
			s := interrupted()
			o.put(&s)
			s.Mode = ModeAlways
			want := ReasonRedeploy
			if counts[o.reason] {
				want = o.reason
			}
			if got := Decide(s); got.Reason != want {
				t.Errorf("always: got %s, want %s", got.Reason, want)
			}
			s.Mode = ModeObserve
			if got := Decide(s); got.Reason != o.reason || got.Mode != ModeObserve {
				t.Errorf("observe: got %s in mode %s, want %s", got.Reason, got.Mode, o.reason)
			}
		})
	}
}

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
		{"controller and strategy not told", func(s *Situation) { s.Service.Controller, s.Service.Strategy = "", "" }, ReasonRedeploy},
		{"rollout state not told", func(s *Situation) { primary(s).RolloutState = "" }, ReasonRedeploy},
		{"a failed rollout of the same task definition", func(s *Situation) {
			primary(s).RolloutState = "FAILED"
			s.Event.StartedBy = "ecs-svc/1000000000000000000"
		}, ReasonRedeploy},
		{"a failed rollout of a task definition that is not told", func(s *Situation) {
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
		{"account and Region not told", func(s *Situation) {
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

// The service's tag beats the installation's mode.
func TestDecideEffectiveMode(t *testing.T) {
	cases := []struct {
		mode Mode
		tag  string
		want Mode
	}{
		{ModeOnce, "", ModeOnce},
		{ModeOnce, TagObserve, ModeObserve},
		{ModeOnce, TagRedeploy, ModeOnce},
		{ModeAlways, "", ModeAlways},
		{ModeAlways, TagObserve, ModeObserve},
		{ModeAlways, TagRedeploy, ModeAlways},
		{ModeObserve, "", ModeObserve},
		{ModeObserve, TagRedeploy, ModeOnce},
	}
	for _, c := range cases {
		t.Run(string(c.mode)+" tagged "+c.tag, func(t *testing.T) {
			s := interrupted()
			s.Mode, s.Service.Tag = c.mode, c.tag
			if got := Decide(s); got.Mode != c.want || got.Reason != ReasonRedeploy {
				t.Errorf("got mode %s and %s, want %s", got.Mode, got.Reason, c.want)
			}
		})
	}
}

// An event that decides by itself costs no call.
func TestDecideLooksOnlyWhenNeeded(t *testing.T) {
	s := interrupted()
	s.Service = nil
	if got := Decide(s); got.Action != ActionLook {
		t.Errorf("got %s, want %s", got.Action, ActionLook)
	}
	for i := range eventRows() {
		o := obstacles()[i]
		s := interrupted()
		o.put(&s)
		s.Service = nil
		if got := Decide(s); got.Reason != o.reason {
			t.Errorf("got %s, want %s", got.Reason, o.reason)
		}
	}
}

// BenchmarkDecide is the gate alone, for an event that passes every row.
func BenchmarkDecide(b *testing.B) {
	s := interrupted()
	b.ReportAllocs()
	for b.Loop() {
		Decide(s)
	}
}

// Every reason has one text and one action, wherever it stands in the gate.
func TestReasons(t *testing.T) {
	texts := map[Reason]ReasonText{}
	for _, r := range Reasons() {
		if _, twice := texts[r.Reason]; twice || r.Text == "" {
			t.Errorf("%s is listed twice, or without a text", r.Reason)
		}
		texts[r.Reason] = r
	}
	events, services := eventRows(), serviceRows()
	for _, row := range append(events[:], services[:]...) {
		if want := (ReasonText{row.reason, row.action, row.text}); texts[row.reason] != want {
			t.Errorf("got %+v, want %+v", texts[row.reason], want)
		}
	}
	if redeploy := Decide(interrupted()); texts[ReasonRedeploy].Text != redeploy.Message {
		t.Errorf("got %q for redeploy, want %q", texts[ReasonRedeploy].Text, redeploy.Message)
	}
}

// What is not skipped for its reason alone is explained.
func TestDecideExplains(t *testing.T) {
	for want, put := range map[string]func(*Situation){
		`the service's tag spothandler has the unknown value "of"; accepted are off, observe, redeploy, and on for no difference`: func(s *Situation) { s.Service.Tag = "of" },
		"the event has 6291456 bytes, and EventBridge delivers at most 1048576":                                                   func(s *Situation) { s.Event.Oversize = 6 << 20 },
	} {
		s := interrupted()
		put(&s)
		if got := Decide(s).Message; got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
}
