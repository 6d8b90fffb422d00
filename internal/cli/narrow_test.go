package cli

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"github.com/spothandler/spothandler/internal/cli/command"
	"github.com/spothandler/spothandler/internal/cli/term"
	"github.com/spothandler/spothandler/internal/localaws"
)

// Whatever the width of the terminal, no line of any command is longer, except for a single long word, such as an ARN in a
// command that must remain whole.
func TestNoLineIsLongerThanTheTerminal(t *testing.T) {
	needArchive(t)
	a := newHistoryFixture(t, "install --prefix prod --memory-size 256")
	if err := a.Seed(
		localaws.Service{Cluster: "shop", Name: "api", Desired: 4},
		localaws.Service{Cluster: "payments-production", Name: "settlement-of-accounts", Desired: 1, CapacityProvider: "FARGATE_SPOT"},
		localaws.Service{Cluster: "shop", Name: "off", Desired: 1, Tags: map[string]string{"spothandler": "offf"}},
		localaws.Service{Cluster: "shop", Name: "web", Desired: 2, CapacityProvider: "FARGATE"},
	); err != nil {
		t.Fatal(err)
	}
	a.record(time.Hour, "1", redeployed)
	a.record(time.Hour, "2", refusedByIAM)
	must(t, "install --prefix a-second-installation --rule-state DISABLED --log-level WARNING")
	if _, err := lambda.NewFromConfig(a.Config()).UpdateFunctionConfiguration(t.Context(), &lambda.UpdateFunctionConfigurationInput{
		FunctionName: aws.String("prod-ecs-fargate-spot-handler"), MemorySize: aws.Int32(512), Timeout: aws.Int32(3),
	}); err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	t.Chdir(folder)
	const file = "region: eu-west-1\ninstallations:\n  production:\n    prefix: prod\n    cluster: shop\n  a-second-one:\n    prefix: a-second-installation\n    cluster: batch\n"
	const event = `{"source": "aws.ecs", "detail-type": "ECS Task State Change", "detail": {"stopCode": "SpotInterruption"}}`
	for name, text := range map[string]string{"all.yaml": file, "event.json": event} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, line := range narrowCommands() {
		for _, width := range []int{60, 80} {
			if out := a.onTerminal(width, line); out == "" {
				t.Errorf("%s prints nothing", line)
			} else if long := longerThan(width, out); long != "" {
				t.Errorf("%s: more than %d columns:\n%s\nin\n%s", line, width, long, out)
			}
		}
	}
}

func narrowCommands() []string {
	return []string{
		"status --prefix prod", "status", "status --config all.yaml", "status --prefix nope", "status --region eu-west-1 --region us-east-1",
		"doctor", "doctor --verbose", "doctor --service off", "doctor --explain SPOT104", "doctor --all-regions",
		"simulate --prefix prod --cluster shop --service nope", "simulate --event event.json",
		"logs --prefix prod", "logs --prefix prod --service nope", "logs", "report --prefix prod", "report",
		"install --prefix prod --dry-run --cluster shop --cluster payments-production --redeploy observe --tag Team=platform",
		"install --prefix new --dry-run", "install --config all.yaml --dry-run", "install --prefix prod --memory 256",
		"install --prefix prod --cluster shop --cluster payments-prod --dry-run",
		"uninstall --prefix prod --dry-run", "uninstall --prefix prod", "uninstall --prefix nope", "uninstall --config all.yaml --all --dry-run",
		"upgrade --all --dry-run", "config check all.yaml", "policy doctor install --for-real", "version",
	}
}

// onTerminal runs a command on a terminal without a keyboard, and returns everything that it prints.
func (a *historyFixture) onTerminal(width int, line string) string {
	var shown bytes.Buffer
	Run(a.Context(), words(line), command.Streams{
		Stdin: strings.NewReader(""), Stdout: &shown, Stderr: &shown, Environ: append([]string{"NO_COLOR=1", "TERM=dumb"}, os.Environ()...), StdoutTTY: true, StderrTTY: true, Width: width,
	})
	return shown.String()
}

// longerThan returns the lines of a text that are longer than width, except for a single word with an indent.
func longerThan(width int, text string) string {
	var long []string
	for line := range strings.SplitSeq(text, "\n") {
		if term.Width(line) > width && !regexp.MustCompile(`^\W*(--\S+ |on )?\S+( \\)?$`).MatchString(line) {
			long = append(long, fmt.Sprintf("%3d %s", term.Width(line), line))
		}
	}
	return strings.Join(slices.Compact(long), "\n")
}
