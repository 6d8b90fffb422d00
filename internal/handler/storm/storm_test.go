// Package storm tests on virtual time how the handler behaves when many Spot
// tasks are reclaimed at once: the real handler behind the real SDK clients, an
// ECS with its documented limits, and Lambda's asynchronous queue.
package storm_test

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"

	"github.com/spothandler/spothandler/internal/handler"
	"github.com/spothandler/spothandler/internal/handler/handlertest"
)

const (
	cluster  = "arn:aws:ecs:eu-west-1:111122223333:cluster/shop"
	taskDef  = "arn:aws:ecs:eu-west-1:111122223333:task-definition/api:31"
	logGroup = "/aws/lambda/ecs-fargate-spot-handler"
)

// storm is the number of services and tasks that are interrupted at the same
// instant.
type storm struct {
	name     string
	services int
	tasks    int // of each service
}

// setting is the configuration of the function.
type setting struct {
	mode        handler.Mode
	concurrency int // reserved; 0: as many as there are events
	timeout     time.Duration
	backoff     bool // Lambda delays events that find no free sandbox
}

// outcome is the result of a storm.
type outcome struct {
	updates    int // UpdateService calls that succeeded
	describes  int // DescribeServices calls that succeeded
	throttles  int // calls that were throttled
	redeployed int // services
	last       time.Duration
	dropped    int
	failed     int
}

// run sends the events of a storm to the function.
func run(t *testing.T, s storm, how setting) (out outcome) {
	t.Helper()
	synctest.Test(t, func(*testing.T) {
		begin := time.Now()
		aws := limitedAWS(s)
		seen := map[string]bool{}
		aws.OnCall = func(c handlertest.Call) { out.count(c, begin, seen) }
		ecs, logs := aws.ECS(), aws.Logs()
		config := handler.Config{Mode: how.mode, Cooldown: handler.DefaultCooldown, LogLevel: slog.LevelError, LogGroup: logGroup}
		function := &lambda{setting: how, newSandbox: func() *handler.Handler { return handler.New(config, ecs, logs, io.Discard) }}
		s.send(function)
		time.Sleep(time.Hour) // virtual time: everything is finished
		synctest.Wait()
		out.dropped, out.failed = function.dropped, function.failed
	})
	return out
}

func (o *outcome) count(c handlertest.Call, begin time.Time, seen map[string]bool) {
	switch {
	case c.Code == "ThrottlingException":
		o.throttles++
	case c.Code != "":
	case c.Operation == "DescribeServices":
		o.describes++
	case c.Operation == "UpdateService":
		o.updates++
		if name := fmt.Sprint(c.Input["service"]); !seen[name] {
			seen[name] = true
			o.redeployed++
			o.last = c.At.Sub(begin)
		}
	}
}

// limitedAWS returns an AWS with the storm's services and AWS's documented
// limits
// (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/request-throttling.html,
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html).
func limitedAWS(s storm) *handlertest.AWS {
	aws := &handlertest.AWS{Latency: 40 * time.Millisecond, Rollout: 3 * time.Minute}
	aws.SetLimit("UpdateService", handlertest.Limit{Burst: 50, PerSec: 5})
	aws.SetLimit("DescribeServices", handlertest.Limit{Burst: 100, PerSec: 20})
	aws.SetLimit("CreateLogStream", handlertest.Limit{Burst: 50, PerSec: 50})
	aws.AddLogGroup(logGroup)
	for i := range s.services {
		aws.Put(handlertest.Service{
			Name: serviceName(i), Cluster: cluster, Status: "ACTIVE", DesiredCount: s.tasks, RunningCount: s.tasks,
			Deployments: []handlertest.Deployment{{
				ID: deploymentID(i), Status: "PRIMARY", RolloutState: "COMPLETED", TaskDefinition: taskDef,
				CreatedAt: handlertest.Unix(time.Now().Add(-time.Hour)), RunningCount: s.tasks,
			}},
		})
	}
	return aws
}

func serviceName(i int) string  { return fmt.Sprintf("service-%03d", i) }
func deploymentID(i int) string { return fmt.Sprintf("ecs-svc/1%018d", i) }

// send sends each task's events in random order, one in a hundred twice.
func (s storm) send(function *lambda) {
	random := rand.New(rand.NewPCG(1, 2)) // the same storm every time
	type task struct{ service, number int }
	var tasks []task
	for service := range s.services {
		for number := range s.tasks {
			tasks = append(tasks, task{service, number})
		}
	}
	random.Shuffle(len(tasks), func(i, j int) { tasks[i], tasks[j] = tasks[j], tasks[i] })
	begin := time.Now()
	for _, step := range steps() {
		if step.always && function.mode != handler.ModeAlways {
			continue // not matched by the rule
		}
		time.Sleep(time.Until(begin.Add(step.after)))
		for _, task := range tasks {
			event := s.event(task.service, task.number, step, begin)
			for range 1 + random.IntN(100)/99 {
				function.deliver(delivery{event: event, arrived: time.Now()})
			}
		}
	}
}

// step is a change of an interrupted task for which ECS sends an event.
type step struct {
	status string
	after  time.Duration
	always bool // matched by the rule only in mode always
}

func steps() []step {
	return []step{
		{"RUNNING", 0, false},
		{"DEACTIVATING", time.Second, false},
		{"STOPPING", 31 * time.Second, false},
		{"DEPROVISIONING", 48 * time.Second, true},
		{"STOPPED", 73 * time.Second, true},
	}
}

func (s storm) event(service, task int, step step, begin time.Time) []byte {
	raw, _ := json.Marshal(map[string]any{
		"source": handler.EventSource, "detail-type": handler.EventDetailType,
		"time": begin.Add(step.after).UTC().Format(time.RFC3339),
		"detail": map[string]any{
			"clusterArn": cluster, "group": "service:" + serviceName(service), "startedBy": deploymentID(service),
			"taskArn": fmt.Sprintf("arn:aws:ecs:eu-west-1:111122223333:task/shop/%03d%029d", service, task), "taskDefinitionArn": taskDef,
			"stopCode": handler.StopCodeSpotInterruption, "stoppedReason": handler.StoppedReasonPrefix + ".",
			"lastStatus": step.status, "capacityProviderName": "FARGATE_SPOT", "launchType": "FARGATE",
		},
	})
	return raw
}
