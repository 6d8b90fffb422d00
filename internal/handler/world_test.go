package handler

import (
	"bytes"
	"context"
	"encoding/json"
	"maps"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/spothandler/spothandler/internal/handler/handlertest"
)

const (
	testLogGroup = "/aws/lambda/ecs-fargate-spot-handler"
	testEventID  = "9bcdac79-b31f-4d3d-9410-fbd727c29fab"
)

// world is a handler and the AWS it lives in, on virtual time.
type world struct {
	*testing.T
	*handlertest.AWS
	handler *Handler
	out     *bytes.Buffer
}

// inWorld runs a test in a new world with a steady service api of four tasks.
func inWorld(t *testing.T, config Config, test func(*world)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := &world{T: t, AWS: &handlertest.AWS{Latency: 20 * time.Millisecond}, out: &bytes.Buffer{}}
		w.AddLogGroup(testLogGroup)
		w.Put(steadyService())
		w.handler = w.newHandler(config)
		test(w)
	})
}

// newHandler gives another sandbox of the same function.
func (w *world) newHandler(config Config) *Handler {
	if config.LogGroup == "" {
		config.LogGroup = testLogGroup
	}
	return New(config, w.ECS(), w.Logs(), w.out)
}

// steadyService is service api, which runs its four tasks for an hour already.
func steadyService() handlertest.Service {
	return handlertest.Service{
		Name: "api", Cluster: testCluster, Status: "ACTIVE", DesiredCount: 4, RunningCount: 4,
		Controller: &handlertest.Controller{Type: "ECS"},
		Deployments: []handlertest.Deployment{{
			ID: testDeployment, Status: "PRIMARY", RolloutState: "COMPLETED", TaskDefinition: testTaskDef,
			CreatedAt: handlertest.Unix(time.Now().Add(-time.Hour)), RunningCount: 4,
		}},
	}
}

// replacedDeployment is what somebody else made of service api.
const replacedDeployment = "ecs-svc/2000000000000000000"

// replacedService is service api after somebody else redeployed it.
func replacedService() handlertest.Service {
	service := steadyService()
	service.Deployments[0].ID = replacedDeployment
	return service
}

// event is the notice of an interruption of a task of service api, now. Fields
// of the detail can be changed, or removed with nil.
func event(changes ...map[string]any) []byte {
	e := InterruptionEvent(runningTask(), time.Now())
	e.ID = testEventID
	for _, change := range changes {
		maps.Copy(e.Detail, change)
	}
	return e.JSON()
}

// handle invokes the handler with Lambda's default timeout of ours, 60 s.
func (w *world) handle(h *Handler, event []byte) (Answer, error) {
	w.Helper()
	ctx, cancel := context.WithTimeout(w.Context(), time.Minute)
	defer cancel()
	return h.Handle(ctx, event)
}

// handleWithin invokes the handler with another timeout of the function.
func (w *world) handleWithin(timeout time.Duration, event []byte) (Answer, error) {
	ctx, cancel := context.WithTimeout(w.Context(), timeout)
	defer cancel()
	return w.handler.Handle(ctx, event)
}

// mustDecide invokes the handler and checks the reason it answers with.
func (w *world) mustDecide(want Reason, event []byte) Answer {
	w.Helper()
	answer, err := w.handle(w.handler, event)
	if err != nil || answer.Reason != want {
		w.Fatalf("got %s (%s), %v, want %s", answer.Reason, answer.Message, err, want)
	}
	return answer
}

// mustCount checks how many calls of an operation succeeded.
func (w *world) mustCount(operation string, want int) {
	w.Helper()
	if got := w.Count(operation, ""); got != want {
		w.Fatalf("%d calls of %s, want %d", got, operation, want)
	}
}

// concurrently invokes as many sandboxes as there are events at the same instant.
func (w *world) concurrently(config Config, events ...[]byte) (answers []Answer, errs []error) {
	answers, errs = make([]Answer, len(events)), make([]error, len(events))
	handlers := make([]*Handler, len(events))
	for i := range handlers {
		handlers[i] = New(config, w.ECS(), w.Logs(), &bytes.Buffer{})
	}
	var wait sync.WaitGroup
	for i := range events {
		wait.Go(func() { answers[i], errs[i] = w.handle(handlers[i], events[i]) })
	}
	wait.Wait()
	return answers, errs
}

// records gives the log records so far.
func (w *world) records() []map[string]any {
	w.Helper()
	var out []map[string]any
	for line := range bytes.Lines(w.out.Bytes()) {
		var record map[string]any
		if err := json.Unmarshal(line, &record); err != nil {
			w.Fatalf("log line %s: %v", line, err)
		}
		out = append(out, record)
	}
	return out
}

// summary gives the last log record.
func (w *world) summary() map[string]any {
	w.Helper()
	records := w.records()
	if len(records) == 0 {
		w.Fatal("no log record")
	}
	return records[len(records)-1]
}
