package deploy

import (
	"context"
	"encoding/json"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"github.com/spothandler/spothandler/internal/deploy/resource"
	"github.com/spothandler/spothandler/internal/handler"
	"github.com/spothandler/spothandler/internal/localaws"
)

// inService runs a test with an installation for cluster shop, IAM enforcement, and a running function with
// its role's permissions: shop/api and other/web are on Fargate Spot.
func inService(t *testing.T, test func(t *testing.T, a *account)) {
	t.Helper()
	var here *account
	options := localaws.Options{
		Delays: &localaws.Delays{}, Policies: map[string]string{},
		InProcess: func(getenv func(string) string, out io.Writer) (localaws.Handler, error) {
			settings, err := handler.ConfigFromEnv(getenv)
			if err != nil {
				return nil, err
			}
			config := here.Config()
			config.Credentials = credentials.NewStaticCredentialsProvider(getenv("AWS_ACCESS_KEY_ID"), "secret", "token")
			function := handler.New(settings, ecs.NewFromConfig(config), cloudwatchlogs.NewFromConfig(config), out)
			return func(ctx context.Context, event json.RawMessage) (any, error) { return function.Handle(ctx, event) }, nil
		},
	}
	inAccountWith(t, options, func(t *testing.T, a *account) {
		here = a
		for _, service := range []localaws.Service{{Cluster: "shop", Name: "api", Desired: 2}, {Cluster: "other", Name: "web", Desired: 2}} {
			if err := a.Seed(service); err != nil {
				t.Fatal(err)
			}
		}
		a.install(t, "prod", given("cluster", "shop"))
		test(t, a)
	})
}

// primary returns the ID of a service's primary deployment.
func (a *account) primary(t *testing.T, cluster, service string) string {
	t.Helper()
	out, err := ecs.NewFromConfig(a.Config()).DescribeServices(t.Context(), &ecs.DescribeServicesInput{Cluster: &cluster, Services: []string{service}})
	if err != nil {
		t.Fatal(err)
	}
	return *out.Services[0].Deployments[0].Id
}

// logged returns everything that the function has logged.
func (a *account) logged(t *testing.T) string {
	t.Helper()
	group := a.find(t, "prod", nil).Names.LogGroup
	out, err := cloudwatchlogs.NewFromConfig(a.Config()).FilterLogEvents(t.Context(), &cloudwatchlogs.FilterLogEventsInput{LogGroupName: &group})
	if err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	for _, event := range out.Events {
		text.WriteString(*event.Message + "\n")
	}
	return text.String()
}

// interrupted interrupts a task of shop/api and reports whether the service was redeployed.
func (a *account) interrupted(t *testing.T) bool {
	t.Helper()
	before := a.primary(t, "shop", "api")
	if _, err := a.Interrupt("shop", "api", 1); err != nil {
		t.Fatal(err)
	}
	time.Sleep(time.Minute) // virtual time
	return a.primary(t, "shop", "api") != before
}

// The role's policy suffices for an interruption, from the notice to the record in the log group.
func TestFunctionPolicyIsSufficient(t *testing.T) {
	inService(t, func(t *testing.T, a *account) {
		if !a.interrupted(t) || !strings.Contains(a.logged(t), "Service redeployment triggered successfully") {
			t.Errorf("it logged\n%s", a.logged(t))
		}
	})
}

// Without any one of its actions the function fails and names it, or cannot log.
func TestFunctionPolicyIsMinimal(t *testing.T) {
	var actions []string
	for action, want := range map[string]struct {
		redeployed bool
		logs       string
	}{
		"ecs:DescribeServices": {false, "ecs:DescribeServices"},
		"ecs:UpdateService":    {false, "ecs:UpdateService"},
		"logs:CreateLogStream": {true, ""},
		"logs:PutLogEvents":    {true, ""},
	} {
		actions = append(actions, action)
		t.Run(action, func(t *testing.T) {
			inService(t, func(t *testing.T, a *account) {
				role := a.find(t, "prod", nil).State.Role
				policy := withoutAction(t, role.Policy, action)
				_, err := a.clients.IAM.PutRolePolicy(t.Context(), &iam.PutRolePolicyInput{RoleName: &role.Name, PolicyName: aws.String(resource.PolicyName), PolicyDocument: &policy})
				if err != nil {
					t.Fatal(err)
				}
				redeployed, logs := a.interrupted(t), a.logged(t)
				if redeployed != want.redeployed || !strings.Contains(logs, want.logs) || want.logs == "" && logs != "" {
					t.Errorf("redeployed: %t; it logged\n%s", redeployed, logs)
				}
			})
		})
	}
	policy := desiredFor(t, nil).Role.Policy
	if all := actionsOf(t, policy); len(all) != len(actions) {
		t.Errorf("the policy has %v, taken away are %v", all, actions)
	}
}

// With --cluster, an event for another cluster's service has no effect, even if it bypasses the rule.
func TestFunctionPolicyKeepsToItsClusters(t *testing.T) {
	inService(t, func(t *testing.T, a *account) {
		names := a.find(t, "prod", nil).Names
		before := a.primary(t, "other", "web")
		event := jsonText(map[string]any{
			"source": "aws.ecs", "detail-type": "ECS Task State Change", "time": time.Now().UTC().Format(time.RFC3339),
			"detail": map[string]any{
				"clusterArn": names.ClusterARN("other"), "group": "service:web", "taskArn": names.ARN("ecs", names.Region, "task/other/0123456789abcdef"),
				"startedBy": before, "stopCode": handler.StopCodeSpotInterruption, "lastStatus": "RUNNING", "desiredStatus": "STOPPED",
			},
		})
		response, err := lambda.NewFromConfig(a.Config()).Invoke(t.Context(), &lambda.InvokeInput{FunctionName: &names.Function, Payload: []byte(event)})
		if err != nil {
			t.Fatal(err)
		}
		denied := "not authorized to perform: ecs:DescribeServices on resource: " + names.ARN("ecs", names.Region, "service/other/web")
		if response.FunctionError == nil || !strings.Contains(string(response.Payload), denied) || a.primary(t, "other", "web") != before {
			t.Errorf("it returns %s", response.Payload)
		}
	})
}

// withoutAction returns the policy without one action.
func withoutAction(t *testing.T, policy, action string) string {
	t.Helper()
	var document struct {
		Version   string
		Statement []map[string]any
	}
	if err := json.Unmarshal([]byte(policy), &document); err != nil {
		t.Fatal(err)
	}
	for _, statement := range document.Statement {
		statement["Action"] = slices.DeleteFunc(statement["Action"].([]any), func(each any) bool { return each == action })
	}
	return jsonText(document)
}

// actionsOf returns the actions of a policy, in order.
func actionsOf(t *testing.T, policy string) []string {
	t.Helper()
	var document struct{ Statement []struct{ Action []string } }
	if err := json.Unmarshal([]byte(policy), &document); err != nil {
		t.Fatal(err)
	}
	var actions []string
	for _, statement := range document.Statement {
		actions = append(actions, statement.Action...)
	}
	return actions
}
