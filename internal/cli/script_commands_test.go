package cli_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/spothandler/spothandler/internal/localaws"
	"github.com/spothandler/spothandler/internal/testaws"
)

type command = func(ts *testscript.TestScript, neg bool, args []string)

func commands() map[string]command {
	return map[string]command{
		"spothandler": runs("spothandler"), "spothandler-" + newer: runs("spothandler-" + newer),
		"exits":        exits,
		"dump-account": dumpAccount, "log-config": logConfig, "check-outputs": checkOutputs, "json": jsonValue,
		"calls": calls, "no": noCalls, "fault": fault, "clear-faults": clearFaults,
		"interrupt": interrupt, "exited": exited, "out-of-band": outOfBand, "slow-aws": slowAWS,
		"put-records": putRecords, "unset": unset, "metadata": metadata, "container": container,
	}
}

func runs(name string) command {
	return func(ts *testscript.TestScript, neg bool, args []string) {
		want := 0
		if neg {
			want = 1
		}
		mustExit(ts, want, name, args)
	}
}

func exits(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) < 2 {
		ts.Fatalf("usage: exits N spothandler ARGS...")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	mustExit(ts, want, args[1], args[2:])
}

func mustExit(ts *testscript.TestScript, want int, name string, args []string) {
	if code := envOf(ts).run(ts, name, args); code != want {
		ts.Fatalf("exit code %d, want %d", code, want)
	}
}

func dumpAccount(ts *testscript.TestScript, _ bool, _ []string) {
	w := envOf(ts)
	text, err := w.direct.Dump(context.Background())
	ts.Check(err)
	_, _ = ts.Stdout().Write([]byte(w.equal(text)))
}

func logConfig(ts *testscript.TestScript, _ bool, args []string) {
	text, err := envOf(ts).direct.Logging(context.Background(), args[0])
	ts.Check(err)
	fmt.Fprintln(ts.Stdout(), text)
}

// jsonValue looks up a path in the last run's JSON: .key, [index], .count for a length.
func jsonValue(ts *testscript.TestScript, _ bool, args []string) {
	text := []byte(ts.ReadFile("stdout"))
	var value any
	if err := json.Unmarshal(text, &value); err != nil {
		ts.Fatalf("the output is not JSON: %v", err)
	}
	for _, step := range strings.FieldsFunc(args[0], func(r rune) bool { return r == '.' || r == '[' || r == ']' }) {
		value = descend(ts, value, step)
	}
	found, ok := value.(string)
	if !ok {
		var out strings.Builder
		encoder := json.NewEncoder(&out)
		encoder.SetEscapeHTML(false)
		if len(args) == 1 {
			encoder.SetIndent("", "  ")
		}
		ts.Check(encoder.Encode(value))
		found = strings.TrimSpace(out.String())
	}
	if len(args) == 1 {
		fmt.Fprintln(ts.Stdout(), found)
	} else if found != args[1] {
		ts.Fatalf("%s is %s", args[0], found)
	}
}

func descend(ts *testscript.TestScript, value any, step string) any {
	switch v := value.(type) {
	case map[string]any:
		if found, ok := v[step]; ok {
			return found
		}
		if step == "count" {
			return len(v)
		}
	case []any:
		if index, err := strconv.Atoi(step); err == nil && index < len(v) {
			return v[index]
		}
		if step == "count" {
			return len(v)
		}
	}
	ts.Fatalf("there is no %s in %v", step, value)
	return nil
}

func calls(ts *testscript.TestScript, _ bool, args []string) {
	var lines []string
	for _, call := range envOf(ts).proxy.Calls() {
		if call.Write() || !slices.Contains(args, "writes") {
			lines = append(lines, call.String()+"\n")
		}
	}
	slices.Sort(lines) // the order of concurrent calls varies
	_, _ = ts.Stdout().Write([]byte(strings.Join(lines, "")))
}

func noCalls(ts *testscript.TestScript, _ bool, args []string) {
	for _, call := range envOf(ts).proxy.Calls() {
		if call.Write() || args[0] == "calls" {
			ts.Fatalf("there was %s", call)
		}
	}
}

func fault(ts *testscript.TestScript, _ bool, args []string) {
	w, f := envOf(ts), testaws.Fault{}
	for strings.HasPrefix(args[0], "-") {
		if skip, ok := strings.CutPrefix(args[0], "-skip="); ok {
			n, err := strconv.Atoi(skip)
			ts.Check(err)
			f.Skip = n
		}
		f.Once = f.Once || args[0] == "-once"
		args = args[1:]
	}
	kind := args[0]
	if len(args) > 1 {
		f.Call = args[1]
	}
	switch kind {
	case "deny":
		f.Deny = true
	case "throttle":
		f.Refuse = &testaws.Error{Status: 400, Code: "ThrottlingException", Message: "Rate exceeded"}
	case "refuse":
		status, err := strconv.Atoi(args[2])
		ts.Check(err)
		f.Refuse = &testaws.Error{Status: status, Code: args[3], Message: args[4]}
	case "respond":
		f.Response = []byte(ts.ReadFile(args[2]))
	case "lose":
		f.Lose = true
	case "drop":
		f.Drop = true
	case "hold":
		f.Hold = func() { w.held <- struct{}{} }
	default:
		ts.Fatalf("unknown fault %s", kind)
	}
	w.proxy.Inject(f)
}

func clearFaults(ts *testscript.TestScript, _ bool, _ []string) { envOf(ts).proxy.Heal() }

// interrupt sends an interrupt signal to the background commands as soon as a call is held.
func interrupt(ts *testscript.TestScript, _ bool, _ []string) {
	w := envOf(ts)
	select {
	case <-w.held:
	case <-time.After(patience):
		ts.Fatalf("no call was held")
	}
	w.stopped = ts.BackgroundCmds()
	for _, running := range w.stopped {
		ts.Check(running.Process.Signal(os.Interrupt))
	}
}

func exited(ts *testscript.TestScript, _ bool, args []string) {
	for _, ended := range envOf(ts).stopped {
		if code := ended.ProcessState.ExitCode(); strconv.Itoa(code) != args[0] {
			ts.Fatalf("exit code %d, want %s", code, args[0])
		}
	}
}

// slowAWS connects the script to a new backend that is eventually consistent, as AWS is.
func slowAWS(ts *testscript.TestScript, _ bool, _ []string) {
	delays := localaws.DefaultDelays()
	w := envOf(ts)
	w.connect(serveLocal(ts.Defer, localaws.Options{Delays: &delays}), ts.Defer)
	ts.Setenv("AWS_ENDPOINT_URL", w.proxy.URL())
}

// unsetVariable is the environment variable with the names given to unset.
const unsetVariable = "SCRIPT_UNSET"

// unset removes variables from the environment of later runs. testscript can only set them to "", which counts as set.
func unset(ts *testscript.TestScript, _ bool, args []string) {
	w := envOf(ts)
	w.unset = append(w.unset, args...)
	for _, name := range args {
		ts.Setenv(name, "")
	}
}

// runWithout runs a command without the named variables. The test binary runs itself to do so.
func runWithout(names, command []string) int {
	cmd := exec.Command(command[0], command[1:]...) //nolint:noctx // it ends with the test process
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	for _, entry := range os.Environ() {
		if name, text, _ := strings.Cut(entry, "="); text != "" || !slices.Contains(names, name) {
			cmd.Env = append(cmd.Env, entry)
		}
	}
	err := cmd.Run()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		return exit.ExitCode()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}
