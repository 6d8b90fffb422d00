package cli

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/spothandler/spothandler/internal/cli/command"
	"github.com/spothandler/spothandler/internal/cli/local"
	simulatecmd "github.com/spothandler/spothandler/internal/cli/simulate"
	"github.com/spothandler/spothandler/internal/handler"
	"github.com/spothandler/spothandler/internal/history"
	"github.com/spothandler/spothandler/internal/localaws"
	"github.com/spothandler/spothandler/internal/simulate"
	"github.com/spothandler/spothandler/internal/testaws"
)

// rehearsalWorld is a local AWS that runs the function, with a cluster shop.
func rehearsalWorld(t *testing.T, services ...localaws.Service) (*localaws.Server, aws.Config) {
	t.Helper()
	needArchive(t)
	server := local.NewServer(programOf(command.New(command.SystemStreams(), nil, binaryVersion()))(), "eu-west-1", "", nil)
	useServer(t, server, services...)
	return server, server.Config()
}

func shopAPI() localaws.Service { return localaws.Service{Cluster: "shop", Name: "api", Desired: 4} }

// simulated runs simulate with -o json, and checks its result against the schema.
func simulated(t *testing.T, line string) (int, simulatecmd.Output) {
	t.Helper()
	code, shown := spothandler(t.Context(), "", append(words(line), "-o", "json")...)
	var output simulatecmd.Output
	value, err := jsonschema.UnmarshalJSON(strings.NewReader(shown.out))
	if err != nil || json.Unmarshal([]byte(shown.out), &output) != nil {
		t.Fatalf("%s: %v\n%s\n%s", line, err, shown.out, shown.err)
	}
	if err := strictSchemas(t)["simulate"].Validate(value); err != nil {
		t.Errorf("%s: %#v\n%s", line, err, shown.out)
	}
	return code, output
}

// The whole path, first without a redeployment, then with --for-real.
func TestSimulate(t *testing.T) {
	_, config := rehearsalWorld(t, shopAPI(), localaws.Service{Cluster: "shop", Name: "worker", Desired: 1})
	if code, shown := spothandler(t.Context(), "", "simulate", "--cluster", "shop", "--service", "api"); code != command.ExitNotInstalled {
		t.Errorf("nothing is installed: exit code %d\n%s", code, shown.err)
	}
	must(t, "install --prefix prod")
	before := primaryOf(t, config)

	code, output := simulated(t, "simulate --cluster shop --service api")
	if code != command.ExitOK || !output.Works || output.TaskARN == "" || output.Prefix != "prod" {
		t.Errorf("exit code %d: %+v", code, output)
	}
	for _, step := range output.Steps {
		if step.Broken() || step.OK == nil && step.Name != simulate.LinkPermission {
			t.Errorf("%+v", step)
		}
	}
	if first := output.Series[0]; first.Reason != handler.ReasonRedeploy || output.Series[1].Reason != handler.ReasonAlreadyRedeployed {
		t.Errorf("the series is %+v", output.Series)
	}
	_, shown := spothandler(t.Context(), "", "simulate", "--task", output.TaskARN)
	if !strings.Contains(shown.out, "✓ The whole path works: one interruption, one redeployment") {
		t.Errorf("%s\n%s", shown.out, shown.err)
	}
	if after := primaryOf(t, config); after != before {
		t.Fatalf("a rehearsal redeployed: %s, before %s", after, before)
	}

	if code, shown := spothandler(t.Context(), "no\n", words("simulate --cluster shop --service api --for-real")...); code != command.ExitError || !strings.Contains(shown.err, "not confirmed") {
		t.Errorf("exit code %d\n%s", code, shown.err)
	}
	t.Setenv("SPOTHANDLER_FOR_REAL", "true")
	if code, shown := spothandler(t.Context(), "", words("simulate --cluster shop --service api --yes")...); code != command.ExitError || primaryOf(t, config) != before {
		t.Fatalf("a variable consented to a redeployment: exit code %d\n%s", code, shown.err)
	}
	t.Setenv("SPOTHANDLER_FOR_REAL", "") // restored after the test; an empty variable is an error
	if err := os.Unsetenv("SPOTHANDLER_FOR_REAL"); err != nil {
		t.Fatal(err)
	}
	code, output = simulated(t, "simulate --cluster shop --service api --for-real --yes")
	if code != command.ExitOK || output.ForReal == nil || !output.ForReal.Applied || primaryOf(t, config) == before {
		t.Errorf("exit code %d: %+v", code, output.ForReal)
	}
	if id := lastRecord(t, config).EventID; !strings.HasPrefix(id, history.ForRealPrefix) {
		t.Errorf("the event's id is %s", id)
	}
}

func primaryOf(t *testing.T, config aws.Config) string {
	t.Helper()
	out, err := ecs.NewFromConfig(config).DescribeServices(t.Context(), &ecs.DescribeServicesInput{Cluster: aws.String("shop"), Services: []string{"api"}})
	if err != nil {
		t.Fatal(err)
	}
	return aws.ToString(out.Services[0].Deployments[0].Id)
}

// lastRecord returns the function's last record of a redeployment.
func lastRecord(t *testing.T, config aws.Config) handler.Record {
	t.Helper()
	out, err := cloudwatchlogs.NewFromConfig(config).FilterLogEvents(t.Context(), &cloudwatchlogs.FilterLogEventsInput{LogGroupName: aws.String(rehearsedLogs)})
	if err != nil {
		t.Fatal(err)
	}
	var last handler.Record
	for _, event := range out.Events {
		if r, ok := handler.ParseRecord([]byte(aws.ToString(event.Message))); ok && r.Applied {
			last = r
		}
	}
	return last
}

const (
	rehearsedRule     = "prod-ecs-spot-interruption"
	rehearsedFunction = "prod-ecs-fargate-spot-handler"
	rehearsedLogs     = "/aws/lambda/" + rehearsedFunction
)

// Invalid input is rejected before any call, and a missing resource is reported with the nearest name.
func TestSimulateRefuses(t *testing.T) {
	server, _ := rehearsalWorld(t, shopAPI(), localaws.Service{Cluster: "shop", Name: "worker", Desired: 1})
	for _, c := range []struct {
		line  string
		want  string
		calls bool
	}{
		{"--event e.json --cluster shop", "--event runs without an account, and cannot be combined with --cluster", false},
		{"--event nowhere.json", "--event nowhere.json: no such file or directory", false},
		{"--event .", "--event .: this is a directory", false},
		{"--event e.json --prefix prod", "--event runs without an account, and cannot be combined with --prefix", false},
		{"--service shop/api", "--service shop/api: give the cluster by its own flag", false},
		{"--cluster arn:aws:ecs:eu-west-1:111122223333:service/shop/api", "this is not the ARN of a cluster", false},
		{"--service api\x1b[31m", "this cannot be the name of a service", false},
		{"--service arn:aws:ecs:eu-west-1:999999999999:service/shop/api", "is in account 999999999999, and the command works in 111122223333", true},
		{"--cluster arn:aws:ecs:us-east-1:111122223333:cluster/shop", "is in us-east-1, and the command works in eu-west-1", false},
		{"--cluster other --task arn:aws:ecs:eu-west-1:111122223333:task/shop/0123", "runs in cluster shop, not in other", false},
		{"--yes", "--yes applies to --for-real only", false},
		{"--task 0123", "--task 0123: an ID does not include its cluster", false},
		{"--cluster ''", "--cluster is empty", false},
		{"--region eu-west-1 --region us-east-1", "--region is given 2 times", false},
		{"", "2 services run on Fargate Spot: specify one to rehearse with", true},
		{"--cluster shopp --service api", "--cluster shopp: there is no such cluster", true},
		{"--service apl", "--service apl: there is no such service", true},
		{"--cluster shop --service billing", "aws ecs list-services --cluster shop ", true},
		{"--cluster shop --task 0123", "--task 0123: cluster shop has no such task", true},
	} {
		server.ForgetCalls()
		code, shown := spothandler(t.Context(), "", append([]string{"simulate"}, words(c.line)...)...)
		if code != command.ExitError || !strings.Contains(shown.err, c.want) || strings.Count(shown.err, "✗") != 1 {
			t.Errorf("%s: exit code %d, want %q in\n%s", c.line, code, c.want, shown.err)
		}
		if called := len(server.Calls()) > 0; called != c.calls {
			t.Errorf("%s: called AWS: %t", c.line, called)
		}
	}
}

// Without a service on Fargate Spot, simulate returns an error; if nothing is installed either, it reports that.
func TestSimulateWithoutASpotService(t *testing.T) {
	_, config := rehearsalWorld(t)
	if _, err := ecs.NewFromConfig(config).CreateCluster(t.Context(), &ecs.CreateClusterInput{ClusterName: aws.String("empty")}); err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{"simulate", "simulate --cluster empty", "simulate -o json"} {
		if code, shown := spothandler(t.Context(), "", words(line)...); code != command.ExitNotInstalled || !strings.Contains(shown.err, "nothing is installed") {
			t.Errorf("%s: exit code %d\n%s%s", line, code, shown.out, shown.err)
		}
	}
	must(t, "install --prefix prod")
	for line, want := range map[string]string{
		"simulate":                          "no service of eu-west-1 runs on Fargate Spot",
		"simulate --cluster empty -o json":  "no service of cluster empty runs on Fargate Spot",
		"simulate --for-real --prefix prod": "no service of eu-west-1 runs on Fargate Spot",
	} {
		if code, shown := spothandler(t.Context(), "", words(line)...); code != command.ExitError || !strings.Contains(shown.err, want) {
			t.Errorf("%s: exit code %d\n%s%s", line, code, shown.out, shown.err)
		}
	}
	if code, _ := spothandler(t.Context(), "", words("simulate --prefix test")...); code != command.ExitNotInstalled {
		t.Errorf("another prefix: exit code %d", code)
	}
}

// An event from a file or stdin is evaluated without an account, and its texts are escaped.
func TestSimulateAnEventOfAFile(t *testing.T) {
	testaws.SetHome(t, "", map[string]string{"AWS_EC2_METADATA_DISABLED": "true"})
	const event = `{"source": "aws.ecs", "detail-type": "ECS Task State Change", "account": "111122223333", "region": "eu-west-1", "time": "2026-11-22T20:01:08Z",
 "detail": {"clusterArn": "arn:aws:ecs:eu-west-1:111122223333:cluster/shop", "group": "service:api\u001b[31m", "lastStatus": "RUNNING", "stopCode": "SpotInterruption"}}`
	file := filepath.Join(t.TempDir(), "event.json")
	if err := os.WriteFile(file, []byte(event), 0o600); err != nil {
		t.Fatal(err)
	}
	code, shown := spothandler(t.Context(), "", "simulate", "--event", file)
	if code != command.ExitOK || !strings.Contains(shown.out, "matches: the event reaches the function") || !strings.Contains(shown.out, "✓ checks      not_an_interruption: does not apply") || !strings.Contains(shown.out, "claimed: unknown without an account") || strings.Contains(shown.out, "\x1b") {
		t.Errorf("exit code %d\n%s%s", code, shown.out, shown.err)
	}
	code, shown = spothandler(t.Context(), strings.Replace(event, "RUNNING", "STOPPED", 1), "simulate", "--event", "-")
	if code != command.ExitOK || !strings.Contains(shown.out, "does not match: detail.lastStatus") || !strings.Contains(shown.out, "too_late: applies: ") {
		t.Errorf("exit code %d\n%s%s", code, shown.out, shown.err)
	}
	if _, output := simulated(t, "simulate --event "+file); output.Version == "" {
		t.Errorf("%+v", output)
	}
	code, shown = spothandler(t.Context(), strings.Replace(event, `"SpotInterruption"`, "3", 1), "simulate", "--event", "-")
	if code != command.ExitError || !strings.Contains(shown.err, "standard input:2: detail.stopCode: a string is expected, but this is a number") {
		t.Errorf("exit code %d\n%s", code, shown.err)
	}
}

// If mode observe or a tag prevents a redeployment, a rehearsal predicts none.
func TestSimulatePromisesNoRedeploymentInModeObserve(t *testing.T) {
	rehearsalWorld(t, shopAPI(), localaws.Service{Cluster: "shop", Name: "web", Desired: 4, Tags: map[string]string{"spothandler": "offf"}})
	must(t, "install --redeploy observe")
	for service, wants := range map[string][]string{
		"api": {"The whole path works. In mode observe the function only logs", "· redeploy (mode observe only logs it)", "· decision redeploy"},
		"web": {"for this service the function leaves interruptions to ECS", `unknown value "offf"`},
	} {
		code, shown := spothandler(t.Context(), "", "simulate", "--service", service)
		for _, want := range wants {
			if !strings.Contains(strings.Join(strings.Fields(shown.out), " "), want) {
				t.Errorf("%q is not in\n%s", want, shown.out)
			}
		}
		if code != command.ExitOK || strings.Contains(shown.out, "one redeployment") || strings.Contains(shown.out, "✓ redeploy") {
			t.Errorf("exit code %d\n%s%s", code, shown.out, shown.err)
		}
	}
}

// An unowned function is not invoked, even if the record names it.
func TestSimulateForRealInvokesOurFunctionAlone(t *testing.T) {
	_, config := rehearsalWorld(t, shopAPI())
	must(t, "install --prefix prod")
	before := primaryOf(t, config)
	arn := "arn:aws:lambda:eu-west-1:111122223333:function:prod-ecs-fargate-spot-handler"
	if _, err := lambda.NewFromConfig(config).UntagResource(t.Context(), &lambda.UntagResourceInput{Resource: &arn, TagKeys: []string{"managed-by"}}); err != nil {
		t.Fatal(err)
	}
	code, shown := spothandler(t.Context(), "", words("simulate --cluster shop --service api --for-real --yes")...)
	if code != command.ExitError || !strings.Contains(shown.err, "does not belong to this installation and is not invoked") || primaryOf(t, config) != before {
		t.Errorf("exit code %d\n%s", code, shown.err)
	}
}
