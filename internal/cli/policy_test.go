package cli_test

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"github.com/spothandler/spothandler/internal/localaws"
	"github.com/spothandler/spothandler/internal/testaws"
)

// policyArguments returns the arguments of the policies to test.
func policyArguments() []string {
	return []string{"install", "status", "uninstall", "uninstall --keep-logs", "doctor", "simulate"}
}

// enforced is a backend that enforces IAM policies, with a caller for each policy that the binary prints.
type enforced struct {
	*testing.T
	url          string
	callers      map[string]aws.Credentials // by the policy's arguments
	unprivileged aws.Credentials            // has no permissions
	scoped       bool                       // resources and conditions are enforced too
	admin        testaws.Clients
}

// The policies that the binary prints are sufficient for its commands.
func TestPolicyEnforced(t *testing.T) {
	for name, start := range map[string]func(*testing.T) *enforced{"localaws": enforcedLocal, "moto": enforcedMoto} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			needBinaries(t)
			start(t).lifecycle()
		})
	}
}

// lifecycle runs every command, from install to uninstall, each with the caller for its policy.
func (e *enforced) lifecycle() {
	e.Helper()
	e.denied(e.unprivileged, "install --prefix prod", "iam:GetRole", "› spothandler policy --prefix prod ")
	installer, remover := e.callers["install"], e.callers["uninstall"]
	e.succeeds(installer, "install --prefix prod --memory-size 256 --reserved-concurrency 2 --tag Team=web")
	e.succeeds(installer, "install --prefix prod")
	e.succeeds(e.callers["status"], "status --prefix prod")
	e.inspect()
	e.drift()
	e.succeeds(installer, "install --prefix prod")
	e.succeeds(installer, "install --prefix prod --reset --log-retention-days 0 --tag none")
	e.runs(newer, installer, 0, "upgrade --prefix prod")
	e.runs(newer, e.callers["status"], 0, "status --prefix prod")
	e.runs(newer, e.callers["uninstall --keep-logs"], 0, "uninstall --prefix prod --keep-logs --yes")
	e.runs(newer, installer, 0, "install --prefix prod")
	e.denied(e.callers["uninstall --keep-logs"], "uninstall --prefix prod --yes", "lacks the permission logs:DeleteLogGroup", "› spothandler policy --prefix prod ")
	if e.scoped {
		e.denied(remover, "uninstall --prefix test --yes", "iam:GetRole")
	}
	e.runs(newer, remover, 0, "uninstall --prefix prod --yes")
	if left, err := e.admin.Dump(e.Context()); err != nil || left != "nothing\n" {
		e.Errorf("left is %s, %v", left, err)
	}
}

// inspect runs doctor and simulate, only on moto: on localaws other tests cover every action in the policy. moto does not
// run functions, so the rehearsal does not complete.
func (e *enforced) inspect() {
	e.Helper()
	if e.scoped {
		return
	}
	if err := testaws.ServeOnSpot(e.Context(), e.admin.ECS); err != nil {
		e.Fatal(err)
	}
	for command, caller := range map[string]string{"doctor": "doctor", "simulate --prefix prod --cluster shop --service api": "simulate"} {
		out, said, code := e.run("", command, "AWS_ENDPOINT_URL="+e.url, "AWS_REGION="+region,
			"AWS_ACCESS_KEY_ID="+e.callers[caller].AccessKeyID, "AWS_SECRET_ACCESS_KEY="+e.callers[caller].SecretAccessKey)
		if code != 2 || strings.Contains(out+said, "no permission for ") {
			e.Errorf("spothandler %s: exit code %d\n%s%s", command, code, out, said)
		}
	}
}

// drift changes one property of each resource out of band.
func (e *enforced) drift() {
	e.Helper()
	const function, rule, role = "prod-ecs-fargate-spot-handler", "prod-ecs-spot-interruption", "prod-spothandler-" + region
	ctx, group := e.Context(), "/aws/lambda/"+function
	_, retention := e.admin.Logs.PutRetentionPolicy(ctx, &cloudwatchlogs.PutRetentionPolicyInput{LogGroupName: &group, RetentionInDays: aws.Int32(1)})
	_, timeout := e.admin.Lambda.UpdateFunctionConfiguration(ctx, &lambda.UpdateFunctionConfigurationInput{FunctionName: aws.String(function), Timeout: aws.Int32(3)})
	_, permission := e.admin.Lambda.RemovePermission(ctx, &lambda.RemovePermissionInput{FunctionName: aws.String(function), StatementId: aws.String("spothandler")})
	_, disabled := e.admin.Events.DisableRule(ctx, &eventbridge.DisableRuleInput{Name: aws.String(rule)})
	_, target := e.admin.Events.RemoveTargets(ctx, &eventbridge.RemoveTargetsInput{Rule: aws.String(rule), Ids: []string{"spothandler"}})
	_, trust := e.admin.IAM.UpdateAssumeRolePolicy(ctx, &iam.UpdateAssumeRolePolicyInput{RoleName: aws.String(role), PolicyDocument: aws.String(anyTrust)})
	if err := errors.Join(trust, retention, timeout, permission, disabled, target); err != nil {
		e.Fatal(err)
	}
}

func (e *enforced) succeeds(caller aws.Credentials, command string) {
	e.Helper()
	e.runs("", caller, 0, command)
}

// denied runs a command that must fail with these words in its output. The SDK cannot parse moto's errors, so the words
// are checked only on localaws.
func (e *enforced) denied(caller aws.Credentials, command string, words ...string) {
	e.Helper()
	text := e.runs(newer, caller, 1, command)
	for _, word := range words {
		if e.scoped && !strings.Contains(text, word) {
			e.Errorf("spothandler %s does not say %q:\n%s", command, word, text)
		}
	}
}

// runs runs the binary of a version as a caller, checks the exit code and returns stderr.
func (e *enforced) runs(version string, caller aws.Credentials, code int, command string) string {
	e.Helper()
	_, said, got := e.run(version, command,
		"AWS_ENDPOINT_URL="+e.url, "AWS_REGION="+region,
		"AWS_ACCESS_KEY_ID="+caller.AccessKeyID, "AWS_SECRET_ACCESS_KEY="+caller.SecretAccessKey)
	if got != code {
		e.Errorf("spothandler %s exits with %d, not %d:\n%s", command, got, code, said)
	}
	return said
}

func (e *enforced) run(version, command string, env ...string) (stdout, stderr string, code int) {
	e.Helper()
	name := "spothandler"
	if version != "" {
		name += "-" + version
	}
	process := exec.CommandContext(e.Context(), binary(shared.scripts, name), strings.Fields(command)...)
	home := e.TempDir()
	process.Env = append(env, "HOME="+home, "USERPROFILE="+home, "AWS_EC2_METADATA_DISABLED=true",
		"SYSTEMROOT="+os.Getenv("SYSTEMROOT")) // required for sockets on Windows
	var out, said bytes.Buffer
	process.Stdout, process.Stderr = &out, &said
	if err := process.Run(); err != nil && process.ProcessState == nil {
		e.Fatal(err)
	}
	return out.String(), said.String(), process.ProcessState.ExitCode()
}

// printed returns the policy that the binary prints for these arguments, without an AWS call.
func (e *enforced) printed(arguments, account string) string {
	e.Helper()
	policy, said, code := e.run("", "policy "+arguments+" --prefix prod --region "+region+" --account "+account)
	if code != 0 {
		e.Fatal(said)
	}
	return policy
}

// admins returns clients with these credentials.
func admins(url string, caller aws.Credentials) testaws.Clients {
	config := aws.Config{Region: region, BaseEndpoint: &url, Credentials: credentials.StaticCredentialsProvider{Value: caller}}
	return testaws.Clients{
		IAM: iam.NewFromConfig(config), Logs: cloudwatchlogs.NewFromConfig(config),
		Lambda: lambda.NewFromConfig(config), Events: eventbridge.NewFromConfig(config), ECS: ecs.NewFromConfig(config),
	}
}

func enforcedLocal(t *testing.T) *enforced {
	t.Helper()
	e := &enforced{T: t, scoped: true, callers: map[string]aws.Credentials{}}
	policies := map[string]string{"AKIANOBODY": "{}"}
	e.unprivileged = aws.Credentials{AccessKeyID: "AKIANOBODY", SecretAccessKey: "secret"}
	for _, arguments := range policyArguments() {
		key := "AKIA" + strings.ReplaceAll(strings.ToUpper(arguments), " --", "")
		policies[key] = e.printed(arguments, account)
		e.callers[arguments] = aws.Credentials{AccessKeyID: key, SecretAccessKey: "secret"}
	}
	e.url = serveLocal(t.Cleanup, localaws.Options{Delays: &localaws.Delays{}, Policies: policies}).URL
	e.admin = admins(e.url, aws.Credentials{AccessKeyID: "AKIAADMIN", SecretAccessKey: "secret"})
	return e
}
