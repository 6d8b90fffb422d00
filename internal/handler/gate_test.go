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

// interrupted returns a situation that calls for a redeployment: a steady
// service of four tasks, one of which was interrupted three seconds ago.
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

// gateCase is a cause not to redeploy, applied to a situation.
type gateCase struct {
	reason Reason
	action Action
	level  slog.Level
	put    func(*Situation)
}

// gateCases returns a cause for each row of the gate, in the gate's order.
func gateCases() []gateCase {
	return []gateCase{
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
	for _, o := range gateCases() {
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

// If several rows hold, the first one decides.
func TestDecideOrder(t *testing.T) {
	all := gateCases()
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

// The gateCases of these tests match the gate's rows, in order.
func TestGateCasesCoverTheRows(t *testing.T) {
	var rows []Reason
	for _, r := range eventRows() {
		rows = append(rows, r.reason)
	}
	for _, r := range serviceRows() {
		rows = append(rows, r.reason)
	}
	all := gateCases()
	if len(rows) != len(all) {
		t.Fatalf("%d rows, %d gateCases", len(rows), len(all))
	}
	for i, o := range all {
		if rows[i] != o.reason {
			t.Errorf("row %d is %s, want %s", i, rows[i], o.reason)
		}
	}
}

func TestDecideModes(t *testing.T) {
	counts := map[Reason]bool{ // rows that count in mode always
		ReasonNotAnInterruption: true, ReasonNotFargateSpot: true, ReasonNotAServiceTask: true,
		ReasonOtherAccount: true, ReasonOtherRegion: true, ReasonReplayed: true,
		ReasonServiceMissing: true, ReasonClusterMissing: true, ReasonSwitchedOff: true,
	}
	for _, o := range gateCases() {
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

// The service's tag overrides the installation's mode.
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
func TestDecideDescribesOnlyWhenNeeded(t *testing.T) {
	s := interrupted()
	s.Service = nil
	if got := Decide(s); got.Action != ActionLook {
		t.Errorf("got %s, want %s", got.Action, ActionLook)
	}
	for _, o := range gateCases() {
		if o.reason == ReasonServiceMissing {
			break // the first row that depends on the service
		}
		s := interrupted()
		o.put(&s)
		s.Service = nil
		if got := Decide(s); got.Reason != o.reason {
			t.Errorf("got %s, want %s", got.Reason, o.reason)
		}
	}
}

// BenchmarkDecide measures the gate alone, for an event that passes every row.
func BenchmarkDecide(b *testing.B) {
	s := interrupted()
	b.ReportAllocs()
	for b.Loop() {
		Decide(s)
	}
}

// Every reason has one text and one action in all rows of the gate.
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

// Some rows explain more than their reason's text.
func TestDecideExplains(t *testing.T) {
	for want, put := range map[string]func(*Situation){
		`the service's tag spothandler has the unknown value "of"; accepted are off, observe and redeploy, and on to keep the installation's mode`: func(s *Situation) { s.Service.Tag = "of" },
		"the event has 6291456 bytes, and EventBridge delivers at most 1048576":                                                                    func(s *Situation) { s.Event.Oversize = 6 << 20 },
	} {
		s := interrupted()
		put(&s)
		if got := Decide(s).Message; got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
}
