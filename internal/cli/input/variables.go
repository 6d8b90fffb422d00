package input

import (
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/deploy/settings"
)

// EnvName returns the environment variable of a flag: SPOTHANDLER_DRY_RUN for dry-run.
func EnvName(flag string) string {
	return EnvPrefix + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
}

// LookupEnv returns the value of a variable in a list such as that of os.Environ, and whether it is set, even if empty.
func LookupEnv(environ []string, name string) (text string, set bool) {
	for _, entry := range environ {
		if key, value, _ := strings.Cut(entry, "="); key == name {
			return value, true
		}
	}
	return "", false
}

// splitVariable splits the value of a list flag at commas. It keeps empty elements, which are rejected later: they may come
// from an unset variable.
func splitVariable(flag *pflag.Flag, text string) []string {
	if _, list := flag.Value.(pflag.SliceValue); !list {
		return []string{text}
	}
	parts := strings.Split(text, ",")
	for i := range parts {
		parts[i] = strings.TrimSpace(parts[i])
	}
	return parts
}

// checkVariables returns an error for a SPOTHANDLER_ variable that is unknown, that belongs to a flag that has to be typed,
// or that is a guard not supported by a command that would make changes. Ignoring any of them could do something other than
// intended.
func checkVariables(cmd *cobra.Command, environ []string) error {
	known := flagNames(cmd.Root())
	for _, entry := range environ {
		name, text, _ := strings.Cut(entry, "=")
		word, found := strings.CutPrefix(name, EnvPrefix)
		if !found {
			continue
		}
		at := slices.IndexFunc(known, func(flag string) bool { return EnvName(flag) == name })
		if at < 0 {
			return unknownVariable(name, word, known)
		}
		if slices.Contains(commandLineOnly(), known[at]) {
			return apperr.Invalid("unset "+name, "%s is set, but --%s is accepted on the command line only", name, known[at])
		}
		if on, err := strconv.ParseBool(text); err == nil && !on {
			continue // a guard that is off
		}
		if slices.Contains(Guards(), known[at]) && cmd.Flags().Lookup(known[at]) == nil && wouldChange(cmd) {
			return apperr.Invalid("unset "+name, "%s is set, but %s does not support --%s and would make changes", name, cmd.CommandPath(), known[at])
		}
	}
	return nil
}

// wouldChange reports whether the command, as typed, makes changes: these commands have --yes; simulate makes changes only
// with --for-real.
func wouldChange(cmd *cobra.Command) bool {
	if cmd.Flags().Lookup("yes") == nil {
		return false
	}
	forReal := cmd.Flags().Lookup("for-real")
	return forReal == nil || forReal.Value.String() == "true"
}

func unknownVariable(name, word string, flags []string) error {
	hints := []string{"unset " + name}
	if near := nearest(strings.ToLower(strings.ReplaceAll(word, "_", "-")), flags); near != "" && !slices.Contains(commandLineOnly(), near) {
		hints = append(hints, "did you mean "+EnvName(near)+"?")
	}
	return &apperr.Error{
		Code:    apperr.CodeInvalid,
		Message: "unknown environment variable " + name,
		Detail:  []string{"Each flag has a variable, such as " + EnvName("memory-size") + " for --memory-size."},
		Hints:   hints,
	}
}

// flagNames returns the names of the flags of a command and its subcommands.
func flagNames(cmd *cobra.Command) []string {
	var names []string
	add := func(flag *pflag.Flag) {
		if flag.Name != "help" && flag.Name != "version" {
			names = append(names, flag.Name)
		}
	}
	cmd.Flags().VisitAll(add)
	cmd.PersistentFlags().VisitAll(add)
	for _, each := range cmd.Commands() {
		names = append(names, flagNames(each)...)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// EnvPrefix is the prefix of the environment variables of flags.
const EnvPrefix = "SPOTHANDLER_"

// commandLineOnly returns the flags that no variable can set, since it may have been set for another command: those that give
// consent, widen the scope of a command, or change what it does. With --explain, for example, doctor checks nothing.
func commandLineOnly() []string {
	return []string{"yes", "force", "adopt", "allow-downgrade", "reset", "all", "all-regions", "for-real", "overwrite", "explain", "event"}
}

// Guards returns the flags that prevent a command from making changes, or from working in the wrong account or Region.
func Guards() []string { return append([]string{"dry-run", "only"}, settings.AddressKeys()...) }
