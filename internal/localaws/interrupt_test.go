package localaws

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	ecstypes "github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	ebtypes "github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
)

// spotPattern is an abbreviated form of the pattern that spothandler installs.
const spotPattern = `{"source":["aws.ecs"],"detail-type":["ECS Task State Change"],"detail":{"$or":[
	{"stopCode":["SpotInterruption"]},{"stoppedReason":[{"prefix":"Your Spot Task was interrupted"}]}]}}`

// collect is a function that passes every event on.
func collect(events chan<- map[string]any) InProcess {
	return func(func(string) string, io.Writer) (Handler, error) {
		return func(_ context.Context, text json.RawMessage) (any, error) {
			var event map[string]any
			err := json.Unmarshal(text, &event)
			events <- event
			return nil, err
		}, nil
	}
}

// Events from callers, other accounts and archives reach the rules that they match.
func TestEventsFromElsewhere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		received := make(chan map[string]any, 9)
		s, c := start(t, Options{InProcess: collect(received)})
		listen(t, c)
		pattern := `{"$or":[{"source":["spothandler.simulate"]},{"account":["444455556666"]}],"replay-name":[{"exists":false}]}`
		if _, err := c.events.PutRule(t.Context(), &eventbridge.PutRuleInput{Name: aws.String("spot"), EventPattern: aws.String(pattern)}); err != nil {
			t.Fatal(err)
		}
		if got, err := putEvents(ownEvent(`{"n":1}`))(t.Context(), c); got != "0" {
			t.Error(got, err)
		}
		for _, event := range []string{
			`{"source":"aws.ecs","account":"444455556666","detail":{"n":2}}`,
			`{"source":"aws.ecs","account":"444455556666","replay-name":"r","detail":{"n":3}}`,
			`{"source":"aws.ecs","account":"111122223333","detail":{"n":4}}`,
		} {
			if err := s.Publish(json.RawMessage(event)); err != nil {
				t.Error(err)
			}
		}
		synctest.Wait()
		sum := 0.0
		for len(received) > 0 {
			detail, _ := (<-received)["detail"].(map[string]any)
			n, _ := detail["n"].(float64)
			sum += n
		}
		if sum != 3 {
			t.Error("of the events 1 and 2 those arrived whose sum is", sum)
		}
		if err := s.Publish(json.RawMessage(`{`)); err == nil {
			t.Error("it takes what is no JSON")
		}
	})
}

// listen creates a rule for interruptions with the function "f" as its target, which EventBridge may invoke.
func listen(t *testing.T, c clients) {
	t.Helper()
	install(t, c, zipOf(t, nil), nil)
	rule, err := c.events.PutRule(t.Context(), &eventbridge.PutRuleInput{Name: aws.String("spot"), EventPattern: aws.String(spotPattern)})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.events.PutTargets(t.Context(), &eventbridge.PutTargetsInput{Rule: aws.String("spot"), Targets: []ebtypes.Target{
		{Id: aws.String("f"), Arn: aws.String("arn:aws:lambda:us-east-1:111122223333:function:f")},
	}}); err != nil {
		t.Fatal(err)
	}
	if _, err := c.lambda.AddPermission(t.Context(), &lambda.AddPermissionInput{
		FunctionName: aws.String("f"), StatementId: aws.String("events"), Action: aws.String("lambda:InvokeFunction"),
		Principal: aws.String("events.amazonaws.com"), SourceArn: rule.RuleArn,
	}); err != nil {
		t.Fatal(err)
	}
}

// serviceOf describes shop/api.
func serviceOf(t *testing.T, c clients) ecstypes.Service {
	t.Helper()
	out, err := c.ecs.DescribeServices(t.Context(), &ecs.DescribeServicesInput{Cluster: aws.String("shop"), Services: []string{"api"}})
	if err != nil || len(out.Services) != 1 {
		t.Fatal(out, err)
	}
	return out.Services[0]
}

func TestInterruptionGivesTheWholeSeriesOfEvents(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		events := make(chan map[string]any, 100)
		s, c := start(t, Options{InProcess: collect(events), Delays: &Delays{Task: 10 * time.Second}})
		if err := s.Seed(Service{Cluster: "shop", Name: "api", Desired: 3}); err != nil {
			t.Fatal(err)
		}
		listen(t, c)
		arns, err := s.Interrupt("shop", "api", 2)
		if err != nil || len(arns) != 2 {
			t.Fatal(arns, err)
		}
		time.Sleep(time.Minute)
		synctest.Wait()
		close(events)
		series := map[string][]string{}
		for e := range events {
			detail := e["detail"].(map[string]any)
			arn := detail["taskArn"].(string)
			series[arn] = append(series[arn], detail["lastStatus"].(string))
			if detail["desiredStatus"] != "STOPPED" || detail["stopCode"] != "SpotInterruption" || detail["group"] != "service:api" ||
				detail["capacityProviderName"] != "FARGATE_SPOT" || !strings.HasPrefix(detail["startedBy"].(string), "ecs-svc/") {
				t.Errorf("%v", detail)
			}
		}
		for _, arn := range arns {
			if got := strings.Join(series[arn], " "); got != "RUNNING DEACTIVATING STOPPING DEPROVISIONING STOPPED" {
				t.Errorf("%s: %s", arn, got)
			}
		}
		if v := serviceOf(t, c); v.RunningCount != 3 || len(v.Deployments) != 1 || len(series) != 2 {
			t.Errorf("running %d, %d deployments, %d tasks in events", v.RunningCount, len(v.Deployments), len(series))
		}
	})
}

func TestEventsNeedAnEnabledRuleAndThePermission(t *testing.T) {
	for name, tt := range map[string]struct {
		change               func(c clients) error
		deliveries, accepted int
	}{
		"all there":     {change: func(clients) error { return nil }, deliveries: 5, accepted: 5},
		"no permission": {change: removePermission, deliveries: 5},
		"rule disabled": {change: disableRule},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, c := start(t, Options{InProcess: collect(make(chan map[string]any, 100))})
				if err := s.Seed(Service{Cluster: "shop", Name: "api", Desired: 1}); err != nil {
					t.Fatal(err)
				}
				listen(t, c)
				if err := tt.change(c); err != nil {
					t.Fatal(err)
				}
				if _, err := s.Interrupt("shop", "api", 1); err != nil {
					t.Fatal(err)
				}
				time.Sleep(time.Second)
				accepted := 0
				for _, d := range s.Deliveries() {
					if d.Accepted {
						accepted++
					}
				}
				if len(s.Deliveries()) != tt.deliveries || accepted != tt.accepted {
					t.Errorf("%d deliveries, %d accepted", len(s.Deliveries()), accepted)
				}
			})
		})
	}
}

func removePermission(c clients) error {
	_, err := c.lambda.RemovePermission(context.Background(), &lambda.RemovePermissionInput{FunctionName: aws.String("f"), StatementId: aws.String("events")})
	return err
}

func disableRule(c clients) error {
	_, err := c.events.DisableRule(context.Background(), &eventbridge.DisableRuleInput{Name: aws.String("spot")})
	return err
}

func TestForcedDeploymentReplacesTasksOverTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, c := start(t, Options{Delays: &Delays{Task: time.Second}})
		if err := s.Seed(Service{Cluster: "shop", Name: "api", Desired: 4}); err != nil {
			t.Fatal(err)
		}
		before := aws.ToString(serviceOf(t, c).Deployments[0].Id)
		if _, err := c.ecs.UpdateService(t.Context(), &ecs.UpdateServiceInput{
			Cluster: aws.String("shop"), Service: aws.String("api"), ForceNewDeployment: true,
		}); err != nil {
			t.Fatal(err)
		}
		v := serviceOf(t, c)
		if len(v.Deployments) != 2 || v.Deployments[0].RolloutState != "IN_PROGRESS" || aws.ToString(v.Deployments[1].Status) != "ACTIVE" ||
			aws.ToString(v.Deployments[1].Id) != before || v.RunningCount != 4 || v.PendingCount != 4 {
			t.Errorf("at once: %d deployments, %d running, %d pending", len(v.Deployments), v.RunningCount, v.PendingCount)
		}
		for range 20 { // never below the minimum meanwhile
			time.Sleep(500 * time.Millisecond)
			if v := serviceOf(t, c); v.RunningCount < 4 {
				t.Errorf("%d running", v.RunningCount)
			}
		}
		v = serviceOf(t, c)
		if len(v.Deployments) != 1 || v.Deployments[0].RolloutState != "COMPLETED" || aws.ToString(v.Deployments[0].Id) == before || v.RunningCount != 4 {
			t.Errorf("in the end: %d deployments, %d running", len(v.Deployments), v.RunningCount)
		}
		tasks, err := c.ecs.ListTasks(t.Context(), &ecs.ListTasksInput{Cluster: aws.String("shop"), ServiceName: aws.String("api")})
		if err != nil || len(tasks.TaskArns) != 4 {
			t.Fatal(tasks, err)
		}
		described, err := c.ecs.DescribeTasks(t.Context(), &ecs.DescribeTasksInput{Cluster: aws.String("shop"), Tasks: tasks.TaskArns})
		if err != nil {
			t.Fatal(err)
		}
		for _, task := range described.Tasks {
			if aws.ToString(task.StartedBy) != aws.ToString(v.Deployments[0].Id) || aws.ToString(task.LastStatus) != "RUNNING" {
				t.Error(aws.ToString(task.StartedBy), aws.ToString(task.LastStatus))
			}
		}
	})
}

func TestControlInterrupt(t *testing.T) {
	s, _ := start(t, Options{})
	if err := s.Seed(Service{Cluster: "shop", Name: "api", Desired: 2}); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		query  string
		status int
		body   string
	}{
		{"cluster=shop&service=api&tasks=2", 200, `{"tasks":["arn:aws:ecs:us-east-1:111122223333:task/shop/`},
		{"cluster=shop&service=api&tasks=none", 400, "tasks must be a number from 1 up"},
		{"cluster=shop", 400, "service is missing"},
		{"cluster=shop&service=web", 404, "Service not found"},
		{"cluster=mall&service=api", 404, "Cluster not found"},
	}
	for _, tt := range tests {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://local/_local/interrupt?"+tt.query, nil)
		if err != nil {
			t.Fatal(err)
		}
		response, err := s.RoundTrip(r)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(response.Body)
		if err != nil || response.StatusCode != tt.status || !strings.Contains(string(body), tt.body) {
			t.Errorf("%s: %d %s %v", tt.query, response.StatusCode, body, err)
		}
	}
}
