package cli

import (
	"bytes"
	"context"
	"io"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spothandler/spothandler/internal/cli/command"
)

// The first Ctrl-C ends a command that waits for input from a terminal or a pipe.
func TestInterruptedWhileReading(t *testing.T) {
	pipe := filepath.Join(t.TempDir(), "pipe")
	if out, err := exec.CommandContext(t.Context(), "mkfifo", pipe).CombinedOutput(); err != nil {
		t.Skipf("no named pipes: %v %s", err, out)
	}
	interrupted, interrupt := context.WithCancel(t.Context())
	interrupt()
	for _, args := range []string{"simulate --event -", "simulate --event " + pipe, "config check " + pipe, "status --config " + pipe, "local --seed " + pipe} {
		silent, writer := io.Pipe()
		var out, shown bytes.Buffer
		if code := Run(interrupted, strings.Fields(args), command.NewStreams(silent, &out, &shown)); code != command.ExitInterrupted || !strings.Contains(shown.String(), "interrupted") {
			t.Errorf("%s ends with %d: %s", args, code, shown.String())
		}
		_ = writer.Close()
	}
}
