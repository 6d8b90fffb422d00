package deploy

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	functions "github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/apperr/apperrtest"
	"github.com/spothandler/spothandler/internal/deploy/deploytest"
	"github.com/spothandler/spothandler/internal/deploy/resource"
	"github.com/spothandler/spothandler/internal/localaws"
)

// addToFunction adds what no other call returns: a URL, an event source mapping, a code signing
// configuration.
func addToFunction(t *testing.T, a *account, n resource.Names) {
	t.Helper()
	defer a.allow(t, n, "sqs:*")()
	api := lambda.NewFromConfig(a.Config())
	_, url := api.CreateFunctionUrlConfig(t.Context(), &lambda.CreateFunctionUrlConfigInput{FunctionName: &n.Function, AuthType: functions.FunctionUrlAuthTypeNone})
	_, mapping := api.CreateEventSourceMapping(t.Context(), &lambda.CreateEventSourceMappingInput{FunctionName: &n.Function, EventSourceArn: aws.String(aQueue)})
	signing, made := api.CreateCodeSigningConfig(t.Context(), &lambda.CreateCodeSigningConfigInput{AllowedPublishers: &functions.AllowedPublishers{
		SigningProfileVersionArns: []string{"arn:aws:signer:us-east-1:111122223333:/signing-profiles/p/1"},
	}})
	if err := errors.Join(url, mapping, made); err != nil {
		t.Fatal(err)
	}
	_, err := api.PutFunctionCodeSigningConfig(t.Context(), &lambda.PutFunctionCodeSigningConfigInput{
		FunctionName: &n.Function, CodeSigningConfigArn: signing.CodeSigningConfig.CodeSigningConfigArn,
	})
	if err != nil {
		t.Fatal(err)
	}
}

// additionsOf returns the foreign additions among the problems, shortened.
func additionsOf(status Status) []string {
	var all []string
	for _, problem := range status.Problems {
		_, what, _ := strings.Cut(problem.Message, "did not make: ")
		all = append(all, problem.Code+": "+strings.Join(strings.Fields(what)[:2], " "))
	}
	return all
}

// Others' additions to the function are reported by status, kept by install, and prevent an uninstall, which
// with --force removes them all.
func TestAdditionsToTheFunction(t *testing.T) {
	want := []string{"foreign_additions: function URL", "foreign_additions: event source", "foreign_additions: code signing"}
	inAccount(t, func(t *testing.T, a *account) {
		a.install(t, "prod", nil)
		addToFunction(t, a, a.find(t, "prod", nil).Names)
		deploytest.SameLines(t, additionsOf(a.status(t, "prod")), want...)

		a.ForgetCalls()
		a.install(t, "prod", nil)
		a.install(t, "prod", given("timeout", "30"))
		if asked := a.count("lambda:ListFunctionUrlConfigs") + a.count("lambda:ListEventSourceMappings") + a.count("lambda:GetFunctionCodeSigningConfig"); asked > 0 {
			t.Errorf("an install asks %d times for what it keeps", asked)
		}
		deploytest.SameLines(t, additionsOf(a.status(t, "prod")), want...)

		a.ForgetCalls()
		_, err := PrepareUninstall(t.Context(), a.clients, a.id, UninstallRequest{Prefix: "prod"})
		if refusal := apperrtest.ErrorOf(t, err); refusal.Code != apperr.CodeForeign || len(refusal.Detail) != 4 || !strings.HasPrefix(refusal.Detail[0], "function prod-ecs-fargate-spot-handler: function URL https://") {
			t.Errorf("%+v", refusal)
		}
		deploytest.SameLines(t, a.calls(writes))
		if hints := apperrtest.ErrorOf(t, err).Hints; len(hints) != 4 || !strings.HasPrefix(hints[0], "aws lambda delete-function-url-config --function-name prod-ecs-fargate-spot-handler --region ") ||
			!strings.HasPrefix(hints[1], "aws lambda delete-event-source-mapping --uuid ") || !strings.HasPrefix(hints[2], "aws lambda delete-function-code-signing-config --function-name ") {
			t.Errorf("the hints are %q", hints)
		}
		a.uninstall(t, "prod", false)
		left, err := a.clients.Lambda.ListEventSourceMappings(t.Context(), &lambda.ListEventSourceMappingsInput{})
		if err != nil || len(left.EventSourceMappings) > 0 {
			t.Errorf("left is %v, %v", left.EventSourceMappings, err)
		}
	})
}

// A function that must be recreated loses its URL and its code signing configuration, which is reported
// before.
func TestLossOfAdditionsIsReported(t *testing.T) {
	inAccount(t, func(t *testing.T, a *account) {
		a.install(t, "prod", nil)
		n := a.find(t, "prod", nil).Names
		addToFunction(t, a, n)
		time.Sleep(time.Hour) // virtual time, so that a new role is younger than the function
		a.deleteKind(t, resource.KindRole, n)
		var warnings []string
		_, err := PrepareInstall(t.Context(), a.clients, a.id, InstallRequest{
			Prefix: "prod", Version: "1.0.0", Release: func(string) (resource.Release, error) { return a.release, nil },
			Warn: func(text string) { warnings = append(warnings, text) },
		})
		if err != nil || len(warnings) != 2 || !strings.Contains(warnings[0], "its function URL https://") || !strings.Contains(warnings[1], "its code signing configuration arn:") {
			t.Errorf("%q, %v", warnings, err)
		}
		a.install(t, "prod", nil)
		if mappings := a.find(t, "prod", nil).State.Function.Mappings; len(mappings) != 1 {
			t.Errorf("others' mappings, which are of the function's name, are %v", mappings)
		}
	})
}

// If additions may not be read, status reports only that. An uninstall does not remove what it could not
// read, unless forced.
func TestAdditionsNotChecked(t *testing.T) {
	for call, what := range map[string]string{
		"lambda:ListFunctionUrlConfigs":       "the URLs of function prod-ecs-fargate-spot-handler",
		"lambda:ListEventSourceMappings":      "the event source mappings of function prod-ecs-fargate-spot-handler",
		"lambda:GetFunctionCodeSigningConfig": "the code signing configuration of function prod-ecs-fargate-spot-handler",
		"logs:DescribeSubscriptionFilters":    "the subscription filters of log group /aws/lambda/prod-ecs-fargate-spot-handler",
	} {
		t.Run(call, func(t *testing.T) {
			inAccount(t, func(t *testing.T, a *account) {
				a.install(t, "prod", nil)
				allow := a.Inject(localaws.Fault{Match: func(c localaws.Call) bool { return c.String() == call }, Deny: true})
				status := a.status(t, "prod")
				if want := []resource.NotChecked{{What: what, Why: "no permission for " + call}}; !status.Healthy || !slices.Equal(status.NotChecked, want) {
					t.Errorf("healthy %t, not checked %v", status.Healthy, status.NotChecked)
				}
				_, err := PrepareUninstall(t.Context(), a.clients, a.id, UninstallRequest{Prefix: "prod"})
				if denied := apperr.IsAccessDenied(err); denied != strings.HasPrefix(call, "lambda:List") {
					t.Errorf("an uninstall: %v", err)
				}
				if _, err := PrepareUninstall(t.Context(), a.clients, a.id, UninstallRequest{Prefix: "prod", Force: true}); err != nil {
					t.Errorf("a forced uninstall: %v", err)
				}
				allow()

				// Not every Region supports every call, and no emulator does.
				a.Inject(localaws.Fault{Match: func(c localaws.Call) bool { return c.String() == call }, Refuse: &localaws.Error{Code: "UnknownOperationException", Status: 404}})
				if status := a.status(t, "prod"); !status.Healthy || len(status.NotChecked) != 1 || status.NotChecked[0].What != what {
					t.Errorf("%+v", status.NotChecked)
				}
				a.uninstall(t, "prod", false)
				a.isEmpty(t, "prod")
			})
		})
	}
}

// Other partitions do not support code signing, and would deny the call.
func TestCodeSigningInOtherPartitions(t *testing.T) {
	inAccountWith(t, localaws.Options{Region: "us-gov-west-1", Delays: &localaws.Delays{}}, func(t *testing.T, a *account) {
		a.id.Partition, a.id.Region = "aws-us-gov", "us-gov-west-1"
		a.install(t, "prod", nil)
		a.ForgetCalls()
		if status := a.status(t, "prod"); len(status.NotChecked) > 0 || a.count("lambda:ListFunctionUrlConfigs") != 1 || a.count("lambda:GetFunctionCodeSigningConfig") != 0 {
			t.Errorf("not checked is %v", status.NotChecked)
		}
	})
}

// A subscription filter, which log forwarders add to every group, is mentioned but prevents nothing.
func TestForwardedLogGroup(t *testing.T) {
	inAccount(t, func(t *testing.T, a *account) {
		a.install(t, "prod", nil)
		n := a.find(t, "prod", nil).Names
		_, err := cloudwatchlogs.NewFromConfig(a.Config()).PutSubscriptionFilter(t.Context(), &cloudwatchlogs.PutSubscriptionFilterInput{
			LogGroupName: &n.LogGroup, FilterName: aws.String("all"), FilterPattern: aws.String(""),
			DestinationArn: aws.String("arn:aws:kinesis:us-east-1:111122223333:stream/logs"), RoleArn: aws.String(n.RoleARN()),
		})
		if err != nil {
			t.Fatal(err)
		}
		status := a.status(t, "prod")
		if !status.Healthy {
			t.Errorf("%+v", status.Problems)
		}
		deploytest.SameLines(t, status.Reminders, "log group /aws/lambda/prod-ecs-fargate-spot-handler is forwarded by the subscription filter all to arn:aws:kinesis:us-east-1:111122223333:stream/logs")
		if uninstall, err := PrepareUninstall(t.Context(), a.clients, a.id, UninstallRequest{Prefix: "prod"}); err != nil || len(uninstall.Changes) != 6 {
			t.Errorf("%v", err)
		}
	})
}
