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

// LookupEnv returns the value of a variable in a list such as os.Environ, and reports whether it is set, empty or not.
func LookupEnv(environ []string, name string) (text string, set bool) {
	for _, entry := range environ {
		if key, value, _ := strings.Cut(entry, "="); key == name {
			return value, true
		}
	}
	return "", false
}

// splitVariable takes a list apart at its commas. Empty parts stay, to be refused: one may have been a variable.
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

// checkVariables refuses variables of ours that no command knows, since passing over one would do something else than
// was asked for, and those that would consent to something.
//
// A guard is refused as well where the command would change something and has no such flag.
func checkVariables(cmd *cobra.Command, environ []string) error {
	known := flagNames(cmd.Root())
	for _, entry := range environ {
		name, text, _ := strings.Cut(entry, "=")
		word, ours := strings.CutPrefix(name, EnvPrefix)
		if !ours {
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

// wouldChange reports whether the command, as it was typed, changes something: those that do have --yes, and simulate
// does with --for-real alone.
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

// flagNames are the names of the flags of all commands.
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

// EnvPrefix begins the name of every environment variable that gives a flag.
const EnvPrefix = "SPOTHANDLER_"

// commandLineOnly are the flags that consent to something, widen what a command touches, or have it do something else than it
// is for: with --explain a doctor that is a gate checks nothing, with --event a rehearsal tries a file. A variable that
// was set for another command must not do that.
func commandLineOnly() []string {
	return []string{"yes", "force", "adopt", "allow-downgrade", "reset", "all", "all-regions", "for-real", "overwrite", "explain", "event"}
}

// Guards returns the flags that keep a command from changing anything, or from working in the wrong place.
func Guards() []string { return append([]string{"dry-run", "only"}, settings.AddressKeys()...) }
