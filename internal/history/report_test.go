package history

import (
	"context"
	"maps"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/spothandler/spothandler/internal/handler"
)

// reported returns the figures of a week of records.
func reported(t *testing.T, g *group, filter Filter) Report {
	t.Helper()
	var report Report
	synctest.Test(t, func(t *testing.T) {
		slices.SortStableFunc(g.lines, func(a, b logEvent) int { return int(*a.Timestamp - *b.Timestamp) })
		g.pageSize = max(g.pageSize, 2)
		collector := &Collector{}
		to := monday.Add(7 * 24 * time.Hour)
		passed, err := Read(t.Context(), g, Query{LogGroup: "/aws/lambda/fn", From: monday, To: to, Filter: filter}, func(e Entry) error {
			collector.Add(&e)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		report = Summarize(collector, monday, to)
		report.LinesIgnored = passed
	})
	return report
}

// A week of records: four tasks of api, one of which triggers the redeployment for the others; a worker that
// fails once and then succeeds; an etl that always fails.
func week(t *testing.T) *group {
	t.Helper()
	g := &group{}
	tuesday := monday.Add(24*time.Hour + 2*time.Hour + 14*time.Minute)
	g.record(t, applied(notice("a1", "api", "eu-west-1a", tuesday, handler.ReasonRedeploy), 1900))
	g.record(t, notice("a2", "api", "eu-west-1a", tuesday.Add(time.Second), handler.ReasonAlreadyRedeployed))
	g.record(t, notice("a3", "api", "eu-west-1b", tuesday.Add(2*time.Second), handler.ReasonClaimed))
	later := notice("a1", "api", "eu-west-1a", tuesday.Add(31*time.Second), handler.ReasonAlreadyRedeployed) // DEACTIVATING
	later.EventID = "event-a1-later"
	g.record(t, later)

	sunday := monday.Add(6*24*time.Hour + 23*time.Hour + 59*time.Minute)
	failing := notice("w1", "worker", "", sunday, handler.ReasonFailed)
	failing.Action, failing.Level, failing.Error = handler.ActionFail, "ERROR", "ServerException: try again"
	g.record(t, failing)
	retried := applied(notice("w1", "worker", "", sunday, handler.ReasonRedeploy), 4200)
	retried.Timestamp = handler.Time{Time: sunday.Add(50 * time.Second)}
	g.record(t, retried)

	denied := notice("e1", "etl", "eu-west-1c", monday.Add(12*time.Hour), handler.ReasonFailed)
	denied.Action, denied.Level, denied.Error = handler.ActionFail, "ERROR", "AccessDeniedException: no"
	g.record(t, denied)
	late := notice("e1", "etl", "eu-west-1c", monday.Add(12*time.Hour+3*time.Minute), handler.ReasonTooLate)
	late.EventID = "event-e1-later"
	g.record(t, late)

	observed := notice("o1", "api", "eu-west-1a", monday.Add(13*time.Hour), handler.ReasonRedeploy)
	observed.Mode = handler.ModeObserve
	g.record(t, observed)

	// Records that are not about an interruption: a dry run, a simulation, a notice sent by a user, an event
	// of others.
	dry := notice("d1", "api", "eu-west-1a", monday.Add(14*time.Hour), handler.ReasonRedeploy)
	dry.DryRun = true
	g.record(t, dry)
	rehearsed := notice("d2", "api", "eu-west-1a", monday.Add(14*time.Hour), handler.ReasonRedeploy)
	rehearsed.Simulated = true
	g.record(t, rehearsed)
	sent := applied(notice("d3", "api", "eu-west-1a", monday.Add(14*time.Hour), handler.ReasonRedeploy), 10)
	sent.EventID = ForRealPrefix + "1"
	g.record(t, sent)
	g.record(t, notice("x1", "", "", monday.Add(15*time.Hour), handler.ReasonNotAServiceTask))

	// Other lines, a truncated one, and a problem along the way, which is not an outcome.
	g.add(monday.Add(16*time.Hour), "START RequestId: 1 Version: $LATEST")
	g.add(monday.Add(16*time.Hour), `{"timestamp":"2026-11-09T16:00:00.000Z","reason":"redep`)
	g.add(monday.Add(16*time.Hour), `{"timestamp":"2026-11-09T16:00:00.000Z","level":"WARNING","message":"retrying"}`)
	return g
}

func TestReport(t *testing.T) {
	for _, zone := range []*time.Location{time.UTC, time.FixedZone("Los Angeles", -8*3600), time.FixedZone("Kolkata", 5*3600+1800)} {
		t.Run(zone.String(), func(t *testing.T) {
			local := time.Local // as TZ sets it when the process starts
			defer func() { time.Local = local }()
			time.Local = zone
			r := reported(t, week(t), Filter{})
			if r.Interruptions != 6 || r.Redeployments != 2 || r.Failures != 1 || r.Rehearsals != 3 || r.LinesIgnored != 3 {
				t.Errorf("%d interruptions, %d redeployments, %d failures, %d rehearsals, %d lines passed over",
					r.Interruptions, r.Redeployments, r.Failures, r.Rehearsals, r.LinesIgnored)
			}
			if want := map[string]int{"already_redeployed": 1, "claimed": 1, "observed": 1}; !maps.Equal(r.Skipped, want) {
				t.Errorf("skipped: %v", r.Skipped)
			}
			if *r.ReactionMS.Median != 3050 || *r.ReactionMS.Max != 4200 {
				t.Errorf("reaction: %d, %d", *r.ReactionMS.Median, *r.ReactionMS.Max)
			}
			if want := []ServiceCount{{"shop", "api", 4, 1, 0}, {"shop", "etl", 1, 0, 1}, {"shop", "worker", 1, 1, 0}}; !slices.Equal(r.ByService, want) {
				t.Errorf("by service: %v", r.ByService)
			}
			if want := []ZoneCount{{"eu-west-1a", 3}, {"", 1}, {"eu-west-1b", 1}, {"eu-west-1c", 1}}; !slices.Equal(r.ByZone, want) {
				t.Errorf("by zone: %v", r.ByZone)
			}
			var hours [7][24]int
			hours[1][2], hours[6][23], hours[0][12], hours[0][13] = 3, 1, 1, 1
			if r.ByHour != hours {
				t.Errorf("by hour: %v", r.ByHour)
			}
			if got := len(r.RedeploymentsAll[0].Tasks); got != 3 {
				t.Errorf("the redeployment of api handled %d interruptions", got)
			}
		})
	}
}

// Missing fields are not invented: each test has a record of a skipped event of a task, and the resulting
// report.
func TestMissingFields(t *testing.T) {
	at := monday.Add(50 * time.Hour) // Wednesday, 02:00
	for _, test := range []struct {
		name    string
		lacking func(*handler.Record)
		want    func(*Report) bool
	}{
		{"nothing", func(*handler.Record) {}, func(r *Report) bool {
			return r.ByHour[2][2] == 1 && r.ByZone[0].Zone == "eu-west-1a" && r.Skipped["claimed"] == 1
		}},
		{"the event's time: the record's, here an hour later, is taken", func(r *handler.Record) {
			r.EventTime, r.Timestamp = handler.Time{}, handler.Time{Time: at.Add(time.Hour)}
		}, func(r *Report) bool { return r.ByHour[2][3] == 1 }},
		{"the zone", func(r *handler.Record) { r.AvailabilityZone = "" }, func(r *Report) bool { return r.ByZone[0] == ZoneCount{"", 1} }},
		{"the service", func(r *handler.Record) { r.Service = "" }, func(r *Report) bool { return r.ByService[0] == ServiceCount{Cluster: "shop", Interruptions: 1} }},
		{"the cluster", func(r *handler.Record) { r.Cluster = "" }, func(r *Report) bool { return r.ByService[0] == ServiceCount{Service: "api", Interruptions: 1} }},
		{"the task: its event counts", func(r *handler.Record) { r.TaskARN = "" }, func(r *Report) bool { return r.All[0].Task == "" }},
		{"task and event: its request counts", func(r *handler.Record) { r.TaskARN, r.EventID, r.RequestID = "", "", "1" }, func(r *Report) bool { return r.Interruptions == 1 }},
		{"the deployment", func(r *handler.Record) { r.DeploymentID = "" }, func(r *Report) bool { return r.All[0].Deployment == "" }},
		{"the time of ECS's response: a redeployment of unknown speed", func(r *handler.Record) {
			*r = applied(*r, 0)
			r.ECSResponseMS = nil
		}, func(r *Report) bool {
			return r.Redeployments == 1 && r.ReactionMS == (Spread{}) && r.RedeploymentsAll[0].At.Equal(at.Add(1500*time.Millisecond))
		}},
	} {
		g := &group{}
		r := notice("1", "api", "eu-west-1a", at, handler.ReasonClaimed)
		test.lacking(&r)
		g.record(t, r)
		if report := reported(t, g, Filter{}); report.Interruptions != 1 || !test.want(&report) {
			t.Errorf("without %s: %+v", test.name, report)
		}
	}
}

// The median of an odd number of figures is the middle one, that of an even number the mean of the two middle
// ones. Deployments that have not ended, or are unknown, have no seconds.
func TestOutcomesOfAReport(t *testing.T) {
	ms := func(n int64) *int64 { return &n }
	c := &Collector{Redeployments: []Redeployment{
		{ReactionMS: ms(900), Outcome: OutcomeCompleted, OutcomeSeconds: 100},
		{ReactionMS: ms(5000), Outcome: OutcomeCompleted, OutcomeSeconds: 300},
		{ReactionMS: ms(1000), Outcome: OutcomeRolledBack, OutcomeSeconds: 700},
		{ReactionMS: ms(2000), Outcome: OutcomeFailed, OutcomeSeconds: 200},
		{Outcome: OutcomeInProgress, OutcomeSeconds: 9000},
		{ReactionMS: ms(3000), Outcome: OutcomeStopped},
		{Outcome: OutcomeUnknown, OutcomeUnknownWhy: "no permission for ecs:ListServiceDeployments"},
		{Outcome: OutcomeUnknown, OutcomeUnknownWhy: "no permission for ecs:ListServiceDeployments"},
	}}
	r := Summarize(c, monday, monday.Add(24*time.Hour))
	if *r.ReactionMS.Median != 2000 || *r.ReactionMS.Max != 5000 {
		t.Errorf("reaction: %d, %d", *r.ReactionMS.Median, *r.ReactionMS.Max)
	}
	if *r.Outcomes.Seconds.Median != 250 || *r.Outcomes.Seconds.Max != 700 {
		t.Errorf("seconds: %d, %d", *r.Outcomes.Seconds.Median, *r.Outcomes.Seconds.Max)
	}
	r.Outcomes.Seconds = Spread{}
	if want := (Outcomes{Completed: 2, RolledBack: 1, Failed: 1, Stopped: 1, InProgress: 1, Unknown: 2}); r.Outcomes != want || r.Redeployments != 8 {
		t.Errorf("%d redeployments, %+v", r.Redeployments, r.Outcomes)
	}
	if want := []string{"no permission for ecs:ListServiceDeployments"}; !slices.Equal(r.UnknownOutcomes, want) {
		t.Errorf("%q", r.UnknownOutcomes)
	}
}

// An empty report has no figures.
func TestReportOfNothing(t *testing.T) {
	r := reported(t, &group{}, Filter{})
	if r.Interruptions != 0 || r.ReactionMS.Median != nil || r.Outcomes.Seconds.Max != nil || len(r.ByService) != 0 {
		t.Errorf("%+v", r)
	}
}

// Each filter passes what it names.
func TestFilter(t *testing.T) {
	for _, test := range []struct {
		name   string
		filter Filter
		want   int
	}{
		{"service", Filter{Services: []string{"api"}}, 4},
		{"service of a cluster", Filter{Services: []string{"shop/api"}}, 4},
		{"service of another cluster", Filter{Services: []string{"batch/api"}}, 0},
		{"cluster by name", Filter{Clusters: []string{"shop"}}, 6},
		{"cluster by ARN", Filter{Clusters: []string{shop}}, 6},
		{"another cluster", Filter{Clusters: []string{"batch"}}, 0},
		{"two services", Filter{Services: []string{"api", "worker"}}, 5},
		{"task by the beginning of its id", Filter{Task: "a"}, 3},
		{"reason", Filter{Reasons: []handler.Reason{handler.ReasonClaimed, handler.ReasonFailed}}, 3},
		{"level", Filter{Level: "ERROR"}, 2},
	} {
		if got := reported(t, week(t), test.filter).Interruptions; got != test.want {
			t.Errorf("%s: %d, want %d", test.name, got, test.want)
		}
	}
}

// Entries come in the order of time, without duplicates, however they are paged.
func TestOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := &group{pageSize: 3, empty: true, latency: 300 * time.Millisecond}
		const records = 500
		for i := range records {
			g.record(t, notice("t", "api", "", monday.Add(time.Duration(i)*20*time.Minute), handler.ReasonClaimed))
		}
		var last time.Time
		seen := 0
		_, err := Read(t.Context(), g, Query{From: monday, To: monday.Add(10 * 24 * time.Hour)}, func(e Entry) error {
			if e.At.Before(last) {
				t.Fatal("out of order")
			}
			last = e.At
			seen++
			return nil
		})
		if err != nil || seen != records {
			t.Errorf("%d, %v", seen, err)
		}
	})
}

// An event that FilterLogEvents returns twice, on one page or on two, is one record, or one line that is ignored. Lines
// that are equal but have different IDs are not the same.
func TestRepeatedEvents(t *testing.T) {
	for _, pageSize := range []int{1, 100} {
		synctest.Test(t, func(t *testing.T) {
			g := &group{pageSize: pageSize}
			for _, id := range []string{"a", "a", "b", "a"} {
				g.record(t, notice("t", "api", "", monday, handler.ReasonClaimed))
				g.lines[len(g.lines)-1].EventId = aws.String(id)
			}
			for range 2 {
				g.add(monday.Add(time.Hour), "not a record")
				g.lines[len(g.lines)-1].EventId = aws.String("c")
			}
			records := 0
			ignored, err := Read(t.Context(), g, Query{From: monday, To: monday.Add(24 * time.Hour)}, func(Entry) error { records++; return nil })
			if err != nil || records != 2 || ignored != 1 {
				t.Errorf("pages of %d: %d records, %d ignored, %v", pageSize, records, ignored, err)
			}
		})
	}
}

// A period with few records takes one call, however long it is; if one call does not return everything, the
// period is read in parts.
func TestCallsOfAPeriod(t *testing.T) {
	for _, test := range []struct {
		empty bool
		calls int
	}{{false, 1}, {true, 1 + 28 + 9}} { // 28 parts of six hours, and an empty page before each of the nine that have a record
		synctest.Test(t, func(t *testing.T) {
			g := &group{pageSize: 100, empty: test.empty}
			for day := range 9 {
				g.record(t, notice("t", "api", "", monday.Add(time.Duration(day)*18*time.Hour), handler.ReasonClaimed))
			}
			seen := 0
			_, err := Read(t.Context(), g, Query{From: monday, To: monday.Add(7 * 24 * time.Hour)}, func(Entry) error { seen++; return nil })
			if err != nil || seen != 9 || len(g.calls) != test.calls {
				t.Errorf("%d records, %d calls, %v", seen, len(g.calls), err)
			}
		})
	}
}

// The end of the context ends the reading, and so does an error of keep.
func TestReadEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		g := week(t)
		g.pageSize = 1
		if _, err := Read(ctx, g, Query{From: monday, To: monday.Add(7 * 24 * time.Hour)}, func(Entry) error { cancel(); return nil }); err == nil {
			t.Error("no error")
		}
	})
}
