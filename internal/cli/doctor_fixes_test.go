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
	"github.com/spothandler/spothandler/internal/cli/term"
	"github.com/spothandler/spothandler/internal/doctor"
	"github.com/spothandler/spothandler/internal/localaws"
)

// diagnosis is the JSON result of doctor.
type diagnosis struct{ doctorcmd.Output }

// diagnose runs doctor in this process against the AWS of the environment.
func diagnose(t *testing.T, args ...string) (result diagnosis, code int) {
	t.Helper()
	code, shown := spothandler(t.Context(), "", append([]string{"doctor", "-o", "json"}, args...)...)
	if err := json.Unmarshal([]byte(shown.out), &result); err != nil {
		t.Fatalf("%v: %s%s", err, shown.out, shown.err)
	}
	return result, code
}

// found returns the finding with a code on a service, or on the account or installation if service is "".
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

// useLocal makes this process and its children call a local AWS with these services.
func useLocal(t *testing.T, services ...localaws.Service) aws.Config {
	t.Helper()
	return useLocalAs(t, nil, services...)
}

// useLocalAs is like useLocal, with a caller that has the policies of an access key. If policies is nil, everything is
// allowed.
func useLocalAs(t *testing.T, policies map[string]string, services ...localaws.Service) aws.Config {
	t.Helper()
	server := localaws.New(localaws.Options{Region: local.Region, Delays: &localaws.Delays{}, Policies: policies})
	url := serve(t, server, services...)
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

// shell runs a command in a shell, as it is printed on a narrow terminal, or in this process if it is a spothandler command.
func shell(t *testing.T, line string) error {
	t.Helper()
	if own, ok := strings.CutPrefix(line, "spothandler "); ok {
		if code, shown := spothandler(t.Context(), "", words(own)...); code != command.ExitOK {
			return fmt.Errorf("exit code %d: %s", code, shown.err)
		}
		return nil
	}
	if said, err := exec.CommandContext(t.Context(), "sh", "-ec", strings.Join(term.Continue(line, 60), "\n")).CombinedOutput(); err != nil {
		return fmt.Errorf("%w: %s", err, said)
	}
	return nil
}

// needPrograms skips the test if a program is not installed.
func needPrograms(t *testing.T, programs ...string) {
	t.Helper()
	for _, program := range programs {
		if _, err := exec.LookPath(program); err != nil {
			t.Skip(program + " is not on the PATH")
		}
	}
}

// testedFix is a finding whose fix runs as printed on the local AWS. service is "" for the account or an installation.
type testedFix struct{ service, code string }

// testedFixes returns the findings of TestFixesRun. TestDoctorOfInstallation tests those on installations.
func testedFixes() []testedFix {
	return []testedFix{
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

// untestedFixes returns the codes of checks whose fix cannot run on the local AWS, with the reason.
func untestedFixes() map[string]string {
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

// The fix of every check is tested, or untestedFixes has a reason.
func TestEveryFixIsTestedOrExempt(t *testing.T) {
	tried := map[string]bool{}
	for _, each := range testedFixes() {
		tried[each.code] = true
	}
	for _, each := range brokenInstallations() {
		tried[each.code] = true
	}
	for _, code := range doctor.Codes() {
		if tried[code] == (untestedFixes()[code] != "") {
			t.Errorf("%s: tested %t, exempt: %q", code, tried[code], untestedFixes()[code])
		}
	}
}

// Each fix runs as printed on the services of spothandler local, and resolves its finding.
func TestFixesRun(t *testing.T) {
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
	for _, each := range testedFixes() {
		finding := before.found(each.service, each.code)
		if finding == nil {
			t.Errorf("%s %s: not found", each.service, each.code)
			continue
		}
		fix, _, _ := strings.Cut(finding.Fix, "   ")
		group.Go(func() error {
			if err := shell(t, fix); err != nil {
				t.Errorf("%s %s: %s: %v", each.service, each.code, fix, err)
			}
			return nil
		})
	}
	_ = group.Wait()
	after, _ := diagnose(t)
	for _, each := range testedFixes() {
		if left := after.found(each.service, each.code); left != nil {
			t.Errorf("%s %s: still there: %+v", each.service, each.code, left)
		}
	}
}

// Before an install, doctor shows what an installation would do. The exit code is 2 for an error finding and, only with
// --strict, for a warning. Ignored findings do not count.
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
		result, code := diagnose(t, test.args...)
		if code != test.want {
			t.Errorf("%v: exit code %d, want %d", test.args, code, test.want)
		}
		for _, s := range result.Services {
			if s.Service == "web" && (s.Decision.Action != "redeploy" || !s.Ready()) {
				t.Errorf("%v: web: %+v", test.args, s)
			}
		}
	}
}

// brokenInstallation is a change to an installation or its surroundings, and the code of the resulting finding.
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

// Problems of an installation are found and resolved by their fixes, and rules of others are told apart from those of the
// installation.
func TestDoctorOfInstallation(t *testing.T) {
	needArchive(t)
	needPrograms(t, "aws", "sh")
	config := useLocal(t, localaws.Service{Cluster: "shop", Name: "api", Desired: 2, OnDemand: 1}, localaws.Service{Cluster: "batch", Name: "etl", Desired: 2, OnDemand: 1})
	must(t, "install --prefix prod --cluster shop --role-path /team/")
	result, code := diagnose(t)
	uncovered := result.found("etl", "SPOT203")
	if code != command.ExitOK || len(result.Installation) > 0 || len(result.AccountFindings) > 0 || result.found("api", "SPOT203") != nil || uncovered == nil {
		t.Fatalf("exit code %d, want only etl uncovered: %+v", code, result)
	}
	if err := shell(t, uncovered.Fix); err != nil {
		t.Errorf("%s: %v", uncovered.Fix, err)
	}
	if result, _ := diagnose(t); result.found("etl", "SPOT203") != nil {
		t.Errorf("still not covered after %s", uncovered.Fix)
	}
	for _, broken := range brokenInstallations() {
		if err := broken.by(t.Context(), config); err != nil {
			t.Fatalf("%s: %v", broken.code, err)
		}
		result, _ := diagnose(t)
		finding := result.found("", broken.code)
		if finding == nil {
			t.Fatalf("%s: not found: %+v", broken.code, result)
		}
		if err := shell(t, finding.Fix); err != nil {
			t.Errorf("%s: %s: %v", broken.code, finding.Fix, err)
		}
		if result, code := diagnose(t); code != command.ExitOK || result.found("", broken.code) != nil {
			t.Errorf("after %s: exit code %d: %+v", finding.Fix, code, result.Installation)
		}
	}
}
