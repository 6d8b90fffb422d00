package input

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/deploy/settings"
)

// UnknownCommand returns an error for arguments of a command that has only subcommands, with the nearest subcommands as
// hints.
func UnknownCommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	hints := []string{}
	for _, name := range cmd.SuggestionsFor(args[0]) {
		hints = append(hints, cmd.CommandPath()+" "+name)
	}
	return &apperr.Error{
		Code:    apperr.CodeInvalid,
		Message: fmt.Sprintf("%q is not a command of %s", args[0], cmd.CommandPath()),
		Hints:   append(hints, cmd.CommandPath()+" --help"),
	}
}

// UnknownWord returns an error for a word in the place of a subcommand. It runs before the flags are parsed, which would
// otherwise be treated as those of the parent command.
func UnknownWord(root *cobra.Command, args []string) error {
	if len(args) > 0 && strings.HasPrefix(args[0], "__") { // shell completion
		return nil
	}
	root.InitDefaultHelpCmd()
	root.InitDefaultCompletionCmd(args...)
	cmd, rest, err := root.Find(args)
	if err != nil || !cmd.HasSubCommands() {
		return nil //nolint:nilerr // running the command returns the error
	}
	if word := firstWord(cmd, rest); word != "" {
		return UnknownCommand(cmd, []string{word})
	}
	return nil
}

// firstWord returns the first argument that is neither a flag of the command nor a flag's value. It returns "" after an
// unknown flag, since the next argument may be its value.
func firstWord(cmd *cobra.Command, args []string) string {
	cmd.InitDefaultHelpFlag()
	for i := 0; i < len(args); i++ {
		name, isFlag := strings.CutPrefix(args[i], "-")
		if !isFlag {
			return args[i]
		}
		long, isLong := strings.CutPrefix(name, "-")
		long, _, joined := strings.Cut(long, "=")
		flag := cmd.Flag(long)
		if !isLong {
			flag, joined = nil, len(name) > 1
			if len(name) > 0 {
				flag = shorthand(cmd, name[:1])
			}
		}
		switch {
		case flag == nil:
			return ""
		case !joined && flag.NoOptDefVal == "":
			i++
		}
	}
	return ""
}

func shorthand(cmd *cobra.Command, letter string) *pflag.Flag {
	if flag := cmd.Flags().ShorthandLookup(letter); flag != nil {
		return flag
	}
	return cmd.InheritedFlags().ShorthandLookup(letter)
}

// FlagError returns an error of the flag parser with the values that the flag accepts, or the nearest flag, as hints.
func FlagError(cmd *cobra.Command, err error) error {
	explained := &apperr.Error{Code: apperr.CodeInvalid, Message: err.Error(), Err: err}
	help := cmd.CommandPath() + " --help"
	if missing, ok := errors.AsType[*pflag.NotExistError](err); ok {
		explained.Hints = nearestFlags(cmd, missing)
	}
	if bare, ok := errors.AsType[*pflag.ValueRequiredError](err); ok {
		explained.Message = fmt.Sprintf("--%s needs a value", bare.GetFlag().Name)
		explained.Hints = acceptedHint(bare.GetFlag())
	}
	if invalid, ok := errors.AsType[*pflag.InvalidValueError](err); ok {
		explained.Message = fmt.Sprintf("--%s %q is not accepted", invalid.GetFlag().Name, invalid.GetValue())
		explained.Hints = acceptedHint(invalid.GetFlag())
		if twice, ok := errors.AsType[*givenTwiceError](err); ok {
			explained.Message = fmt.Sprintf("--%s is %v", invalid.GetFlag().Name, twice)
			explained.Hints = []string{"give it once"}
		}
	}
	explained.Hints = append(explained.Hints, help)
	return explained
}

// nearestFlags returns hints for an unknown flag: the nearest flag of the command, or else other commands with that flag.
func nearestFlags(cmd *cobra.Command, missing *pflag.NotExistError) []string {
	name := missing.GetSpecifiedName()
	if short := missing.GetSpecifiedShortnames(); short != "" { // -prefix is read as -p -r ...
		name = short
	}
	var known []string
	cmd.Flags().VisitAll(func(flag *pflag.Flag) { known = append(known, flag.Name) })
	if near := nearest(name, known); near != "" {
		return []string{"did you mean --" + near + "?"}
	}
	var hints []string
	for _, other := range cmd.Root().Commands() {
		if other.Flags().Lookup(name) != nil {
			hints = append(hints, other.CommandPath()+" has --"+name)
		}
	}
	return hints
}

// nearest returns the known name that was most likely intended, by prefix or spelling, or "".
func nearest(name string, known []string) string {
	var longer []string
	for _, each := range known {
		if len(name) > 2 && strings.HasPrefix(each, name) {
			longer = append(longer, each)
		}
	}
	if len(longer) == 1 {
		return longer[0]
	}
	return apperr.Nearest(name, known)
}

// acceptedHint returns a hint with the accepted values of a flag, if they are known.
func acceptedHint(flag *pflag.Flag) []string {
	for _, setting := range settings.All() {
		if setting.Name == flag.Name {
			return []string{"accepted: " + setting.Accepted}
		}
	}
	switch flag.Value.Type() {
	case "bool", "duration", "int":
		return []string{"accepted: " + acceptedBy(flag)}
	}
	return nil
}

// NoArguments returns an error for arguments of a command that takes none. The usual cause is a prefix without its flag.
func NoArguments(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	var hints []string
	switch prefix := cmd.Flags().Lookup("prefix"); {
	case slices.Contains([]string{"on", "off", "true", "false", "yes", "no"}, strings.ToLower(args[0])):
		hints = []string{"a boolean flag takes its value after =, as in --dry-run=false"}
	case prefix != nil && !prefix.Changed && settings.CheckNames("", args[0], "", "") == nil:
		hints = []string{"--prefix " + args[0] + "   if this is the prefix of the installation"}
	}
	return &apperr.Error{
		Code:    apperr.CodeInvalid,
		Message: fmt.Sprintf("%s takes no arguments, but got %q", cmd.CommandPath(), args[0]),
		Hints:   append(hints, cmd.CommandPath()+" --help"),
	}
}

// Complete registers the values that shell completion offers for a flag.
func Complete(cmd *cobra.Command, flag string, values ...string) {
	if len(values) > 0 {
		CompleteFunc(cmd, flag, func(*cobra.Command) []string { return values })
	}
}

// RequestsJSON reports whether the arguments, in any spelling, or else the variable's value select JSON output.
func RequestsJSON(args []string, variable string) bool {
	typed := regexp.MustCompile(`(?i) (-o[ =]?|--output[ =])(\w+) `).FindStringSubmatch(" " + strings.Join(args, " ") + " ")
	if typed != nil {
		variable = typed[2]
	}
	return strings.EqualFold(variable, "json")
}

// OneOf returns the accepted value of a flag that text is, in letters of either case, and an error otherwise.
func OneOf(flag, text string, accepted []string) (string, error) {
	if at := slices.IndexFunc(accepted, func(known string) bool { return strings.EqualFold(known, strings.TrimSpace(text)) }); at >= 0 {
		return accepted[at], nil
	}
	refusal := apperr.Invalid("accepted: "+strings.Join(accepted, ", "), "--%s %q is not accepted", flag, text)
	if near := cmp.Or(nearest(strings.ToLower(text), accepted), nearest(strings.ToUpper(text), accepted)); near != "" {
		refusal.Hints = slices.Insert(refusal.Hints, 0, "did you mean "+near+"?")
	}
	return "", refusal
}

// CompleteFunc registers a function that returns the words that shell completion offers for a flag.
func CompleteFunc(cmd *cobra.Command, flag string, words func(*cobra.Command) []string) {
	_ = cmd.RegisterFlagCompletionFunc(flag, func(cmd *cobra.Command, _ []string, typed string) ([]string, cobra.ShellCompDirective) {
		fitting := slices.DeleteFunc(slices.Clone(words(cmd)), func(word string) bool { return !strings.HasPrefix(word, typed) })
		return fitting, cobra.ShellCompDirectiveNoFileComp
	}) // the flag exists
}

func acceptedBy(flag *pflag.Flag) string {
	switch flag.Value.Type() {
	case "bool":
		return "true, false"
	case "duration":
		return "a duration like 90s or 5m"
	case "int":
		return "a whole number"
	}
	return "a " + flag.Value.Type()
}
