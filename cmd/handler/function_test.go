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

// function is the real bootstrap out of the real zip, running behind a Runtime
// API as it does in Lambda.
type function struct {
	*testing.T
	api     *runtimeAPI
	process *exec.Cmd
	exited  chan error
	output  *os.File // all that it wrote; a file has it before the answer is there
}

// start runs the function with these variables beside those that Lambda sets.
// The AWS that it sees is at endpoint.
func start(t *testing.T, endpoint string, env ...string) *function {
	t.Helper()
	output, err := os.Create(filepath.Join(t.TempDir(), "output"))
	if err != nil {
		t.Fatal(err)
	}
	f := &function{T: t, api: newRuntimeAPI(t), exited: make(chan error, 1), output: output}
	f.process = exec.CommandContext(t.Context(), bootstrap(t))
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
		t.Fatal(err)
	}
	go func() { f.exited <- f.process.Wait() }()
	t.Cleanup(func() {
		_ = f.process.Process.Kill()
		f.wantJSONLines()
		_ = output.Close()
	})
	return f
}

// startWithAWS runs the function against an AWS in memory that has the service
// of the events.
func startWithAWS(t *testing.T, env ...string) (*function, *handlertest.AWS) {
	t.Helper()
	aws := &handlertest.AWS{}
	aws.AddLogGroup(logGroup)
	aws.Put(handlertest.Service{
		Name: "api", Cluster: cluster, Status: "ACTIVE", DesiredCount: 4, RunningCount: 4,
		Deployments: []handlertest.Deployment{{
			ID: deployment, Status: "PRIMARY", RolloutState: "COMPLETED",
			CreatedAt: handlertest.Unix(time.Now().Add(-time.Hour)), RunningCount: 4,
		}},
	})
	server := httptest.NewServer(aws)
	t.Cleanup(server.Close)
	return start(t, server.URL, env...), aws
}

// bootstrap unpacks the function's executable for this machine.
func bootstrap(t *testing.T) string {
	t.Helper()
	architecture := map[string]string{"amd64": "x86_64", "arm64": "arm64"}[runtime.GOARCH]
	archive, err := embed.Archive(architecture)
	if errors.Is(err, embed.ErrNotBuilt) {
		t.Skip("no zip of the function: run `go generate ./embed`")
	}
	if err != nil {
		t.Skipf("no function for this machine: %v", err)
	}
	files, err := zip.NewReader(bytes.NewReader(archive), int64(len(archive)))
	if err != nil {
		t.Fatal(err)
	}
	file, err := files.Open("bootstrap")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	code, err := io.ReadAll(file)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "bootstrap")
	if err := os.WriteFile(path, code, 0o755); err != nil {
		t.Fatal(err)
	}
	return path
}

// written gives what the function has written so far.
func (f *function) written() string {
	f.Helper()
	text, err := os.ReadFile(f.output.Name())
	if err != nil {
		f.Fatal(err)
	}
	return string(text)
}

// records gives what the function has logged so far.
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

// wantJSONLines checks that all that was written is one JSON object a line.
func (f *function) wantJSONLines() {
	f.Helper()
	for line := range strings.Lines(f.written()) {
		var record map[string]any
		if err := json.Unmarshal([]byte(line), &record); err != nil {
			f.Errorf("wrote %q, which is no JSON object", line)
		}
	}
}

// terminate sends SIGTERM and waits for the end.
func (f *function) terminate() error {
	f.Helper()
	if err := f.process.Process.Signal(syscall.SIGTERM); err != nil {
		f.Fatal(err)
	}
	return f.wait()
}

// wait gives the process's error once it has ended.
func (f *function) wait() error {
	f.Helper()
	select {
	case err := <-f.exited:
		return err
	case <-time.After(patience):
		f.Fatal("the function did not end")
		return nil
	}
}
