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

// docs/doctor.md has every check, as the table has it; go test -update writes it.
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
		for _, cure := range e.Cures {
			if command, remark, _ := strings.Cut(cure, " ("); strings.HasPrefix(cure, "aws ") || strings.HasPrefix(cure, "spothandler ") {
				if remark != "" {
					remark = " (" + remark
				}
				fmt.Fprintf(&out, "- `%s`%s\n", command, remark)
			} else {
				fmt.Fprintf(&out, "- %s\n", cure)
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
redeploys; a warning, that an interruption hurts, or may; an info is worth knowing. A service
is ready when it has neither error nor warning, and was checked whole. What the caller may not
read is not checked, and said. A finding can be accepted with ` + "`--ignore CODE`" + `, or by the
service's tag ` + "`spothandler-ignore`" + ` (codes joined by +).

A cure made by hand lasts until Terraform or CloudFormation deploys the next time: change it
there as well.

## Which services are looked at

Those that are ACTIVE with FARGATE_SPOT in their capacity provider strategy, with a weight or a
base above 0 (the API's default weight is 0), or in that of a task set under CodeDeploy and
external controllers. Services on Fargate on demand, and those with a desired count of 0, are
counted. What happens at an interruption is the decision of the function's own gate, on a notice
for a task of the service's primary deployment, when the cooldown is over.
`

const end = `
## What is not checked, and why

- **interval times healthy threshold of a target group:** a new target needs to pass one health check only.
- **STOPSIGNAL, and an entry point of the image:** they are in the image, which is not read.
- **immutable tags in Amazon ECR:** the task definition does not show them, and the repository may be another's; accept SPOT112 where they are.
- **whether a program ends quickly by itself:** nobody can tell from outside; one that does loses nothing by a short stopTimeout.
- **idle targets of an Application Load Balancer:** they leave at once, however long the deregistration delay is.
- **service control policies with conditions, session policies:** IAM's simulator leaves them out.
- **rates of Application Auto Scaling, EventBridge and Service Quotas:** AWS publishes none; the calls are few.
- **whether Fargate drains Service Connect before SIGTERM, and whether ECS keeps the parts of a deployment configuration that an update leaves out:** AWS does not say. Cures name all parts.
- **what other linters check** (security, logging, LATEST as a platform version): Checkov, Prowler, Trivy and cdk-nag do that.
- **targets of rules on other event buses:** ECS's events come to the default bus.
`
