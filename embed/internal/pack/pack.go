// Package pack builds the function's archives: cmd/handler cross-compiled for
// each of Lambda's architectures, one deterministic zip file each. The same
// source produces the same bytes in any folder and on any machine.
package pack

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"

	"golang.org/x/sync/errgroup"
)

// handler is the package of the function.
const handler = "./cmd/handler"

// target is an architecture with the names that Lambda and Go use.
type target struct {
	architecture string
	goarch       string
}

func targets() []target {
	return []target{{"arm64", "arm64"}, {"x86_64", "amd64"}}
}

// Generate builds the archives from the module in the folder module, writes
// them to the folder dist, and prints one line about each to out: path, size in
// bytes and CodeSha256.
func Generate(ctx context.Context, module, dist string, out io.Writer) error {
	env, err := environment(ctx, module)
	if err != nil {
		return err
	}
	if runtime.Version() != toolchain {
		return generateAgain(ctx, env, out)
	}
	all := targets()
	zips := make([][]byte, len(all))
	group, ctx := errgroup.WithContext(ctx)
	for i, t := range all {
		group.Go(func() (err error) {
			zips[i], err = build(ctx, module, handler, t.goarch, env)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	for i, t := range all {
		path := filepath.Join(dist, t.architecture+".zip")
		if err := writeFile(path, zips[i]); err != nil {
			return fmt.Errorf("writing %s: %w", path, err)
		}
		sum := sha256.Sum256(zips[i])
		fmt.Fprintf(out, "%-15s %d bytes  %s\n", path, len(zips[i]), base64.StdEncoding.EncodeToString(sum[:]))
	}
	return nil
}

// generateAgain runs build.go with the pinned toolchain, because the compressor
// of this one may produce other bytes.
func generateAgain(ctx context.Context, env []string, out io.Writer) error {
	if os.Getenv("GOTOOLCHAIN") == toolchain {
		return fmt.Errorf("GOTOOLCHAIN=%s gave %s", toolchain, runtime.Version())
	}
	cmd := exec.CommandContext(ctx, "go", "run", "build.go")
	cmd.Env = env
	cmd.Stdout, cmd.Stderr = out, os.Stderr
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("building with %s: %w", toolchain, err)
	}
	return nil
}

// build returns the zip file of one package, compiled for linux/goarch.
func build(ctx context.Context, module, pkg, goarch string, env []string) ([]byte, error) {
	bootstrap, err := compile(ctx, module, pkg, goarch, env)
	if err != nil {
		return nil, fmt.Errorf("compiling %s for linux/%s: %w", pkg, goarch, err)
	}
	zip, err := archive(bootstrap)
	if err != nil {
		return nil, fmt.Errorf("zipping %s for linux/%s: %w", pkg, goarch, err)
	}
	return zip, nil
}

// writeFile replaces the file atomically, so that a concurrent build embeds
// either the old archive or the new one.
func writeFile(path string, data []byte) error {
	// The leading dot excludes the unfinished file from go:embed.
	f, err := os.CreateTemp(filepath.Dir(path), ".*.tmp")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, err = f.Write(data)
	if closeErr := f.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return err
	}
	if err := os.Chmod(f.Name(), 0o644); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}
