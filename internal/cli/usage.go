package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/spothandler/spothandler/internal/apperr"
)

// unknownCommand names the commands that come near.
func unknownCommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	hints := []string{}
	for _, name := range cmd.SuggestionsFor(args[0]) {
		hints = append(hints, cmd.CommandPath()+" "+name)
	}
	return &apperr.Error{
		Code:    apperr.CodeInvalid,
		Message: fmt.Sprintf("%q is no command of %s", args[0], cmd.CommandPath()),
		Hints:   append(hints, cmd.CommandPath()+" --help"),
	}
}

func usageError(help string, err error) error {
	return &apperr.Error{Code: apperr.CodeInvalid, Message: err.Error(), Hints: []string{help}, Err: err}
}

// noArguments refuses a word that is neither a flag nor its value, most often the prefix without its flag.
func noArguments(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	hints := []string{cmd.CommandPath() + " --help"}
	if cmd.Flags().Lookup("prefix") != nil {
		hints = append([]string{cmd.CommandPath() + " --prefix " + quote(args[0])}, hints...)
	}
	return &apperr.Error{
		Code:    apperr.CodeInvalid,
		Message: fmt.Sprintf("%s takes flags alone, and %q is none", cmd.CommandPath(), args[0]),
		Hints:   hints,
	}
}

// complete lets shell completion offer a flag's values.
func complete(cmd *cobra.Command, flag string, values ...string) {
	if len(values) > 0 {
		_ = cmd.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp)) // the flag is there
	}
}

// asksJSON says whether -o json is among the arguments, in whatever spelling.
func asksJSON(args []string) bool {
	line := " " + strings.Join(args, " ") + " "
	for _, spelling := range []string{"-o json", "-o=json", "-ojson", "--output json", "--output=json"} {
		if strings.Contains(line, " "+spelling+" ") {
			return true
		}
	}
	return false
}
