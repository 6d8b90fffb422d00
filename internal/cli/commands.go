package cli

import (
	"io"
	"strings"

	"github.com/spf13/cobra"
)

// Commands returns the root of all commands, for what describes them: man pages, completions, documents. None of them is
// run, and nothing is read from the environment.
func Commands() *cobra.Command {
	root := rootCommand(newApp(NewStreams(strings.NewReader(""), io.Discard, io.Discard), nil))
	root.InitDefaultCompletionCmd() // else it is there only once a command runs
	return root
}
