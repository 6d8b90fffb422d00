//go:build linux

package main_test

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/spothandler/spothandler/embed"
	"github.com/spothandler/spothandler/internal/handler/handlertest"
)

// function is the real bootstrap from the real zip, running against a Runtime
// API as it does in Lambda.
type function struct {
	testing.TB
	api     *runtimeAPI
	process *exec.Cmd
	exited  chan error
	output  *os.File // everything it wrote; written before the response arrives
}

// start runs the function with these variables in addition to those that Lambda
// sets. endpoint is the endpoint of AWS.
func start(tb testing.TB, endpoint string, env ...string) *function {
	tb.Helper()
	return startProgram(tb, bootstrap(tb), endpoint, env...)
}

func startProgram(tb testing.TB, path, endpoint string, env ...string) *function {
	tb.Helper()
	output, err := os.Create(filepath.Join(tb.TempDir(), "output"))
	if err != nil {
		tb.Fatal(err)
	}
	f := &function{TB: tb, api: newRuntimeAPI(tb), exited: make(chan error, 1), output: output}
	f.process = exec.CommandContext(tb.Context(), path)
	f.process.Stdout, f.process.Stderr = f.output, f.output
	f.process.Env = append([]string{
		"AWS_LAMBDA_RUNTIME_API=" + f.api.address(),
		"AWS_LAMBDA_FUNCTION_NAME=ecs-fargate-spot-handler",
		"AWS_LAMBDA_LOG_GROUP_NAME=" + logGroup,
		"AWS_REGION=eu-west-1",
		"AWS_ACCESS_KEY_ID=AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY=secret", "AWS_SESSION_TOKEN=token",
		"AWS_ENDPOINT_URL=" + endpoint,
	}, env...)
	if err := f.process.Start(); err != nil {
		tb.Fatal(err)
	}
	go func() { f.exited <- f.process.Wait() }()
	tb.Cleanup(f.kill)
	return f
}

// kill ends the function and checks its output.
func (f *function) kill() {
	f.Helper()
	if f.output == nil {
		return
	}
	_ = f.process.Process.Kill()
	f.wantJSONLines()
	_ = f.output.Close()
	f.output = nil
}

// startWithAWS runs the function against an in-memory AWS with the service of
// the events.
func startWithAWS(t *testing.T, env ...string) (*function, *handlertest.AWS) {
	t.Helper()
	endpoint, aws := serveAWS(t)
	return start(t, endpoint, env...), aws
}

// serveAWS serves an in-memory AWS with the service of the events.
func serveAWS(tb testing.TB) (endpoint string, aws *handlertest.AWS) {
	tb.Helper()
	aws = &handlertest.AWS{}
	aws.AddLogGroup(logGroup)
	aws.Put(handlertest.Service{
		Name: "api", Cluster: cluster, Status: "ACTIVE", DesiredCount: 4, RunningCount: 4,
		Deployments: []handlertest.Deployment{{
			ID: deployment, Status: "PRIMARY", RolloutState: "COMPLETED",
			CreatedAt: handlertest.Unix(time.Now().Add(-time.Hour)), RunningCount: 4,
		}},
	})
	server := httptest.NewServer(aws)
	tb.Cleanup(server.Close)
	return server.URL, aws
}

// bootstrap unpacks the function's executable for this architecture.
func bootstrap(tb testing.TB) string {
	tb.Helper()
	architecture := map[string]string{"amd64": "x86_64", "arm64": "arm64"}[runtime.GOARCH]
	archive, err := embed.Archive(architecture)
	if errors.Is(err, embed.ErrNotBuilt) {
		tb.Skip("no zip of the function: run `go generate ./embed`")
	}
	if err != nil {
		tb.Skipf("no function for this machine: %v", err)
	}
	files, err := zip.NewReader(bytes.NewReader(archive), int64(len(archive)))
	if err != nil {
		tb.Fatal(err)
	}
	file, err := files.Open("bootstrap")
	if err != nil {
		tb.Fatal(err)
	}
	defer file.Close()
	code, err := io.ReadAll(file)
	if err != nil {
		tb.Fatal(err)
	}
	path := filepath.Join(tb.TempDir(), "bootstrap")
	if err := os.WriteFile(path, code, 0o755); err != nil {
		tb.Fatal(err)
	}
	return path
}

// written returns what the function has written so far.
func (f *function) written() string {
	f.Helper()
	text, err := os.ReadFile(f.output.Name())
	if err != nil {
		f.Fatal(err)
	}
	return string(text)
}

// records returns what the function has logged so far.
func (f *function) records() []map[string]any {
	f.Helper()
	var out []map[string]any
	for line := range strings.Lines(f.written()) {
		var record map[string]any
		if err := json.Unmarshal([]byte(line), &record); err == nil {
			out = append(out, record)
		}
	}
	return out
}

// wantJSONLines checks that every line of the output is a JSON object.
func (f *function) wantJSONLines() {
	f.Helper()
	for line := range strings.Lines(f.written()) {
		var record map[string]any
		if err := json.Unmarshal([]byte(line), &record); err != nil {
			f.Errorf("wrote %q, which is no JSON object", line)
		}
	}
}

// terminate sends SIGTERM and waits for the process to end.
func (f *function) terminate() error {
	f.Helper()
	if err := f.process.Process.Signal(syscall.SIGTERM); err != nil {
		f.Fatal(err)
	}
	return f.wait()
}

// wait returns the process's error once it has ended.
func (f *function) wait() error {
	f.Helper()
	select {
	case err := <-f.exited:
		return err
	case <-time.After(responseTimeout):
		f.Fatal("the function did not end")
		return nil
	}
}
