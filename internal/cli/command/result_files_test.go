package command

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spothandler/spothandler/internal/apperr/apperrtest"
	"github.com/spothandler/spothandler/internal/deploy"
)

// A line break in a value, for example in a record that was edited out of band, cannot forge another output.
func TestOutputsEscapeLineBreaks(t *testing.T) {
	forged := deploy.Outputs{ModuleVersion: "1.2.3\nlambda_function_arn=forged\r\nexit_code=0", FunctionARN: "arn"}
	var out bytes.Buffer
	if err := writeOutputs(&out, []InstallationOutputs{{Outputs: &forged}}); err != nil {
		t.Fatal(err)
	}
	names := map[string]int{}
	for line := range strings.Lines(out.String()) {
		name, _, _ := strings.Cut(line, "=")
		names[name]++
	}
	if len(names) != 17 || names["lambda_function_arn"] != 1 || names["exit_code"] != 0 || names["results"] != 1 || strings.Contains(out.String(), "\r") {
		t.Errorf("%s", &out)
	}
}

// A named pipe may have no reader, now or after the changes: it is refused rather than waited for. A pipe that is open
// already, such as /dev/stdout in a pipeline, and a device such as /dev/null are written.
func TestResultFilesThatAreNotRegular(t *testing.T) {
	dir := t.TempDir()
	named, link := filepath.Join(dir, "named"), filepath.Join(dir, "link")
	if out, err := exec.CommandContext(t.Context(), "mkfifo", named).CombinedOutput(); err != nil {
		t.Skipf("no named pipes: %v %s", err, out)
	}
	const hint = "name another file, or omit it"
	apperrtest.Refused(t, resultFiles{summary: named}.check(), "--summary-file "+named+" is not a regular file", hint)
	apperrtest.Refused(t, resultFiles{outputs: named}.check(), "--outputs-file "+named+" is not a regular file", hint)
	apperrtest.Refused(t, resultFiles{outputs: named}.end(0), "--outputs-file "+named+" is not a regular file", hint)
	reader, writer, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = reader.Close(), writer.Close() })
	open := fmt.Sprintf("/dev/fd/%d", writer.Fd())
	if err := os.Symlink(open, link); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{open, link} {
		text := make([]byte, 3)
		if err := (resultFiles{outputs: path}).check(); err != nil {
			t.Fatal(err)
		}
		if err := appendTo(outputsFlag, path, []byte("x=1")); err != nil {
			t.Fatal(err)
		}
		if _, err := reader.Read(text); err != nil || string(text) != "x=1" {
			t.Errorf("%s: %q, %v", path, text, err)
		}
	}
	if err := (resultFiles{summary: os.DevNull, outputs: os.DevNull}).check(); err != nil {
		t.Error(err)
	}
}
