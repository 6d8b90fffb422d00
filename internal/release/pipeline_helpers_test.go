package main

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"go.yaml.in/yaml/v3"

	"github.com/spothandler/spothandler/embed"
	"github.com/spothandler/spothandler/internal/localaws"
	"github.com/spothandler/spothandler/internal/testaws"
)

// project is a repository that follows docs/pipelines.md, with a runner and an AWS that enforces for each role the
// policy that the document prints. It replaces the services of GitHub and GitLab: a role's access key is its name.
// Tokens are not verified, but the roles' trust policies must accept GitHub's.
type project struct {
	*runner
	aws   *localaws.Server
	proxy *testaws.Proxy
	url   string // of the AWS, for commands
	page  string
	trust map[string]string // the trust policy of each role
}

const (
	token       = "an identity"
	planRole    = "spothandler-plan"
	installRole = "spothandler-install"
)

// pipelineArchive is the program as release 1.0.0, for this machine.
func pipelineArchive(t *testing.T) string {
	t.Helper()
	if _, err := embed.Archive("arm64"); errors.Is(err, embed.ErrNotBuilt) {
		t.Skip(err)
	}
	path := filepath.Join(t.TempDir(), "spothandler")
	build := exec.CommandContext(t.Context(), "go", "build", "-trimpath", "-o", path,
		"-ldflags", "-s -w -X github.com/spothandler/spothandler/internal/cli.version=1.0.0", "../../cmd/spothandler")
	if output, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, output)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return tarball(t, "spothandler", string(content))
}

// newProject returns a project with its roles, in whose account nothing is installed. The archive is release 1.0.0.
func newProject(t *testing.T, archive string) *project {
	t.Helper()
	content, err := os.ReadFile("../../docs/pipelines.md")
	if err != nil {
		t.Fatal(err)
	}
	p := &project{runner: newRunner(t), page: string(content)}
	p.aws = localaws.New(localaws.Options{Region: "eu-west-1", Delays: &localaws.Delays{}, Policies: map[string]string{}})
	t.Cleanup(func() { _ = p.aws.Close() })
	served, err := p.aws.URL()
	if err != nil {
		t.Fatal(err)
	}
	p.proxy = testaws.NewProxy(testaws.Backend{URL: served})
	t.Cleanup(p.proxy.Close)
	p.serveIdentities()
	p.release(archive)
	p.write("spothandler.yaml", p.codeBlock("yaml", "`spothandler.yaml`:"))
	p.makeRoles()
	return p
}

// release publishes release 1.0.0 for this machine.
func (p *project) release(archive string) {
	p.Helper()
	p.os = map[string]string{"linux": "Linux", "darwin": "macOS"}[runtime.GOOS]
	p.arch = map[string]string{"amd64": "X64", "arm64": "ARM64"}[runtime.GOARCH]
	name := "spothandler_1.0.0_" + runtime.GOOS + "_" + runtime.GOARCH + ".tar.gz"
	p.write("releases/v1.0.0/"+name, archive)
	p.write("releases/v1.0.0/checksums.txt", checksum(archive, name))
	p.write("attested", checksum(archive, name))
}

// serveIdentities serves the AWS and, unlike localaws, also credentials for a token.
func (p *project) serveIdentities() {
	p.Helper()
	behind, err := url.Parse(p.proxy.URL())
	if err != nil {
		p.Fatal(err)
	}
	forward := httputil.NewSingleHostReverseProxy(behind)
	forward.ErrorHandler = func(http.ResponseWriter, *http.Request, error) { panic(http.ErrAbortHandler) } // a lost connection is lost here too
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		query := r.URL.Query()
		if r.Method == http.MethodPost && r.Header.Get("Authorization") == "" && r.ParseForm() == nil {
			query = r.PostForm
		}
		if query.Get("Action") != "AssumeRoleWithWebIdentity" {
			forward.ServeHTTP(w, r)
			return
		}
		if query.Get("WebIdentityToken") != token {
			http.Error(w, "not the token", http.StatusForbidden)
			return
		}
		role := filepath.Base(query.Get("RoleArn"))
		_, _ = w.Write([]byte(`<AssumeRoleWithWebIdentityResponse><AssumeRoleWithWebIdentityResult><Credentials><AccessKeyId>` + role +
			`</AccessKeyId><SecretAccessKey>secret</SecretAccessKey><SessionToken>session</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration>` +
			`</Credentials></AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>`))
	}))
	p.Cleanup(server.Close)
	p.url = server.URL
}

// codeBlock returns the code block in a language that follows a line of the page.
func (p *project) codeBlock(language, after string) string {
	p.Helper()
	block := regexp.MustCompile("(?s)" + regexp.QuoteMeta(after) + ".*?\n```" + language + "\n(.*?)```\n").FindStringSubmatch(p.page)
	if block == nil {
		p.Fatalf("the page has no %s after %q", language, after)
	}
	return block[1]
}

// makeRoles follows the document: it prints the policies, and gives them to the roles of this AWS. Its fake aws only
// checks that the files exist.
func (p *project) makeRoles() {
	p.Helper()
	trust := p.codeBlock("json", "`trust-install.json`")
	list := regexp.MustCompile("(?s)`trust-plan.json` has the list\\s+`(.*?)` for the last value").FindStringSubmatch(p.page)
	if list == nil {
		p.Fatal("the page has no list for trust-plan.json")
	}
	p.trust = map[string]string{installRole: trust, planRole: strings.Replace(trust, `"repo:example/shop:environment:production"`, list[1], 1)}
	p.write("trust-install.json", p.trust[installRole])
	p.write("trust-plan.json", p.trust[planRole])
	p.write("bin/aws", "#!/bin/sh\nfor word; do case $word in file://*) [ -s \"${word#file://}\" ] || { echo \"no $word\"; exit 1; } ;; esac; done\n")
	inputs := map[string]string{"version": "1.0.0", "run": "version"}
	if output, err := p.act(inputs); err != nil {
		p.Fatalf("%v: %s", err, output)
	}
	for _, script := range []string{p.codeBlock("sh", "do not call AWS:"), p.codeBlock("sh", "needs it.")} {
		if output, err := p.bash("set -e\n"+script, strings.Fields(p.read("path"))); err != nil {
			p.Fatalf("%v: %s", err, output)
		}
	}
	_, err := iam.NewFromConfig(p.aws.Config()).CreatePolicy(p.Context(), &iam.CreatePolicyInput{
		PolicyName: aws.String("prod-spothandler-boundary"), PolicyDocument: aws.String(p.read("boundary.json")),
	})
	if err != nil {
		p.Fatal(err)
	}
	p.aws.SetPolicy(installRole, p.read("install.json"))
	p.aws.SetPolicy(planRole, p.read("status.json"))
}

// as sets the environment to that of a role; "" means no credentials.
func (p *project) as(role string) {
	p.env = []string{"AWS_ENDPOINT_URL=" + p.url, "AWS_EC2_METADATA_DISABLED=true", "AWS_MAX_ATTEMPTS=1", "AWS_REGION=eu-west-1"}
	if role != "" {
		p.env = append(p.env, "AWS_ACCESS_KEY_ID="+role, "AWS_SECRET_ACCESS_KEY=secret")
	}
}

// workflow is a GitHub workflow, as far as the examples need it.
type githubWorkflow struct {
	Jobs map[string]struct {
		If          string
		Environment string
		Permissions map[string]string
		Steps       []githubStep
	}
}

type githubStep struct {
	ID, Uses, Run string
	Env, With     map[string]string
}

// event runs the job for an event, as GitHub does, with an empty summary, and returns its output.
func (p *project) event(name string) (string, error) {
	p.Helper()
	var workflow githubWorkflow
	if err := yaml.Unmarshal([]byte(p.codeBlock("yaml", "## GitHub Actions")), &workflow); err != nil {
		p.Fatal(err)
	}
	p.write("summary.md", "")
	p.as("")
	var printed strings.Builder
	for _, job := range workflow.Jobs {
		if job.If != "github.event_name == '"+name+"'" {
			continue
		}
		if job.Permissions["id-token"] != "write" {
			p.Errorf("the job of %s gets no token for a role", name)
		}
		outputs := map[string]string{}
		for _, step := range job.Steps {
			p.checkTrust(step, githubSubject(name, job.Environment))
			output, err := p.githubStep(step, outputs)
			printed.WriteString(output)
			if err != nil {
				return printed.String(), err
			}
		}
		return printed.String(), nil
	}
	p.Fatalf("no job is for %s", name)
	return "", nil
}

// githubStep runs one step, and keeps its outputs.
func (p *project) githubStep(step githubStep, outputs map[string]string) (string, error) {
	p.Helper()
	p.write("output", "")
	action, _, _ := strings.Cut(step.Uses, "@")
	switch action {
	case "actions/checkout":
		if err := os.RemoveAll(filepath.Join(p.folder, "plan.md")); err != nil { // of another job
			p.Fatal(err)
		}
		return "", nil
	case "aws-actions/configure-aws-credentials":
		p.as(strings.TrimPrefix(step.With["role-to-assume"], "arn:aws:iam::111122223333:role/"))
		return "", nil
	case "spothandler/spothandler":
		inputs := map[string]string{"version": step.With["version"], "run": "version"}
		if run, given := step.With["run"]; given {
			inputs["run"] = run
		}
		printed, err := p.act(inputs)
		for line := range strings.Lines(p.read("output")) {
			name, value, _ := strings.Cut(strings.TrimSpace(line), "=")
			outputs["steps."+step.ID+".outputs."+name] = value
		}
		return printed, err
	case "":
		if strings.Contains(step.Run, "${{") {
			p.Fatalf("an expression is put into a shell: %s", step.Run)
		}
		env := p.env
		for name, value := range step.Env {
			env = append(env, name+"="+p.evaluate(value, outputs))
		}
		return p.bash(step.Run, strings.Fields(p.read("path")), env...)
	}
	p.Fatalf("nobody knows %s here", step.Uses)
	return "", nil
}

// evaluate replaces the expressions as GitHub does.
func (p *project) evaluate(text string, outputs map[string]string) string {
	p.Helper()
	known := map[string]string{"github.token": "a token", "github.event.pull_request.number": "12", "github.repository": "example/shop"}
	return regexp.MustCompile(`\$\{\{ (.*?) \}\}`).ReplaceAllStringFunc(text, func(expression string) string {
		name := expression[4 : len(expression)-3]
		value, found := outputs[name]
		if value == "" {
			value, found = known[name]
		}
		if !found {
			p.Errorf("%s has no value", expression)
		}
		return value
	})
}
