package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	eventtypes "github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"golang.org/x/sync/errgroup"

	"github.com/spothandler/spothandler/internal/cli/command"
	doctorcmd "github.com/spothandler/spothandler/internal/cli/doctor"
	"github.com/spothandler/spothandler/internal/cli/local"
	"github.com/spothandler/spothandler/internal/doctor"
	"github.com/spothandler/spothandler/internal/localaws"
)

// diagnosis is what doctor answers.
type diagnosis struct{ doctorcmd.Answer }

// diagnose runs doctor in this process against the AWS of the environment.
func diagnose(t *testing.T, args ...string) (answer diagnosis, code int) {
	t.Helper()
	code, shown := spothandler(t.Context(), "", append([]string{"doctor", "-o", "json"}, args...)...)
	if err := json.Unmarshal([]byte(shown.out), &answer); err != nil {
		t.Fatalf("%v: %s%s", err, shown.out, shown.err)
	}
	return answer, code
}

// found is the finding with a code on a service, or on the account.
func (d diagnosis) found(service, code string) *doctor.Finding {
	findings := slices.Concat(d.AccountFindings, d.Installation)
	for i := range d.Services {
		if d.Services[i].Service == service {
			findings = d.Services[i].Findings
		}
	}
	at := slices.IndexFunc(findings, func(f doctor.Finding) bool { return f.Code == code })
	if at < 0 {
		return nil
	}
	return &findings[at]
}

// useLocal points this process and its children at a local AWS with these services.
func useLocal(t *testing.T, services ...localaws.Service) aws.Config {
	t.Helper()
	return useLocalAs(t, nil, services...)
}

// useLocalAs is useLocal with a caller who has the policies of an access key; none: everything is allowed.
func useLocalAs(t *testing.T, policies map[string]string, services ...localaws.Service) aws.Config {
	t.Helper()
	server := localaws.New(localaws.Options{Region: local.Region, Delays: &localaws.Delays{}, Policies: policies})
	t.Cleanup(func() { _ = server.Close() })
	if err := server.Seed(services...); err != nil {
		t.Fatal(err)
	}
	url, err := server.URL()
	if err != nil {
		t.Fatal(err)
	}
	key := localaws.NewAccessKey()
	for restricted := range policies {
		key = restricted
	}
	for _, v := range local.Environment(url, local.Region, key) {
		t.Setenv(v.Name, v.Value)
	}
	nowhere := filepath.Join(t.TempDir(), "none")
	for _, name := range []string{"AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"} {
		t.Setenv(name, nowhere)
	}
	return server.Config()
}

// shell runs a command as a person would paste it; spothandler's own run in this process.
func shell(t *testing.T, line string) error {
	t.Helper()
	if own, ok := strings.CutPrefix(line, "spothandler "); ok {
		if code, shown := spothandler(t.Context(), "", words(own)...); code != command.ExitOK {
			return fmt.Errorf("exit code %d: %s", code, shown.err)
		}
		return nil
	}
	if said, err := exec.CommandContext(t.Context(), "sh", "-ec", line).CombinedOutput(); err != nil {
		return fmt.Errorf("%w: %s", err, said)
	}
	return nil
}

// needPrograms skips a test where a program is missing that its commands use.
func needPrograms(t *testing.T, programs ...string) {
	t.Helper()
	for _, program := range programs {
		if _, err := exec.LookPath(program); err != nil {
			t.Skip(program + " is not on the PATH")
		}
	}
}

// curable is a finding whose cure runs as printed on the local AWS; of the account or an installation, service is "".
type curable struct{ service, code string }

// curables are those of TestCures. The findings on installations are TestDoctorOfInstallation's.
func curables() []curable {
	return []curable{
		{"worker", "SPOT101"},
		{"mailer", "SPOT102"},
		{"worker", "SPOT103"},
		{"api", "SPOT104"},
		{"worker", "SPOT106"},
		{"index", "SPOT108"}, // and SPOT116 with it
		{"slow", "SPOT109"},
		{"loose", "SPOT116"},
		{"slow", "SPOT117"},
		{"worker", "SPOT118"},
		{"half", "SPOT202"},
		{"search", "SPOT203"},
		{"", "SPOT302"},
		{"", "SPOT305"},
	}
}

// incurable are the checks whose cure cannot run on the local AWS, and why.
func incurable() map[string]string {
	return map[string]string{
		"SPOT105": "it is in the program's image",
		"SPOT107": "it needs subnets that only the user knows",
		"SPOT110": "clients have to reconnect; for a slow start it is SPOT104's command",
		"SPOT111": "the data has to move",
		"SPOT112": "it needs the image's digest",
		"SPOT113": "the local AWS deregisters no task definitions",
		"SPOT114": "it needs a task definition that works",
		"SPOT115": "the local AWS has no shortage; the command is SPOT103's",
		"SPOT201": "there is none",
		"SPOT204": "the local AWS has no old ARNs",
		"SPOT304": "it is in what starts the tasks",
		"SPOT306": "an administrator has to attach the policy",
	}
}

// Every check's cure is tried, or there is a reason why not.
func TestEveryCureIsTriedOrCannotBe(t *testing.T) {
	tried := map[string]bool{}
	for _, each := range curables() {
		tried[each.code] = true
	}
	for _, each := range brokenInstallations() {
		tried[each.code] = true
	}
	for _, code := range doctor.Codes() {
		if tried[code] == (incurable()[code] != "") {
			t.Errorf("%s: tried %t, cannot be: %q", code, tried[code], incurable()[code])
		}
	}
}

// Each of these cures runs as printed on the services of spothandler local, and its finding is gone.
func TestCures(t *testing.T) {
	needPrograms(t, "aws", "jq", "sh")
	services := append(local.Services(),
		localaws.Service{Cluster: "more", Name: "slow", Desired: 2, Drain: 60, Settings: map[string]any{"platformVersion": "1.2.0"}},
		localaws.Service{Cluster: "more", Name: "large", Desired: 9, OnDemand: 1},
		localaws.Service{Cluster: "more", Name: "loose", Desired: 2, OnDemand: 1, Settings: map[string]any{
			"deploymentConfiguration": map[string]any{"deploymentCircuitBreaker": map[string]any{"enable": true, "rollback": false}},
		}},
		localaws.Service{Cluster: "more", Name: "half", Desired: 4, OnDemand: 1, Settings: map[string]any{
			"deploymentConfiguration": map[string]any{"maximumPercent": 200, "minimumHealthyPercent": 50},
		}},
	)
	client := useLocal(t, services...)
	if _, err := ecs.NewFromConfig(client).PutClusterCapacityProviders(t.Context(), &ecs.PutClusterCapacityProvidersInput{
		Cluster: aws.String("batch"), CapacityProviders: []string{"FARGATE_SPOT"}, DefaultCapacityProviderStrategy: []types.CapacityProviderStrategyItem{},
	}); err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	before, _ := diagnose(t)
	var group errgroup.Group
	group.SetLimit(4) // they wait for the aws CLI to start
	for _, each := range curables() {
		finding := before.found(each.service, each.code)
		if finding == nil {
			t.Errorf("%s %s: not found", each.service, each.code)
			continue
		}
		cure, _, _ := strings.Cut(finding.Cure, "   ")
		group.Go(func() error {
			if err := shell(t, cure); err != nil {
				t.Errorf("%s %s: %s: %v", each.service, each.code, cure, err)
			}
			return nil
		})
	}
	_ = group.Wait()
	after, _ := diagnose(t)
	for _, each := range curables() {
		if left := after.found(each.service, each.code); left != nil {
			t.Errorf("%s %s: still there: %+v", each.service, each.code, left)
		}
	}
}

// Before anything is installed doctor says what an installation would do, an error finding is exit code 2, a warning is
// with --strict alone, and what is accepted counts no more.
func TestDoctorExitCodes(t *testing.T) {
	useLocal(t, local.Services()...)
	for _, test := range []struct {
		args []string
		want int
	}{
		{nil, command.ExitDiffers},
		{[]string{"--service", "api"}, command.ExitOK},
		{[]string{"--service", "api", "--strict"}, command.ExitDiffers},
		{[]string{"--service", "api", "--strict", "--ignore", "spot104"}, command.ExitOK},
		{[]string{"--cluster", "batch"}, command.ExitOK},
		{[]string{"--service", "web", "--strict"}, command.ExitOK},
	} {
		answer, code := diagnose(t, test.args...)
		if code != test.want {
			t.Errorf("%v: exit code %d, want %d", test.args, code, test.want)
		}
		for _, s := range answer.Services {
			if s.Service == "web" && (s.Decision.Action != "redeploy" || !s.Ready()) {
				t.Errorf("%v: web: %+v", test.args, s)
			}
		}
	}
}

// brokenInstallation is what somebody did to an installation, or beside it, and the finding that it brings.
type brokenInstallation struct {
	code string
	by   func(ctx context.Context, aws aws.Config) error
}

func brokenInstallations() []brokenInstallation {
	own := func(line string) func(context.Context, aws.Config) error {
		return func(ctx context.Context, _ aws.Config) error {
			if code, shown := spothandler(ctx, "", words(line)...); code != command.ExitOK {
				return errors.New(shown.err)
			}
			return nil
		}
	}
	return []brokenInstallation{
		{"SPOT303", own("install --prefix prod --reserved-concurrency 0")},
		{"SPOT401", own("install --prefix prod --rule-state DISABLED")},
		{"SPOT402", func(ctx context.Context, config aws.Config) error {
			_, err := iam.NewFromConfig(config).DeleteRolePolicy(ctx, &iam.DeleteRolePolicyInput{RoleName: aws.String("prod-spothandler-eu-west-1"), PolicyName: aws.String("spothandler")})
			return err
		}},
		{"SPOT403", func(ctx context.Context, config aws.Config) error {
			_, err := lambda.NewFromConfig(config).RemovePermission(ctx, &lambda.RemovePermissionInput{FunctionName: aws.String(rehearsedFunction), StatementId: aws.String("spothandler")})
			return err
		}},
		{"SPOT301", func(ctx context.Context, config aws.Config) error {
			events := eventbridge.NewFromConfig(config)
			_, rule := events.PutRule(ctx, &eventbridge.PutRuleInput{Name: aws.String("theirs"), EventPattern: aws.String(`{"source":["aws.ecs"]}`)})
			_, target := events.PutTargets(ctx, &eventbridge.PutTargetsInput{Rule: aws.String("theirs"), Targets: []eventtypes.Target{
				{Id: aws.String("1"), Arn: aws.String("arn:aws:lambda:eu-west-1:111122223333:function:" + rehearsedFunction)},
			}})
			return errors.Join(rule, target)
		}},
	}
}

// What is wrong with an installation is found, its own cure mends it, and another's rule is told from ours.
func TestDoctorOfInstallation(t *testing.T) {
	needArchive(t)
	needPrograms(t, "aws", "sh")
	config := useLocal(t, localaws.Service{Cluster: "shop", Name: "api", Desired: 2, OnDemand: 1}, localaws.Service{Cluster: "batch", Name: "etl", Desired: 2, OnDemand: 1})
	must(t, "install --prefix prod --cluster shop --role-path /team/")
	answer, code := diagnose(t)
	uncovered := answer.found("etl", "SPOT203")
	if code != command.ExitOK || len(answer.Installation) > 0 || len(answer.AccountFindings) > 0 || answer.found("api", "SPOT203") != nil || uncovered == nil {
		t.Fatalf("exit code %d: only etl is covered by nobody: %+v", code, answer)
	}
	if err := shell(t, uncovered.Cure); err != nil {
		t.Errorf("%s: %v", uncovered.Cure, err)
	}
	if answer, _ := diagnose(t); answer.found("etl", "SPOT203") != nil {
		t.Errorf("still not covered after %s", uncovered.Cure)
	}
	for _, broken := range brokenInstallations() {
		if err := broken.by(t.Context(), config); err != nil {
			t.Fatalf("%s: %v", broken.code, err)
		}
		answer, _ := diagnose(t)
		finding := answer.found("", broken.code)
		if finding == nil {
			t.Fatalf("%s: not found: %+v", broken.code, answer)
		}
		if err := shell(t, finding.Cure); err != nil {
			t.Errorf("%s: %s: %v", broken.code, finding.Cure, err)
		}
		if answer, code := diagnose(t); code != command.ExitOK || answer.found("", broken.code) != nil {
			t.Errorf("after %s: exit code %d: %+v", finding.Cure, code, answer.Installation)
		}
	}
}
