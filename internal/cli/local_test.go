package cli_test

import (
	"bytes"
	"context"
	"encoding/json"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
)

// The commands that local prints for another terminal work, and Ctrl-C stops the server.
func TestLocal(t *testing.T) {
	t.Parallel()
	local := serveAWS(t)
	for _, line := range []string{"shop/web      1 task on FARGATE_SPOT and 1 on FARGATE\n", "batch/report  1 standalone task on FARGATE_SPOT, without a service\n"} {
		if !strings.Contains(local.shown, line) {
			t.Errorf("%q is not in\n%s", line, local.shown)
		}
	}
	local.run(t, spothandler(t, "install", "--prefix", "prod"))
	interrupt := append([]string{"local", "interrupt"}, "--cluster", "shop", "--service", "api", "--tasks", "3")
	if out := local.run(t, spothandler(t, interrupt...)); out != "✓ 3 tasks of shop/api interrupted\n" {
		t.Error(out)
	}
	local.run(t, spothandler(t, "status"))
	if out := local.run(t, spothandler(t, "install", "--prefix", "prod")); !strings.Contains(out, "Nothing to change") {
		t.Error(out)
	}
	t.Run("aws CLI", func(t *testing.T) {
		program, err := exec.LookPath("aws")
		if err != nil {
			t.Skip("the aws CLI is not installed")
		}
		aws := func(args ...string) string {
			cmd := exec.CommandContext(t.Context(), program, args...)
			cmd.Env = append(os.Environ(), "AWS_PAGER=", "AWS_CONFIG_FILE="+os.DevNull, "AWS_SHARED_CREDENTIALS_FILE="+os.DevNull)
			return local.run(t, cmd)
		}
		const group = "/aws/lambda/prod-ecs-fargate-spot-handler"
		waitFor(t, func() bool {
			return strings.Contains(aws("logs", "filter-log-events", "--log-group-name", group), `\"applied\":true`)
		})
		deployments := aws("ecs", "describe-services", "--cluster", "shop", "--services", "api", "--query", "services[0].deployments[].status", "--output", "text")
		if !strings.HasPrefix(deployments, "PRIMARY") {
			t.Error(deployments)
		}
	})
	waitFor(t, func() bool {
		notices := local.notices.String()
		return strings.HasPrefix(notices, "! interrupted 3 tasks of shop/api\n") &&
			regexp.MustCompile(`(?m)^✓ prod-ecs-fargate-spot-handler: redeploy shop/api \(\d+ ms\)$`).MatchString(notices)
	})
	local.run(t, spothandler(t, "uninstall", "--prefix", "prod", "--yes"))
	ctrlC(t, local)
}

// `local interrupt` rejects invalid input before any call, and reports errors of the local AWS.
func TestLocalInterruptRefuses(t *testing.T) {
	t.Parallel()
	local := serveAWS(t)
	ended := "AWS_ENDPOINT_URL=http://127.0.0.1:1"
	redirecting := redirect(t)
	for _, c := range []struct {
		name string
		args []string
		env  []string // in addition to the exports
		want string
	}{
		{"no service", []string{"--cluster", "shop"}, nil, "--service is required"},
		{"no tasks", []string{"--service", "api", "--tasks", "0"}, nil, "--tasks 0 is not accepted"},
		{"another service", []string{"--cluster", "shop", "--service", "apo"}, nil, "interrupting tasks of shop/apo: ServiceNotFoundException"},
		{"a standalone task", []string{"--cluster", "batch", "--service", "report"}, nil, "report is a standalone task, which belongs to no service"},
		{"no exports", []string{"--service", "api"}, []string{"AWS_ENDPOINT_URL="}, "no local AWS found"},
		{"another machine", []string{"--service", "api"}, []string{"AWS_ENDPOINT_URL=https://lambda.eu-west-1.amazonaws.com"}, "which is not this machine"},
		{"a server that has ended", []string{"--service", "api"}, []string{ended}, "nothing is listening at http://127.0.0.1:1"},
		{"a secret in the URL", []string{"--service", "api"}, []string{"AWS_ENDPOINT_URL=http://tok3n@127.0.0.1:1"}, "nothing is listening at http://***@127.0.0.1:1"},
		{"a server that sends elsewhere", []string{"--service", "api"}, []string{"AWS_ENDPOINT_URL=" + redirecting}, "is not a local AWS"},
		{"a server that was restarted", []string{"--service", "api"}, []string{"AWS_ACCESS_KEY_ID=AKIAOLDOLDOLDOLDOLD"}, "does not accept this access key"},
	} {
		t.Run(c.name, func(t *testing.T) {
			cmd := spothandler(t, append([]string{"local", "interrupt"}, c.args...)...)
			cmd.Env = append(append(cmd.Env, local.env...), c.env...)
			output, err := cmd.CombinedOutput()
			if err == nil || !strings.Contains(string(output), c.want) {
				t.Errorf("%v %q is not in\n%s", err, c.want, output)
			}
		})
	}
}

// redirect is a server that redirects to another one, which must not be called.
func redirect(t *testing.T) string {
	t.Helper()
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		t.Error("the request went elsewhere, and the access key with it")
	}))
	t.Cleanup(elsewhere.Close)
	server := httptest.NewServer(http.RedirectHandler(elsewhere.URL, http.StatusTemporaryRedirect))
	t.Cleanup(server.Close)
	return server.URL
}

// Callers without the access key are rejected, and each start generates a new key.
func TestLocalAccessKey(t *testing.T) {
	t.Parallel()
	keys := map[string]bool{}
	for range 2 {
		local := serveAWS(t)
		keys[local.env[3]] = true
		cmd := spothandler(t, "status")
		cmd.Env = append(append(cmd.Env, local.env...), "AWS_ACCESS_KEY_ID=AKIAOLDOLDOLDOLDOLD")
		if output, err := cmd.CombinedOutput(); err == nil || !strings.Contains(string(output), "InvalidClientTokenId") {
			t.Errorf("%v\n%s", err, output)
		}
	}
	if len(keys) != 2 {
		t.Error(keys)
	}
	given := serveAWS(t, "--access-key", "AKIAFORASCRIPT42")
	if given.env[3] != "AWS_ACCESS_KEY_ID=AKIAFORASCRIPT42" {
		t.Error(given.env)
	}
	given.run(t, spothandler(t, "install"))
}

// A role has the permissions of its policies, and the exported key has all permissions.
func TestLocalEnforcesRolePermissions(t *testing.T) {
	t.Parallel()
	local := serveAWS(t)
	local.run(t, spothandler(t, "install", "--prefix", "prod"))
	var policy bytes.Buffer
	cmd := spothandler(t, "policy", "status", "--prefix", "prod")
	cmd.Env, cmd.Stdout = append(cmd.Env, local.env...), &policy
	if err := cmd.Run(); err != nil {
		t.Fatal(err)
	}
	client := iam.New(iam.Options{
		Region: region, BaseEndpoint: aws.String(local.url()),
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: local.key(), SecretAccessKey: "local"}, nil
		}),
	})
	made, err := client.CreateRole(t.Context(), &iam.CreateRoleInput{
		RoleName: aws.String("watcher"), AssumeRolePolicyDocument: aws.String(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow",
			"Principal":{"AWS":"arn:aws:iam::111122223333:root"},"Action":"sts:AssumeRole"}]}`),
	})
	if err == nil {
		_, err = client.PutRolePolicy(t.Context(), &iam.PutRolePolicyInput{RoleName: aws.String("watcher"), PolicyName: aws.String("status"), PolicyDocument: aws.String(policy.String())})
	}
	if err != nil {
		t.Fatal(err)
	}
	role := aws.ToString(made.Role.Arn)
	local.run(t, spothandler(t, "status", "--prefix", "prod", "--role-arn", role))
	for _, args := range [][]string{{"install", "--memory-size", "256"}, {"uninstall", "--yes"}} {
		refused := spothandler(t, append(args, "--prefix", "prod", "--role-arn", role)...)
		refused.Env = append(refused.Env, local.env...)
		if output, err := refused.CombinedOutput(); err == nil || !strings.Contains(string(output), "access denied") {
			t.Errorf("%s: %v\n%s", args, err, output)
		}
	}
}

// A server removes the folders of killed servers when it starts.
func TestLocalRemovesTheFoldersOfAKilledServer(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("the function runs as a process on linux alone")
	}
	t.Parallel()
	temp := t.TempDir()
	serve := func() *serving { return serveAWSIn(t, []string{"TMPDIR=" + temp}) }
	folders := func() []string {
		found, err := filepath.Glob(filepath.Join(temp, "localaws-*"))
		if err != nil {
			t.Fatal(err)
		}
		return found
	}
	killed := serve()
	killed.run(t, spothandler(t, "install"))
	killed.run(t, spothandler(t, "local", "interrupt", "--cluster", "shop", "--service", "api"))
	waitFor(t, func() bool { return strings.Contains(killed.notices.String(), ": ") })
	if len(folders()) != 1 {
		t.Fatal(folders())
	}
	if err := killed.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = killed.cmd.Wait()
	ctrlC(t, serve())
	if left := folders(); len(left) != 0 {
		t.Error(left)
	}
}

// The function that runs is the uploaded zip: with one byte changed, the invocation fails as on Lambda.
func TestTheUploadedFunctionRuns(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		t.Skip("the function runs as a process on linux alone")
	}
	architecture := map[string]string{"amd64": "x86_64", "arm64": "arm64"}[runtime.GOARCH]
	local := serveAWS(t)
	local.run(t, spothandler(t, "install", "--architecture", architecture))
	client := lambda.New(lambda.Options{
		Region: region, BaseEndpoint: aws.String(local.url()),
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: local.key(), SecretAccessKey: "local"}, nil
		}),
	})
	const name = "ecs-fargate-spot-handler"
	invoke := func() string {
		response, err := client.Invoke(t.Context(), &lambda.InvokeInput{FunctionName: aws.String(name), Payload: []byte(`{}`)})
		if err != nil {
			t.Fatal(err)
		}
		return aws.ToString(response.FunctionError) + " " + string(response.Payload)
	}
	if response := invoke(); !strings.Contains(response, `"reason":"not_an_interruption"`) {
		t.Fatal(response)
	}
	if _, err := client.UpdateFunctionCode(t.Context(), &lambda.UpdateFunctionCodeInput{FunctionName: aws.String(name), ZipFile: corrupted(t, architecture)}); err != nil {
		t.Fatal(err)
	}
	waitFor(t, func() bool {
		have, err := client.GetFunction(t.Context(), &lambda.GetFunctionInput{FunctionName: aws.String(name)})
		return err == nil && have.Configuration.LastUpdateStatus == "Successful"
	})
	if response := invoke(); !strings.HasPrefix(response, "Unhandled") {
		t.Error(response)
	}
}

func TestLocalRefuses(t *testing.T) {
	t.Parallel()
	taken, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = taken.Close() }()
	_, port, _ := net.SplitHostPort(taken.Addr().String())
	for _, c := range []struct {
		name, seed string
		args, want []string
	}{
		{name: "a port that is taken", args: []string{"--port", port}, want: []string{"127.0.0.1:" + port, "in use", "--port 0"}},
		{name: "a port that is none", args: []string{"--port", "70000"}, want: []string{"--port 70000 is not accepted", "1 to 65535"}},
		{name: "a key that is too short", args: []string{"--access-key", "local"}, want: []string{"--access-key is not accepted", "16 to 128 letters"}},
		{name: "an empty seed", seed: "", want: []string{"seed.yaml:1: the file is empty"}},
		{name: "no list", seed: "services: 3\n", want: []string{"seed.yaml:1: services is not a list"}},
		{name: "an unknown key", seed: "services:\n  - name: api\n    desire: 3\n", want: []string{`seed.yaml:3: "desire" is not a known key`, "accepted: cluster, name, desired, capacity_provider, tags"}},
		{name: "no name", seed: "services:\n  - cluster: shop\n", want: []string{"seed.yaml:2: a service has no name"}},
		{name: "no number", seed: "services:\n  - name: api\n    desired: many\n", want: []string{`seed.yaml:3: desired is "many"`, "0 to 1000"}},
		{name: "another provider", seed: "services:\n  - name: api\n    capacity_provider: EC2\n", want: []string{`seed.yaml:3: capacity_provider is "EC2"`, "FARGATE_SPOT, FARGATE"}},
		{name: "a name that is null", seed: "services:\n  - name: null\n", want: []string{"seed.yaml:2: a service has no name"}},
		{name: "a name twice", seed: "services:\n  - name: api\n    name: web\n", want: []string{`seed.yaml:2: line 3: mapping key "name" already defined at line 2`}},
		{name: "a list for a name", seed: "services:\n  - name: [api]\n", want: []string{"seed.yaml:2: name is not a string"}},
		{name: "two documents", seed: "services:\n  - name: api\n---\nservices:\n  - name: web\n", want: []string{"seed.yaml has more than one document"}},
		{name: "too large", seed: strings.Repeat("# much\n", 200_000), want: []string{"seed.yaml is larger than 1048576 bytes"}},
		{name: "no YAML", seed: "services: [\n", want: []string{"seed.yaml is not YAML: line"}},
		{name: "twice the same", seed: "services:\n  - name: api\n  - name: api\n", want: []string{"seeding service api of cluster default", "a unique name"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			args := c.args
			if args == nil {
				path := filepath.Join(t.TempDir(), "seed.yaml")
				if err := os.WriteFile(path, []byte(c.seed), 0o600); err != nil {
					t.Fatal(err)
				}
				args = []string{"--port", "0", "--seed", path}
			}
			output, err := spothandler(t, append([]string{"local"}, args...)...).CombinedOutput()
			if err == nil {
				t.Fatalf("it runs: %s", output)
			}
			for _, want := range c.want {
				if !strings.Contains(string(output), want) {
					t.Errorf("%q is not in\n%s", want, output)
				}
			}
		})
	}
}

func TestLocalSeed(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "seed.yaml")
	seed := "services:\n  - &etl {cluster: batch, name: etl, desired: 2, capacity_provider: FARGATE, tags: {spothandler: observe}}\n" +
		"  - {<<: *etl, name: report, capacity_provider: null}\n"
	if err := os.WriteFile(path, []byte(seed), 0o600); err != nil {
		t.Fatal(err)
	}
	local := serveAWS(t, "--seed", path, "--region", "cn-north-1")
	if !strings.Contains(strings.Join(local.env, " "), "AWS_REGION=cn-north-1") {
		t.Error(local.env)
	}
	for _, line := range []string{"batch/etl     2 tasks on FARGATE\n", "batch/report  2 tasks on FARGATE_SPOT\n"} {
		if !strings.Contains(local.shown, line) {
			t.Errorf("%q is not in\n%s", line, local.shown)
		}
	}
	if out := local.run(t, spothandler(t, "install", "-o", "json")); !strings.Contains(out, "arn:aws-cn:lambda:cn-north-1:"+account) {
		t.Error(out)
	}
}

// The JSON of local and local interrupt matches their schemas.
func TestLocalInJSON(t *testing.T) {
	t.Parallel()
	cmd := spothandler(t, "local", "--port", "0", "-o", "json")
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	local := &serving{cmd: cmd}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	var output json.RawMessage
	if err := json.NewDecoder(stdout).Decode(&output); err != nil {
		t.Fatal(err)
	}
	keepsToSchema(t, "local", output)
	var shown struct{ Environment map[string]string }
	if err := json.Unmarshal(output, &shown); err != nil {
		t.Fatal(err)
	}
	for name, value := range shown.Environment {
		local.env = append(local.env, name+"="+value)
	}
	keepsToSchema(t, "interrupt", []byte(local.run(t, spothandler(t, "local", "interrupt", "--cluster", "shop", "--service", "api", "-o", "json"))))
	ctrlC(t, local)
}
