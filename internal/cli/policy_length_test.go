package cli

import (
	"strings"
	"testing"

	"github.com/spothandler/spothandler/internal/cli/command"
)

// A policy that is too long for a managed policy and fits inline is printed, with a warning.
func TestPolicyThatFitsOnlyInline(t *testing.T) {
	line := "policy --account 111122223333 --prefix prod"
	for _, region := range []string{"eu-central-1", "eu-west-1", "eu-west-2", "eu-west-3", "us-east-1", "us-east-2"} {
		line += " --region " + region
	}
	code, shown := spothandler(t.Context(), "", words(line)...)
	if code != command.ExitOK || !strings.Contains(shown.out, "us-east-2") || !strings.Contains(strings.Join(strings.Fields(shown.err), " "), "a managed policy can have 6144") {
		t.Errorf("exit code %d\n%s", code, shown.err)
	}
}
