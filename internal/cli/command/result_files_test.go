package command

import (
	"bytes"
	"strings"
	"testing"

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
