package cli_test

import (
	"bufio"
	"bytes"
	"context"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/spothandler/spothandler/internal/cli"
)

// spothandler returns a command that runs the binary in an environment without AWS settings.
func spothandler(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	needBinaries(t)
	cmd := exec.CommandContext(t.Context(), binary(shared.folder, "spothandler"), args...)
	cmd.Env = []string{"HOME=" + t.TempDir(), "PATH=" + os.Getenv("PATH"), "LANG=C.UTF-8"}
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 10 * time.Second
	return cmd
}

// serving is a `spothandler local` that runs in the background.
type serving struct {
	cmd     *exec.Cmd
	env     []string // the exported variables
	shown   string   // its first output
	output  *bufio.Scanner
	notices *lockedBuffer // its stderr
}

// lockedBuffer is a buffer that can be read while a process writes to it.
type lockedBuffer struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (b *lockedBuffer) Write(text []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(text)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

func serveAWS(t *testing.T, args ...string) *serving {
	t.Helper()
	return serveAWSIn(t, nil, args...)
}

// serveAWSIn is like serveAWS, with additional environment variables.
func serveAWSIn(t *testing.T, env []string, args ...string) *serving {
	t.Helper()
	s := &serving{cmd: spothandler(t, append([]string{"local", "--port", "0"}, args...)...), notices: &lockedBuffer{}}
	s.cmd.Stderr, s.cmd.Env = s.notices, append(s.cmd.Env, env...)
	stdout, err := s.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	s.output = bufio.NewScanner(stdout)
	for s.output.Scan() && !strings.Contains(s.output.Text(), "Ctrl-C stops it") {
		s.shown += s.output.Text() + "\n"
		if variable, ok := strings.CutPrefix(s.output.Text(), "  export "); ok {
			s.env = append(s.env, variable)
		}
	}
	t.Cleanup(func() { _ = s.cmd.Process.Kill(); _ = s.cmd.Wait() })
	return s
}

func (s *serving) url() string { return strings.TrimPrefix(s.env[0], "AWS_ENDPOINT_URL=") }

func (s *serving) key() string { return strings.TrimPrefix(s.env[3], "AWS_ACCESS_KEY_ID=") }

// run runs a command with the exported variables.
func (s *serving) run(t *testing.T, cmd *exec.Cmd) string {
	t.Helper()
	cmd.Env = append(cmd.Env, s.env...)
	output, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", cmd, err, output)
	}
	return string(output)
}

func ctrlC(t *testing.T, local *serving) {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("a process cannot be sent Ctrl-C here")
	}
	if err := local.cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if err := local.cmd.Wait(); err != nil {
		t.Errorf("after Ctrl-C: %v", err)
	}
}

// patience is how long a test waits for what usually takes a moment: enough on a busy machine.
const patience = 5 * time.Minute

// waitFor waits until a condition is true.
func waitFor(t *testing.T, holds func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for !holds() {
		select {
		case <-ctx.Done():
			t.Fatal("it does not come true")
		case <-time.After(200 * time.Millisecond):
		}
	}
}

// keepsToSchema checks a result against a schema in docs/schema.
func keepsToSchema(t *testing.T, schema string, text []byte) {
	t.Helper()
	output, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	if err := cli.StrictSchemas(t)[schema].Validate(output); err != nil {
		t.Errorf("%#v\n%s", err, text)
	}
}
