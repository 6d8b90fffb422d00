package cli_test

import (
	"encoding/json"
	"os"
	"regexp"
	"strings"
	"testing"
)

// The demo shows each stage, and succeeds.
func TestDemo(t *testing.T) {
	t.Parallel()
	output, err := spothandler(t, "demo").CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	rest := string(output)
	for _, line := range []string{
		"1 of 7", "shop/api        4 of 4 running",
		"2 of 7", "$ spothandler install --prefix demo", "✓ Installed: 6 created",
		"3 of 7", "✓ demo is healthy", "no interruptions recorded",
		"4 of 7", "✓ redeploy", "· already_redeployed", "4 of 4 running, the old tasks have stopped",
		"5 of 7", "$ spothandler logs --prefix demo", "✓ redeployed  shop/api ", " after ", "· skipped     shop/api ", " already_redeployed",
		"6 of 7", "✓ Nothing to change: demo is up to date.",
		"7 of 7", "✓ Removed: 6 deleted", "0 roles, 0 log groups, 0 functions, 0 rules in the account",
		"✓ 3 tasks interrupted, 1 redeployment, nothing left behind.",
	} {
		_, after, found := strings.Cut(rest, line)
		if !found {
			t.Fatalf("%q does not follow in\n%s", line, output)
		}
		rest = after
	}
	record := regexp.MustCompile(`^\d\d:\d\d:\d\d\.\d{3}  `) // whose ids are whole where nobody looks
	for _, line := range strings.Split(string(output), "\n") {
		if n := len([]rune(line)); n > 80 && !record.MatchString(line) {
			t.Errorf("%d columns: %s", n, line)
		}
	}
	samePicture(t, string(output))
}

// samePicture compares README's picture with the output of the demo, except names, times and the decisions, whose order and
// number vary.
func samePicture(t *testing.T, output string) {
	t.Helper()
	picture, err := os.ReadFile("../../docs/images/demo.ansi")
	if err != nil {
		t.Fatal(err)
	}
	differs := regexp.MustCompile(`\x1b\[[0-9;]*m|[0-9]{8,}|[0-9.]+s|\r`)
	decision := regexp.MustCompile(`RUNNING|DEACTIVATING|STOPPING|^  [a-z]+_`)
	for line := range strings.SplitSeq(differs.ReplaceAllString(string(picture), ""), "\n") {
		if !decision.MatchString(line) && !strings.Contains(differs.ReplaceAllString(output, ""), line) {
			t.Errorf("README's picture has %q, and the demo does not: run make docs", line)
		}
	}
}

// With -o json, the demo prints one result that matches its schema.
func TestDemoInJSON(t *testing.T) {
	t.Parallel()
	cmd := spothandler(t, "demo", "-o", "json")
	output, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	keepsToSchema(t, "demo", output)
	var demo struct {
		Interruption struct {
			Tasks            []string
			Decisions        []struct{ Applied bool }
			DeploymentBefore string `json:"deployment_before"`
			DeploymentAfter  string `json:"deployment_after"`
		}
	}
	if err := json.Unmarshal(output, &demo); err != nil {
		t.Fatal(err)
	}
	applied := 0
	for _, d := range demo.Interruption.Decisions {
		if d.Applied {
			applied++
		}
	}
	if found := demo.Interruption; len(found.Tasks) != 3 || applied != 1 || found.DeploymentBefore == found.DeploymentAfter {
		t.Errorf("%+v", found)
	}
}
