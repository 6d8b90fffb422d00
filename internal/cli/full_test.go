package cli

import (
	"bytes"
	"io/fs"
	"strings"
	"syscall"
	"testing"

	"github.com/spothandler/spothandler/internal/cli/command"
)

// refusing is a stream to which all writes fail, like os.Stdout on a full disk or a closed pipe.
type refusing struct{ cause error }

func (r refusing) Write([]byte) (int, error) {
	return 0, &fs.PathError{Op: "write", Path: "/dev/stdout", Err: r.cause}
}

// A result that cannot be written is an error in every format; a closed pipe is not an error for text.
func TestFullDisk(t *testing.T) {
	for _, args := range []string{"version", "version -o json", "--help", "help logs", "completion bash"} {
		var shown bytes.Buffer
		code := Run(t.Context(), strings.Fields(args), command.NewStreams(strings.NewReader(""), refusing{syscall.ENOSPC}, &shown))
		if code != command.ExitError || strings.Count(shown.String(), "writing the result: no space left on device\n") != 1 {
			t.Errorf("%s ends with %d: %s", args, code, shown.String())
		}
	}
	var shown bytes.Buffer
	if code := Run(t.Context(), []string{"version"}, command.NewStreams(strings.NewReader(""), refusing{syscall.EPIPE}, &shown)); code != command.ExitOK || shown.Len() > 0 {
		t.Errorf("without a reader it ends with %d: %s", code, shown.String())
	}
}
