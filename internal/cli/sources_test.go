package cli

import (
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// Every flag of every command can come from its variable, but for those that consent or widen, which are refused.
func TestEveryFlagHasAVariable(t *testing.T) {
	everyCommandFlag(t, func(t *testing.T, command string, flag *pflag.Flag) {
		name := "SPOTHANDLER_" + strings.ToUpper(strings.ReplaceAll(flag.Name, "-", "_"))
		a, cmd := withEnvironment(t, command, name+"="+someValue(flag))
		err := a.fillFlags(cmd)
		filled := cmd.Flags().Lookup(flag.Name)
		switch {
		case !slices.Contains([]string{"yes", "force", "adopt", "allow-downgrade", "reset", "all", "all-regions", "for-real"}, flag.Name):
			if flag.Name == "config" {
				err = nil // there is no such file
			}
			if err != nil || !filled.Changed || a.sources[flag.Name] != name {
				t.Errorf("%s: --%s is not filled: %v", command, flag.Name, err)
			}
		case err == nil || filled.Changed:
			t.Errorf("%s: --%s was given by a variable", command, flag.Name)
		}
	})
}

// An empty variable is an error of every command, whatever the flag.
func TestEmptyVariable(t *testing.T) {
	everyCommandFlag(t, func(t *testing.T, command string, flag *pflag.Flag) {
		name := "SPOTHANDLER_" + strings.ToUpper(strings.ReplaceAll(flag.Name, "-", "_"))
		a, cmd := withEnvironment(t, command, name+"=")
		err := a.fillFlags(cmd)
		if err == nil && isSetting(flag) {
			_, err = a.given(cmd, "")
		}
		if err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: an empty %s gives %v", command, name, err)
		}
	})
}

// everyCommandFlag does something with every flag of ours.
func everyCommandFlag(t *testing.T, do func(t *testing.T, command string, flag *pflag.Flag)) {
	t.Helper()
	var each func(cmd *cobra.Command)
	each = func(cmd *cobra.Command) {
		path := strings.TrimPrefix(cmd.CommandPath(), "spothandler ")
		cmd.Flags().VisitAll(func(flag *pflag.Flag) {
			if flag.Name != "help" && flag.Name != "version" {
				do(t, path, flag)
			}
		})
		for _, sub := range cmd.Commands() {
			each(sub)
		}
	}
	_, root := withEnvironment(t, "")
	for _, cmd := range root.Commands() {
		each(cmd)
	}
}

// withEnvironment is a command as it is before its flags are filled.
func withEnvironment(t *testing.T, command string, environ ...string) (*app, *cobra.Command) {
	t.Helper()
	a := newApp(Streams{getenv: func(string) string { return "" }, env: environ}, nil)
	root := a.rootCommand()
	cmd, _, err := root.Find(strings.Fields(command))
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.ParseFlags(nil); err != nil {
		t.Fatal(err)
	}
	return a, cmd
}

func someValue(flag *pflag.Flag) string {
	switch flag.Value.Type() {
	case "bool":
		return "true"
	case "int":
		return "1"
	case "duration":
		return "1m"
	}
	return "value"
}
