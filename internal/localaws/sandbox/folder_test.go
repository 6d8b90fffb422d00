package sandbox_test

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/spothandler/spothandler/internal/localaws/sandbox"
)

// TestMain lets this program run as one that creates a folder and waits to be killed.
func TestMain(m *testing.M) {
	if os.Getenv("HOLD_A_FOLDER") == "" {
		os.Exit(m.Run())
	}
	f, err := sandbox.NewFolder()
	if err != nil {
		os.Exit(1)
	}
	os.Stdout.WriteString(f.Path + "\n")
	select {}
}

func TestStaleFoldersAreRemoved(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("functions run as processes on linux only")
	}
	t.Setenv("TMPDIR", t.TempDir())
	killed, path := holder(t)
	if err := os.WriteFile(filepath.Join(path, "bootstrap"), nil, 0o500); err != nil {
		t.Fatal(err)
	}
	alive, err := sandbox.NewFolder()
	if err != nil {
		t.Fatal(err)
	}
	foreign := filepath.Join(os.TempDir(), "localaws-somebody-elses")
	target := t.TempDir()
	if err := os.WriteFile(filepath.Join(target, "lock"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(target, foreign); err != nil {
		t.Fatal(err)
	}
	removeStale(t)
	for _, kept := range []string{path, alive.Path, foreign} {
		if _, err := os.Stat(kept); err != nil {
			t.Error("its process lives, or it is no folder of ours:", err)
		}
	}
	if err := killed.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = killed.Wait()
	removeStale(t)
	if _, err := os.Stat(path); !os.IsNotExist(err) {
		t.Error("its process was killed:", err)
	}
	if err := alive.Remove(); err != nil {
		t.Error(err)
	}
}

func removeStale(t *testing.T) {
	t.Helper()
	if err := sandbox.RemoveStale(); err != nil {
		t.Error(err)
	}
}

// holder starts a process that creates a folder, and returns the folder.
func holder(t *testing.T) (*exec.Cmd, string) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), self)
	cmd.Env = append(os.Environ(), "HOLD_A_FOLDER=yes")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line := bufio.NewScanner(out)
	if !line.Scan() {
		t.Fatal("no folder")
	}
	return cmd, line.Text()
}
