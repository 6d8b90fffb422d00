package storm_test

import (
	"bytes"
	"log/slog"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/spothandler/spothandler/internal/handler"
	"github.com/spothandler/spothandler/internal/handler/handlertest"
)

// Simulated interruptions change nothing, however ECS throttles: no
// redeployment, no claim, and one marked dry run in the log for each.
func TestSimulatedEventsAreDryRuns(t *testing.T) {
	for _, mode := range []handler.Mode{handler.ModeOnce, handler.ModeAlways, handler.ModeObserve} {
		t.Run(string(mode), func(t *testing.T) {
			r := simulatedStorm{how: setting{mode, 0, time.Minute, false}, storm: fiftyServices()}
			r.run(t, false)
			if r.updates > 0 || r.claims > 0 {
				t.Errorf("%d redeployments and %d claims, want none", r.updates, r.claims)
			}
			r.mustMark(t)
		})
	}
}

// Simulated interruptions during a storm neither prevent a redeployment nor add
// one: each service is redeployed once.
func TestSimulatedEventsDuringStorm(t *testing.T) {
	for _, concurrency := range []int{0, 10} { // separate sandboxes, and sandboxes shared with real events
		r := simulatedStorm{how: setting{handler.ModeOnce, concurrency, time.Minute, false}, storm: storm{"20 x 10", 20, 10}}
		r.run(t, true)
		if r.updates != r.services {
			t.Errorf("%d redeployments of %d services", r.updates, r.services)
		}
		r.mustMark(t)
	}
}

// simulatedStorm is a storm with five simulated interruptions of every service.
type simulatedStorm struct {
	storm
	how setting

	mu              sync.Mutex
	sent            int
	updates, claims int
	out             bytes.Buffer
}

func (r *simulatedStorm) run(t *testing.T, withStorm bool) {
	t.Helper()
	synctest.Test(t, func(*testing.T) {
		world := limitedAWS(r.storm)
		world.OnCall = func(c handlertest.Call) {
			switch {
			case c.Code != "":
			case c.Operation == "UpdateService":
				r.updates++
			case c.Operation == "CreateLogStream":
				r.claims++
			}
		}
		ecs, logs := world.ECS(), world.Logs()
		config := handler.Config{
			Mode: r.how.mode, Cooldown: handler.DefaultCooldown, LogLevel: slog.LevelError, LogGroup: logGroup, Metrics: true,
			Account: "111122223333", Region: "eu-west-1",
		}
		function := &lambda{setting: r.how, newSandbox: func() *handler.Handler { return handler.New(config, ecs, logs, r) }}
		go r.simulate(function)
		if withStorm {
			r.send(function)
		}
		time.Sleep(time.Hour) // virtual time: everything is finished
		synctest.Wait()
	})
}

// simulate sends the simulated events of each service while the first notices
// arrive.
func (r *simulatedStorm) simulate(function *lambda) {
	for range 5 {
		for service := range r.services {
			event := handler.InterruptionEvent(task(service), time.Now()).Simulated()
			function.deliver(delivery{event: event.JSON(), arrived: time.Now()})
			r.sent++
		}
		time.Sleep(300 * time.Millisecond)
	}
}

func task(service int) *types.Task {
	return &types.Task{
		TaskArn: aws.String("arn:aws:ecs:eu-west-1:111122223333:task/shop/0123456789abcdef"), ClusterArn: aws.String(cluster),
		TaskDefinitionArn: aws.String(taskDef), Group: aws.String("service:" + serviceName(service)), StartedBy: aws.String(deploymentID(service)),
		LastStatus: aws.String("RUNNING"), CapacityProviderName: aws.String("FARGATE_SPOT"), LaunchType: types.LaunchTypeFargate,
	}
}

// Write receives the log of all sandboxes.
func (r *simulatedStorm) Write(line []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.out.Write(line)
}

// mustMark checks the log: each simulated event has a record of a dry run that
// is marked and not counted, and no other record is marked.
func (r *simulatedStorm) mustMark(t *testing.T) {
	t.Helper()
	marked := map[string]bool{} // by event: a failed one is retried and recorded again
	for line := range bytes.Lines(r.out.Bytes()) {
		record, ok := handler.ParseRecord(line)
		switch {
		case !ok:
		case record.Simulated && (!record.DryRun || record.Applied || record.Metrics != nil):
			t.Errorf("the record of a simulated event is %s", line)
		case record.Simulated:
			marked[record.EventID] = true
		case record.DryRun:
			t.Errorf("an interruption is a dry run: %s", line)
		}
	}
	if len(marked) != r.sent {
		t.Errorf("%d of %d simulated events have a record", len(marked), r.sent)
	}
}
