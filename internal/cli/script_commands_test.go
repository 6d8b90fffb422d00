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
		"exits": exits, "quicker": quicker,
		"account": printAccount, "logging": logging, "outputs": outputs, "json": jsonValue,
		"calls": calls, "no": none, "fault": fault, "heal": heal,
		"interrupt": interrupt, "exited": exited, "hand": hand, "slow": slow,
		"record": record, "unset": unset, "metadata": metadata, "container": container,
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
	if code := worldOf(ts).run(ts, name, args); code != want {
		ts.Fatalf("exit code %d, want %d", code, want)
	}
}

func quicker(ts *testscript.TestScript, _ bool, args []string) {
	limit, err := time.ParseDuration(args[0])
	ts.Check(err)
	if took := worldOf(ts).took; took >= limit {
		ts.Fatalf("it took %s", took)
	}
}

func printAccount(ts *testscript.TestScript, _ bool, _ []string) {
	w := worldOf(ts)
	text, err := w.witness.Dump(context.Background())
	ts.Check(err)
	_, _ = ts.Stdout().Write([]byte(w.equal(text)))
}

func logging(ts *testscript.TestScript, _ bool, args []string) {
	text, err := worldOf(ts).witness.Logging(context.Background(), args[0])
	ts.Check(err)
	fmt.Fprintln(ts.Stdout(), text)
}

// jsonValue walks the last run's JSON by a path: .key, [index], .count for a length.
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
	for _, call := range worldOf(ts).proxy.Calls() {
		if call.Write() || !slices.Contains(args, "writes") {
			lines = append(lines, call.String()+"\n")
		}
	}
	slices.Sort(lines) // calls that do not wait for each other have no order
	_, _ = ts.Stdout().Write([]byte(strings.Join(lines, "")))
}

func none(ts *testscript.TestScript, _ bool, args []string) {
	for _, call := range worldOf(ts).proxy.Calls() {
		if call.Write() || args[0] == "calls" {
			ts.Fatalf("there was %s", call)
		}
	}
}

func fault(ts *testscript.TestScript, _ bool, args []string) {
	w, f := worldOf(ts), testaws.Fault{}
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
	case "answer":
		f.Answer = []byte(ts.ReadFile(args[2]))
	case "lose":
		f.Lose = true
	case "drop":
		f.Drop = true
	case "hold":
		f.Hold = func() { w.holding <- struct{}{} }
	default:
		ts.Fatalf("unknown fault %s", kind)
	}
	w.proxy.Inject(f)
}

func heal(ts *testscript.TestScript, _ bool, _ []string) { worldOf(ts).proxy.Heal() }

// interrupt is ctrl-C for what runs in the background, as soon as its call is held.
func interrupt(ts *testscript.TestScript, _ bool, _ []string) {
	w := worldOf(ts)
	select {
	case <-w.holding:
	case <-time.After(30 * time.Second):
		ts.Fatalf("no call was held")
	}
	w.stopped = ts.BackgroundCmds()
	for _, running := range w.stopped {
		ts.Check(running.Process.Signal(os.Interrupt))
	}
}

func exited(ts *testscript.TestScript, _ bool, args []string) {
	for _, ended := range worldOf(ts).stopped {
		if code := ended.ProcessState.ExitCode(); strconv.Itoa(code) != args[0] {
			ts.Fatalf("exit code %d, want %s", code, args[0])
		}
	}
}

// slow gives the script another AWS: one that takes its time, as the real one does.
func slow(ts *testscript.TestScript, _ bool, _ []string) {
	delays := localaws.DefaultDelays()
	w := worldOf(ts)
	w.connect(serveLocal(ts.Defer, localaws.Options{Delays: &delays}), ts.Defer)
	ts.Setenv("AWS_ENDPOINT_URL", w.proxy.URL())
}

// unsetVariable holds the names that unset was given.
const unsetVariable = "SCRIPT_UNSET"

// unset takes variables away from the runs that follow: testscript can only empty them, and what is empty was given.
func unset(ts *testscript.TestScript, _ bool, args []string) {
	w := worldOf(ts)
	w.unset = append(w.unset, args...)
	for _, name := range args {
		ts.Setenv(name, "")
	}
}

// runWithout runs a command without some variables, for it is the environment of another process that has them.
func runWithout(names, command []string) int {
	cmd := exec.Command(command[0], command[1:]...) //nolint:noctx // it ends with the test's own process
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
