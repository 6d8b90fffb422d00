package handler

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/lambdacontext"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/spothandler/spothandler/internal/handler/handlertest"
)

func TestHandleRedeploys(t *testing.T) {
	withFixture(t, Config{}, func(w *fixture) {
		response := w.mustDecide(ReasonRedeploy, event())
		want := Response{
			Action: ActionRedeploy, Reason: ReasonRedeploy, Message: response.Message, Applied: true,
			Cluster: testCluster, Service: "api", TaskARN: testTask,
			DeploymentBefore: testDeployment, DeploymentAfter: w.Primary(testCluster, "api"),
		}
		if response != want {
			t.Errorf("got  %+v\nwant %+v", response, want)
		}
		if want.DeploymentAfter == testDeployment {
			t.Error("the primary deployment is unchanged")
		}
	})
}

// UpdateService is sent the force and nothing that would change the service.
func TestHandleSendsOnlyTheForce(t *testing.T) {
	withFixture(t, Config{}, func(w *fixture) {
		w.mustDecide(ReasonRedeploy, event())
		for _, call := range w.Calls("UpdateService") {
			if keys := slices.Sorted(maps.Keys(call.Input)); !slices.Equal(keys, []string{"cluster", "forceNewDeployment", "service"}) {
				t.Errorf("UpdateService was sent %v", call.Input)
			}
		}
		for _, call := range w.Calls("DescribeServices") {
			if include, _ := call.Input["include"].([]any); len(include) != 1 || include[0] != "TAGS" {
				t.Errorf("DescribeServices was sent %v, want the tags included", call.Input)
			}
		}
	})
}

// The gate's reasons that depend on ECS's responses.
func TestHandleAsksECS(t *testing.T) {
	cases := []struct {
		name   string
		put    func(*handlertest.Service)
		want   Reason
		writes int
	}{
		{"draining", func(s *handlertest.Service) { s.Status = "DRAINING" }, ReasonServiceInactive, 0},
		{"scaled to zero", func(s *handlertest.Service) { s.DesiredCount = 0 }, ReasonScaledToZero, 0},
		{"CodeDeploy", func(s *handlertest.Service) { s.Controller.Type = "CODE_DEPLOY" }, ReasonControllerUnsupported, 0},
		{"blue/green", func(s *handlertest.Service) {
			s.Configuration = &handlertest.Configuration{Strategy: "BLUE_GREEN", MinimumHealthyPercent: 100}
		}, ReasonStrategyUnsupported, 0},
		{"half may be stopped", func(s *handlertest.Service) {
			s.Configuration = &handlertest.Configuration{MinimumHealthyPercent: 50}
		}, ReasonWouldStopHealthy, 0},
		{"no room for a rollout", func(s *handlertest.Service) {
			s.Configuration = &handlertest.Configuration{MinimumHealthyPercent: 100, MaximumPercent: 134}
			s.DesiredCount, s.RunningCount = 2, 2
		}, ReasonNoRolloutRoom, 0},
		{"tagged disabled", func(s *handlertest.Service) { s.Tags = []handlertest.Tag{{Key: "SpotHandler", Value: "Disabled"}} }, ReasonSwitchedOff, 0},
		{"tagged with a word that is not known", func(s *handlertest.Service) { s.Tags = []handlertest.Tag{{Key: TagKey, Value: "of"}} }, ReasonSwitchedOff, 0},
		{"tagged off", func(s *handlertest.Service) { s.Tags = []handlertest.Tag{{Key: TagKey, Value: "Off"}} }, ReasonSwitchedOff, 0},
		{"tagged observe", func(s *handlertest.Service) { s.Tags = []handlertest.Tag{{Key: TagKey, Value: "observe"}} }, ReasonRedeploy, 0},
		{"tagged redeploy", func(s *handlertest.Service) {
			s.Configuration = &handlertest.Configuration{MinimumHealthyPercent: 50}
			s.Tags = []handlertest.Tag{{Key: "team", Value: "off"}, {Key: TagKey, Value: "redeploy"}}
		}, ReasonRedeploy, 1},
		{"rolling out", func(s *handlertest.Service) { s.Deployments[0].RolloutState = "IN_PROGRESS" }, ReasonRolloutInProgress, 0},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			withFixture(t, Config{}, func(w *fixture) {
				service := steadyService()
				c.put(&service)
				w.Put(service)
				w.mustDecide(c.want, event())
				w.mustCount("UpdateService", c.writes)
			})
		})
	}
}

func TestHandleMissing(t *testing.T) {
	gone := event(map[string]any{"group": "service:gone"})
	t.Run("service, as a failure in the response", func(t *testing.T) {
		withFixture(t, Config{}, func(w *fixture) { w.mustDecide(ReasonServiceMissing, event(map[string]any{"group": "service:gone"})) })
	})
	t.Run("service, as an error", func(t *testing.T) {
		withFixture(t, Config{}, func(w *fixture) {
			w.Fail("DescribeServices", 1, handlertest.Fault{Code: "ServiceNotFoundException"})
			w.mustDecide(ReasonServiceMissing, event())
		})
	})
	t.Run("service, when it is to be redeployed", func(t *testing.T) {
		withFixture(t, Config{}, func(w *fixture) {
			w.Fail("UpdateService", 1, handlertest.Fault{Code: "ServiceNotFoundException"})
			w.mustDecide(ReasonServiceMissing, event())
		})
	})
	t.Run("activity, when it is to be redeployed", func(t *testing.T) {
		withFixture(t, Config{Mode: ModeAlways}, func(w *fixture) {
			w.Fail("UpdateService", 1, handlertest.Fault{Code: "ServiceNotActiveException"})
			w.mustDecide(ReasonServiceInactive, event())
		})
	})
	t.Run("cluster", func(t *testing.T) {
		withFixture(t, Config{}, func(w *fixture) {
			w.Fail("DescribeServices", 1, handlertest.Fault{Code: "ClusterNotFoundException"})
			response, err := w.handle(w.handler, gone)
			wantFailure(t, response, err, ReasonClusterMissing, "ClusterNotFoundException")
		})
	})
}

// wantFailure checks a failed invocation: its response and the type of its error.
func wantFailure(t *testing.T, response Response, err error, reason Reason, typ string) {
	t.Helper()
	if response.Action != ActionFail || response.Reason != reason {
		t.Errorf("got %s for %s, want %s for %s", response.Action, response.Reason, ActionFail, reason)
	}
	var typed *Error
	if !errors.As(err, &typed) || typed.Type != typ {
		t.Errorf("got error %#v, want one of type %s", err, typ)
	}
}

// One interruption causes several events; only the first one costs calls.
func TestHandleActsOnce(t *testing.T) {
	withFixture(t, Config{}, func(w *fixture) {
		w.mustDecide(ReasonRedeploy, event())
		calls := len(w.Calls(""))
		time.Sleep(30 * time.Second)
		w.mustDecide(ReasonAlreadyRedeployed, event(map[string]any{"lastStatus": "DEACTIVATING"}))
		w.mustDecide(ReasonAlreadyRedeployed, event(map[string]any{"taskArn": testTask + "2"}))
		if got := len(w.Calls("")); got != calls {
			t.Errorf("%d calls for the later events, want none", got-calls)
		}
		w.mustDecide(ReasonTooLate, event(map[string]any{"lastStatus": "STOPPED"}))
	})
}

// Another sandbox learns from the service that it was redeployed.
func TestHandleRemembersFromTheService(t *testing.T) {
	withFixture(t, Config{}, func(w *fixture) {
		w.mustDecide(ReasonRedeploy, event())
		w.handler = w.newHandler(Config{})
		w.mustDecide(ReasonAlreadyRedeployed, event())
		calls := len(w.Calls(""))
		w.mustDecide(ReasonAlreadyRedeployed, event())
		if got := len(w.Calls("")); got != calls {
			t.Errorf("%d calls, want none", got-calls)
		}
		time.Sleep(rememberFor + time.Second)
		w.mustDecide(ReasonAlreadyRedeployed, event())
		if got := len(w.Calls("")); got != calls+1 {
			t.Errorf("%d calls after the memory faded, want 1", got-calls)
		}
	})
}

// In mode always, every event redeploys, without a claim.
func TestHandleAlways(t *testing.T) {
	withFixture(t, Config{Mode: ModeAlways}, func(w *fixture) {
		for range 3 {
			w.mustDecide(ReasonRedeploy, event())
		}
		w.mustCount("UpdateService", 3)
		w.mustCount("CreateLogStream", 0)
	})
}

// askedForDryRun returns the context of an invocation whose invoker requests a
// dry run.
func askedForDryRun(ctx context.Context) context.Context {
	return lambdacontext.NewContext(ctx, &lambdacontext.LambdaContext{
		AwsRequestID:  "1",
		ClientContext: lambdacontext.ClientContext{Custom: map[string]string{ClientContextKey: DryRun}},
	})
}

// A dry run decides like a real invocation, writes nothing, and leaves neither
// memory nor metrics.
func TestHandleDryRun(t *testing.T) {
	for mode, updates := range map[Mode]int{ModeOnce: 1, ModeObserve: 0} {
		withFixture(t, Config{Mode: mode, Metrics: true}, func(w *fixture) {
			response, err := w.handler.Handle(askedForDryRun(w.Context()), event())
			if err != nil || response.Reason != ReasonRedeploy || !response.DryRun || response.Applied {
				t.Errorf("got %+v, %v, want a redeployment not applied", response, err)
			}
			if got := w.summary(); got["dry_run"] != true || got["_aws"] != nil {
				t.Errorf("logged %v, want a dry run without metrics", got)
			}
			w.mustCount("UpdateService", 0)
			w.mustCount("CreateLogStream", 0)
			w.mustDecide(ReasonRedeploy, event())
			w.mustCount("UpdateService", updates)
		})
	}
}

// Nothing in an event can request a dry run.
func TestHandleDryRunNotFromTheEvent(t *testing.T) {
	withFixture(t, Config{}, func(w *fixture) {
		ctx := lambdacontext.NewContext(w.Context(), &lambdacontext.LambdaContext{AwsRequestID: "1"})
		response, err := w.handler.Handle(ctx, event(map[string]any{"custom": map[string]any{ClientContextKey: DryRun}, "dry_run": true}))
		if err != nil || !response.Applied {
			t.Errorf("got %+v, %v, want a redeployment", response, err)
		}
	})
}

// The response is JSON and contains the decision.
func TestResponseJSON(t *testing.T) {
	withFixture(t, Config{Mode: ModeOnce}, func(w *fixture) {
		raw, err := json.Marshal(w.mustDecide(ReasonNotAServiceTask, event(map[string]any{"group": "family:job"})))
		want := `{"action":"skip","reason":"not_a_service_task","message":"the task does not belong to a service","mode":"once",` +
			`"applied":false,"cluster":"` + testCluster + `","task_arn":"` + testTask + `"}`
		if err != nil || string(raw) != want {
			t.Errorf("got  %s, %v\nwant %s", raw, err, want)
		}
	})
}

// A panic is an error of the invocation and does not end the process.
func TestHandlePanic(t *testing.T) {
	var out bytes.Buffer
	_, err := New(Config{}, panicking{}, nil, &out).Handle(t.Context(), event())
	var typed *Error
	if !errors.As(err, &typed) || typed.Type != "Panic" || !strings.Contains(err.Error(), "out of order") {
		t.Errorf("got %#v, want an error of type Panic", err)
	}
	var record map[string]any
	if err := json.Unmarshal(out.Bytes(), &record); err != nil || record["level"] != "ERROR" || record["stack"] == "" {
		t.Errorf("got log record %s, want an error with its stack", out.String())
	}
}

// panicking is an ECS client that panics.
type panicking struct{ ECSAPI }

func (panicking) DescribeServices(context.Context, *ecs.DescribeServicesInput, ...func(*ecs.Options)) (*ecs.DescribeServicesOutput, error) {
	panic("out of order")
}

// A failure in ECS's response other than MISSING is an error of the invocation.
func TestHandleUnknownFailure(t *testing.T) {
	api := fixedResponse{&ecs.DescribeServicesOutput{Failures: []types.Failure{{Reason: aws.String("ACCESS_DENIED")}}}}
	response, err := New(Config{}, api, nil, io.Discard).Handle(t.Context(), event())
	wantFailure(t, response, err, ReasonFailed, "HandlerError")
}

// fixedResponse is an ECS client that always gives the same response to
// DescribeServices.
type fixedResponse struct{ out *ecs.DescribeServicesOutput }

func (o fixedResponse) DescribeServices(context.Context, *ecs.DescribeServicesInput, ...func(*ecs.Options)) (*ecs.DescribeServicesOutput, error) {
	return o.out, nil
}

func (o fixedResponse) UpdateService(context.Context, *ecs.UpdateServiceInput, ...func(*ecs.Options)) (*ecs.UpdateServiceOutput, error) {
	return nil, errors.New("not expected")
}
