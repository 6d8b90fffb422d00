package main

import (
	"errors"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"go.yaml.in/yaml/v3"

	"github.com/spothandler/spothandler/internal/testaws"
)

// exitCode returns the exit code of a shell, or -1 if there is none.
func exitCode(err error) int {
	if err == nil {
		return 0
	}
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		return exit.ExitCode()
	}
	return -1
}

// must runs the job for an event, which must end with the exit code and have these words in its summary.
func (p *project) must(name string, code int, words ...string) string {
	p.Helper()
	output, err := p.event(name)
	if exitCode(err) != code {
		p.Fatalf("%s: %v, and not exit code %d\n%s", name, err, code, output)
	}
	for _, word := range words {
		if summary := p.read("summary.md"); !strings.Contains(summary, word) {
			p.Errorf("%s: the summary has no %q:\n%s", name, word, summary)
		}
	}
	return output
}

func (p *project) deleteRule() {
	p.Helper()
	const rule = "prod-ecs-spot-interruption"
	client := eventbridge.NewFromConfig(p.aws.Config())
	_, targets := client.RemoveTargets(p.Context(), &eventbridge.RemoveTargetsInput{Rule: aws.String(rule), Ids: []string{"spothandler"}})
	_, deleted := client.DeleteRule(p.Context(), &eventbridge.DeleteRuleInput{Name: aws.String(rule)})
	if err := errors.Join(targets, deleted); err != nil {
		p.Fatal(err)
	}
}

// Every example of docs/pipelines.md, each with its own runner and AWS.
func TestPipelines(t *testing.T) {
	archive := pipelineArchive(t)
	for name, run := range map[string]func(*project){"GitHub": (*project).tryGitHub, "gate": (*project).tryGate, "GitLab": (*project).tryGitLab, "shell": (*project).tryShell, "two at once": (*project).tryTwoAtOnce} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			run(newProject(t, archive))
		})
	}
}

// The example for GitHub plans, installs, detects drift and repairs it, each job with only its role's permissions;
// failures are reported, and the next run completes the work.
func (p *project) tryGitHub() {
	p.Helper()
	p.must("pull_request", 0, "**Plan: 6 to create, 0 to update, 0 to delete. Nothing was changed.**", "| create | function | `prod-ecs-fargate-spot-handler` |")
	if log := p.read("gh.log"); !strings.HasSuffix(log, "\ngh pr comment 12 --edit-last --create-if-none --body-file plan.md\n") || p.read("plan.md") != p.read("summary.md") {
		p.Errorf("the comment was made so: %s\n%s", log, p.read("plan.md"))
	}
	p.must("schedule", 3, "Nothing is installed.")

	p.proxy.Inject(testaws.Fault{Skip: 14, Lose: true}) // the network fails from some call on
	p.must("push", 1, "### spothandler failed", "run again to finish")
	p.proxy.Heal()
	output := p.must("push", 0, "**Done: ")
	if !strings.HasSuffix(output, "installed arn:aws:lambda:eu-west-1:111122223333:function:prod-ecs-fargate-spot-handler\n") {
		p.Errorf("%s", output)
	}
	p.must("push", 0, "**Nothing to change.**")
	p.must("schedule", 0, "| prod | eu-west-1 | 111122223333 | healthy | 1.0.0 |")

	p.deleteRule()
	p.must("schedule", 2, "misses interruptions", "| rule `prod-ecs-spot-interruption` | missing |")
	p.must("pull_request", 0, "| create | rule |")
	p.must("push", 0, "**Done: 2 created.**")

	p.page = strings.ReplaceAll(p.page, "--expect-account 111122223333", "--expect-account 999988887777")
	p.write("spothandler.yaml", strings.ReplaceAll(p.read("spothandler.yaml"), "111122223333", "999988887777")) // as is its boundary
	p.must("push", 1, "these credentials are for account 111122223333, but --expect-account is 999988887777")
	p.page = strings.ReplaceAll(p.page, "role-to-assume:", "audience:") // there is no role for a fork
	p.proxy.Forget()
	p.must("pull_request", 1, "(`no_credentials`)")
	if calls := p.proxy.Calls(); len(calls) > 0 {
		p.Errorf("without credentials AWS was called: %v", calls)
	}
}

// The check before a deployment reads the service, and reports its findings.
func (p *project) tryGate() {
	p.Helper()
	if err := testaws.ServeOnSpot(p.Context(), ecs.NewFromConfig(p.aws.Config())); err != nil {
		p.Fatal(err)
	}
	var steps []githubStep
	if err := yaml.Unmarshal([]byte(p.codeBlock("yaml", "A deployment of your service can require")), &steps); err != nil {
		p.Fatal(err)
	}
	p.as("administrator")
	output, err := p.githubStep(steps[0], map[string]string{})
	if exitCode(err) != 2 || !strings.Contains(p.read("summary.md"), "| shop/api |") || !strings.Contains(p.read("output"), "exit_code=2\n") {
		p.Errorf("%v\n%s\n%s", err, output, p.read("summary.md"))
	}
}

// gitlabJob is a GitLab job, as far as the examples need it.
type gitlabJob struct {
	Extends      string
	Variables    map[string]string
	BeforeScript []string `yaml:"before_script"`
	Script       []string
	Artifacts    struct {
		Paths   []string
		Reports struct{ Dotenv string }
	}
}

// gitlab runs a job of the example for GitLab.
func (p *project) gitlab(name string) (job gitlabJob, output string, err error) {
	p.Helper()
	var file struct {
		Stages []string
		Jobs   map[string]gitlabJob `yaml:",inline"`
	}
	if err := yaml.Unmarshal([]byte(p.codeBlock("yaml", "## GitLab CI")), &file); err != nil {
		p.Fatal(err)
	}
	job = file.Jobs[name]
	base, found := file.Jobs[job.Extends]
	if !found {
		p.Fatalf("%s is no job of its own kind", name)
	}
	given := map[string]string{"CI_PROJECT_DIR": p.folder, "CI_PIPELINE_ID": "7"}
	env := []string{"AWS_ENDPOINT_URL=" + p.url, "AWS_MAX_ATTEMPTS=1", "IDENTITY=" + token}
	variables := maps.Clone(base.Variables)
	maps.Copy(variables, job.Variables)
	for name, value := range variables {
		env = append(env, name+"="+os.Expand(value, func(name string) string { return given[name] }))
	}
	script := slices.Concat([]string{"set -eo pipefail"}, base.BeforeScript, job.Script)
	output, err = p.bash(strings.Join(script, "\n"), strings.Fields(p.read("path")), env...)
	return job, output, err
}

// The example for GitLab does the same, with its token in a file.
func (p *project) tryGitLab() {
	p.Helper()
	job, output, err := p.gitlab("plan")
	if err != nil || !strings.Contains(p.read(job.Artifacts.Paths[0]), "**Plan: 6 to create") {
		p.Fatalf("%v: %s", err, output)
	}
	job, output, err = p.gitlab("install")
	if err != nil || !strings.Contains(p.read(job.Artifacts.Reports.Dotenv), "\nlambda_function_name=prod-ecs-fargate-spot-handler\n") {
		p.Fatalf("%v: %s", err, output)
	}
	if report := p.read(job.Artifacts.Reports.Dotenv); len(report) > 5<<10 { // GitLab's limit
		p.Errorf("the report has %d bytes", len(report))
	}
	if _, output, err := p.gitlab("drift"); err != nil {
		p.Errorf("%v: %s", err, output)
	}
	p.deleteRule()
	if _, output, err := p.gitlab("drift"); exitCode(err) != 2 {
		p.Errorf("%v: %s", err, output)
	}
}

// The example for any shell installs what is pending, and then nothing.
func (p *project) tryShell() {
	p.Helper()
	script := "set -e\n" + p.codeBlock("sh", "## Any other shell")
	p.as(installRole)
	for run, want := range []string{"Installed", "nothing to change"} {
		output, err := p.bash(script, strings.Fields(p.read("path")), p.env...)
		if err != nil || !strings.Contains(output, want) || !strings.Contains(output, "prod is healthy") {
			p.Errorf("run %d: %v: %s", run, err, output)
		}
	}
}

// Two jobs that install at once each succeed or end with a clear error, and after one more run nothing remains to be
// changed.
func (p *project) tryTwoAtOnce() {
	p.Helper()
	p.as(installRole)
	install := func() (string, error) {
		cmd := exec.CommandContext(p.Context(), filepath.Join(strings.TrimSpace(p.read("path")), "spothandler"), "install", "--config", "spothandler.yaml", "--expect-account", "111122223333")
		cmd.Dir, cmd.Env = p.folder, append([]string{"HOME=" + p.folder}, p.env...)
		output, err := cmd.CombinedOutput()
		return string(output), err
	}
	var jobs sync.WaitGroup
	for range 2 {
		jobs.Go(func() {
			output, err := install()
			failed := regexp.MustCompile(`(?s)\n✗ .*\n  › spothandler install `).MatchString(output)
			if code := exitCode(err); code != 0 && (code != 1 || !failed) || strings.Contains(output, "panic") {
				p.Errorf("%v: %s", err, output)
			}
		})
	}
	jobs.Wait()
	if output, err := install(); err != nil {
		p.Errorf("%v: %s", err, output)
	}
	if output, err := install(); err != nil || !strings.Contains(output, "Nothing to change") {
		p.Errorf("%v: %s", err, output)
	}
}
