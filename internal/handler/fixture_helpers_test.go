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

// fixture is a handler with its AWS, on virtual time.
type fixture struct {
	*testing.T
	*handlertest.AWS
	handler *Handler
	out     *bytes.Buffer
}

// withFixture runs a test with a steady service api of four tasks.
func withFixture(t *testing.T, config Config, test func(*fixture)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := &fixture{T: t, AWS: &handlertest.AWS{Latency: 20 * time.Millisecond}, out: &bytes.Buffer{}}
		w.AddLogGroup(testLogGroup)
		w.Put(steadyService())
		w.handler = w.newHandler(config)
		test(w)
	})
}

// newHandler returns another sandbox of the same function.
func (w *fixture) newHandler(config Config) *Handler {
	if config.LogGroup == "" {
		config.LogGroup = testLogGroup
	}
	return New(config, w.ECS(), w.Logs(), w.out)
}

// steadyService is service api, whose four tasks have been running for an hour.
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

// replacedDeployment is the deployment of service api after another invocation
// redeployed it.
const replacedDeployment = "ecs-svc/2000000000000000000"

// replacedService is service api after another invocation redeployed it.
func replacedService() handlertest.Service {
	service := steadyService()
	service.Deployments[0].ID = replacedDeployment
	return service
}

// event returns the notice that a task of service api is interrupted now.
// Fields of the detail can be changed, or removed with nil.
func event(changes ...map[string]any) []byte {
	e := InterruptionEvent(runningTask(), time.Now())
	e.ID = testEventID
	for _, change := range changes {
		maps.Copy(e.Detail, change)
	}
	return e.JSON()
}

// handle invokes the handler with the function's default timeout, 60 s.
func (w *fixture) handle(h *Handler, event []byte) (Response, error) {
	w.Helper()
	ctx, cancel := context.WithTimeout(w.Context(), time.Minute)
	defer cancel()
	return h.Handle(ctx, event)
}

// handleWithin invokes the handler with another timeout.
func (w *fixture) handleWithin(timeout time.Duration, event []byte) (Response, error) {
	ctx, cancel := context.WithTimeout(w.Context(), timeout)
	defer cancel()
	return w.handler.Handle(ctx, event)
}

// mustDecide invokes the handler and checks the reason in its response.
func (w *fixture) mustDecide(want Reason, event []byte) Response {
	w.Helper()
	response, err := w.handle(w.handler, event)
	if err != nil || response.Reason != want {
		w.Fatalf("got %s (%s), %v, want %s", response.Reason, response.Message, err, want)
	}
	return response
}

// mustCount checks the number of successful calls of an operation.
func (w *fixture) mustCount(operation string, want int) {
	w.Helper()
	if got := w.Count(operation, ""); got != want {
		w.Fatalf("%d calls of %s, want %d", got, operation, want)
	}
}

// concurrently invokes one sandbox per event at the same instant.
func (w *fixture) concurrently(config Config, events ...[]byte) (responses []Response, errs []error) {
	responses, errs = make([]Response, len(events)), make([]error, len(events))
	handlers := make([]*Handler, len(events))
	for i := range handlers {
		handlers[i] = New(config, w.ECS(), w.Logs(), &bytes.Buffer{})
	}
	var wait sync.WaitGroup
	for i := range events {
		wait.Go(func() { responses[i], errs[i] = w.handle(handlers[i], events[i]) })
	}
	wait.Wait()
	return responses, errs
}

// records returns the log records so far.
func (w *fixture) records() []map[string]any {
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

// summary returns the last log record.
func (w *fixture) summary() map[string]any {
	w.Helper()
	records := w.records()
	if len(records) == 0 {
		w.Fatal("no log record")
	}
	return records[len(records)-1]
}
