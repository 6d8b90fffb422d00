package main

import (
	"errors"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/spothandler/spothandler/internal/deploy"
)

// The program gets the paths of the job's summary and outputs, the action declares each of its outputs, and its exit
// code is the step's.
func TestActionPassesOutputs(t *testing.T) {
	r := published(t)
	r.write("temp/spothandler/bin/spothandler", "#!/bin/sh\necho \"$SPOTHANDLER_SUMMARY_FILE $SPOTHANDLER_OUTPUTS_FILE\"\nexit 2\n")
	r.write("path", filepath.Join(r.folder, "temp/spothandler/bin"))
	output, err := r.step(r.steps[1], map[string]string{"run": "status"})
	exit, _ := errors.AsType[*exec.ExitError](err)
	stop, output, _ := strings.Cut(output, "\n")
	if !regexp.MustCompile(`^::stop-commands::[0-9a-f]{32}$`).MatchString(stop) {
		t.Errorf("a text of the account can be a command to the runner: %s", stop)
	}
	if output != filepath.Join(r.folder, "summary.md")+" "+filepath.Join(r.folder, "output")+"\n" || exit == nil || exit.ExitCode() != 2 {
		t.Errorf("%s, %v", output, err)
	}
	content, err := os.ReadFile("../../action.yml")
	if err != nil {
		t.Fatal(err)
	}
	var action struct {
		Outputs map[string]struct{ Value string }
	}
	if err := yaml.Unmarshal(content, &action); err != nil {
		t.Fatal(err)
	}
	want := []string{"exit_code", "results"}
	for field := range reflect.TypeFor[deploy.Outputs]().Fields() {
		want = append(want, field.Tag.Get("json"))
	}
	slices.Sort(want)
	if got := slices.Sorted(maps.Keys(action.Outputs)); !slices.Equal(got, want) {
		t.Errorf("the outputs are %q, and not %q", got, want)
	}
	for name, output := range action.Outputs {
		if want := "${{ steps." + r.steps[1].ID + ".outputs." + name + " }}"; output.Value != want {
			t.Errorf("%s is %s, and not %s", name, output.Value, want)
		}
	}
}
