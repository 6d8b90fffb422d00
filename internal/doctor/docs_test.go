package doctor

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write docs/doctor.md")

const docs = "../../docs/doctor.md"

// Every check has a case with a finding, and one without: its nearest false positive.
func TestEveryCheckIsShown(t *testing.T) {
	shown, spared := map[string]bool{}, map[string]bool{}
	note := func(code, want string) {
		switch {
		case strings.Contains(want, code+" error"), strings.Contains(want, code+" warning"), strings.Contains(want, code+" info"):
			shown[code] = true
		case !strings.Contains(want, code):
			spared[code] = true
		}
	}
	for _, c := range serviceCases() {
		note(c.code, c.want)
	}
	for _, c := range accountCases() {
		note(c.code, c.want)
	}
	for _, c := range installationCases() {
		note(c.code, c.want)
	}
	for _, code := range Codes() {
		if !shown[code] || !spared[code] {
			t.Errorf("%s: shown %t, spared a false positive %t", code, shown[code], spared[code])
		}
	}
}

// docs/doctor.md has every check as in the table; go test -update writes it.
func TestDocs(t *testing.T) {
	want := document()
	if *update {
		if err := os.WriteFile(docs, []byte(want), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(docs)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Error("docs/doctor.md is not what the checks say: go test ./internal/doctor -run TestDocs -update")
	}
}

func document() string {
	var out strings.Builder
	out.WriteString(beginning)
	for _, e := range Explanations() {
		fmt.Fprintf(&out, "\n## %s: %s\n\n%s\n\n", e.Code, e.Title, e.Why)
		for _, fix := range e.Fixes {
			if command, remark, _ := strings.Cut(fix, "   "); strings.HasPrefix(fix, "aws ") || strings.HasPrefix(fix, "spothandler ") {
				if remark != "" {
					remark = " (" + remark + ")"
				}
				fmt.Fprintf(&out, "- `%s`%s\n", command, remark)
			} else {
				fmt.Fprintf(&out, "- %s\n", fix)
			}
		}
		out.WriteString("\n")
		for _, source := range e.Sources {
			fmt.Fprintf(&out, "<%s>\n", source)
		}
	}
	out.WriteString(end)
	return out.String()
}

const beginning = `# What doctor checks

<!-- Generated from internal/doctor: go test ./internal/doctor -run TestDocs -update -->

` + "`spothandler doctor`" + ` reads the ECS services of a Region that run on Fargate Spot and
makes the checks below. An error means that an interruption is an outage, or that nothing
redeploys; a warning, that an interruption causes harm, or may; an info is worth knowing. A
service is ready if it has no error and no warning, and every check could be made. What the
caller is not permitted to read is reported as not checked. A finding can be accepted with
` + "`--ignore CODE`" + `, or by the service's tag ` + "`spothandler-ignore`" + ` (codes joined by +); it is
then shown as ignored.

The exit code is 2 if there is an error, with ` + "`--strict`" + ` also for a warning and for a check
that could not be made (of a service in scope, the account or an installation), unless
` + "`--ignore`" + ` names it. It is 1 if nothing could be read at all, or if a cluster or service that
was named could not be read, so that a pipeline does not pass on missing information.

If Terraform or CloudFormation manages the service, make the change there as well: otherwise the
next deployment reverts what the AWS CLI changed.

## Which services are checked

Those that are ACTIVE with FARGATE_SPOT in their capacity provider strategy, with a weight or a
base above 0 (the API's default weight is 0), or in that of a task set under CodeDeploy and
external controllers. A service that was created without a strategy and a launch type is assumed
to follow its cluster's default. Services on Fargate on-demand, and those with a desired count
of 0, are only counted. What happens at an interruption is what the function itself
decides on an interruption warning for a task of the service's primary deployment, after the cooldown.
`

const end = `
## What is not checked, and why

- **Interval times healthy threshold of a target group:** a new target has to pass a single health check.
- **STOPSIGNAL, and an entry point that only the image has:** the image is not read.
- **Immutable tags in an Amazon ECR registry of another account or Region:** callers rarely have permission to read them; accept SPOT112 if they are.
- **Whether a program exits quickly by itself:** this is not visible from outside. Such a program loses nothing with a short stopTimeout.
- **Idle targets of an Application Load Balancer:** they deregister at once, however long the deregistration delay is.
- **Which shell sh is:** newer versions of dash replace themselves with a single command, older ones do not. The image determines it.
- **Conditions of service control policies on anything but the cluster and the Region, resource and session policies:** they are not passed to IAM's policy simulator.
- **A policy for the function's role with a condition on a value that is unknown here:** the permission is then not checked.
- **Whether Fargate drains Service Connect before SIGTERM; whether ECS keeps the parts of a deployment configuration that an update omits; whether a forced deployment of an inactive task definition is refused:** AWS does not document it. The commands name every part.
- **The request rates of Application Auto Scaling, EventBridge and Service Quotas:** AWS does not publish them; the few calls are made at a low rate.
- **Security and logging:** Checkov, Prowler, Trivy and cdk-nag check those.
- **Rules on other event buses:** ECS sends its events to the default bus.
`
