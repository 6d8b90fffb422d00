package pack

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// toolchain is the Go release that builds the archives: another release
// produces other bytes, and so an upgrade for every user.
const toolchain = "go1.26.8"

// environment returns the variables for a go command in the folder module whose
// output depends on nothing but the source: everything that could change the
// code is pinned, whether set in the environment or by `go env -w`. The module
// proxy and the cache folders stay as the user configured them.
func environment(ctx context.Context, module string) ([]string, error) {
	cmd := exec.CommandContext(ctx, "go", "env", "-json",
		"GOAUTH", "GOCACHE", "GOCACHEPROG", "GOINSECURE", "GOMODCACHE", "GONOPROXY",
		"GONOSUMDB", "GOPATH", "GOPROXY", "GOSUMDB", "GOTMPDIR", "GOVCS")
	cmd.Dir = module
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("reading go env: %w", err)
	}
	var kept map[string]string
	if err := json.Unmarshal(out, &kept); err != nil {
		return nil, fmt.Errorf("reading go env: %w", err)
	}
	env := os.Environ()
	for name, value := range kept {
		env = append(env, name+"="+value)
	}
	return append(env,
		"GOENV=off", // makes an empty value below mean the default
		"GOTOOLCHAIN="+toolchain,
		"GOFLAGS=",
		"GOEXPERIMENT=",
		"GOWORK=off",
		"GO111MODULE=",
		"GOFIPS140=off",
		"GOARM64=v8.0",
		"GOAMD64=v1",
	), nil
}

// compile builds the package for linux/goarch and returns the executable.
func compile(ctx context.Context, module, pkg, goarch string, env []string) ([]byte, error) {
	dir, err := os.MkdirTemp("", "spothandler-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "bootstrap")
	cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-buildvcs=false",
		"-ldflags=-s -w -buildid=", "-tags=lambda.norpc,nethttpomithttp2", "-o", file, pkg)
	cmd.Dir = module
	cmd.Env = append(env[:len(env):len(env)], "CGO_ENABLED=0", "GOOS=linux", "GOARCH="+goarch)
	if out, err := cmd.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("%w\n%s", err, strings.TrimSpace(string(bytes.ToValidUTF8(out, nil))))
	}
	return os.ReadFile(file)
}
