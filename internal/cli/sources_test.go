package cli

import (
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/spothandler/spothandler/internal/apperr/apperrtest"
	"github.com/spothandler/spothandler/internal/cli/command"
	"github.com/spothandler/spothandler/internal/cli/input"
)

// Every flag of every command can be set by its variable, except those that give consent, widen the scope or disable a check,
// which are rejected, and those whose variable is a setting of the same name.
func TestEveryFlagHasAVariable(t *testing.T) {
	everyCommandFlag(t, func(t *testing.T, command string, flag *pflag.Flag) {
		name := "SPOTHANDLER_" + strings.ToUpper(strings.ReplaceAll(flag.Name, "-", "_"))
		a, cmd := withEnvironment(t, command, name+"="+someValue(flag))
		err := a.Sources.Fill(cmd)
		filled := cmd.Flags().Lookup(flag.Name)
		switch {
		case isAnotherSetting(command, flag):
			if err != nil || filled.Changed {
				t.Errorf("%s: --%s was given by a variable that holds the clusters to watch: %v", command, flag.Name, err)
			}
		case !slices.Contains([]string{"yes", "force", "adopt", "allow-downgrade", "reset", "all", "all-regions", "for-real", "overwrite", "explain", "event"}, flag.Name):
			if flag.Name == "config" || flag.Name == "only" {
				err = nil // there is no such file, or none
			}
			if err != nil || !filled.Changed || a.Sources.Origins[flag.Name] != name {
				t.Errorf("%s: --%s is not filled: %v", command, flag.Name, err)
			}
		case err == nil || filled.Changed:
			t.Errorf("%s: --%s was given by a variable", command, flag.Name)
		}
	})
}

// isAnotherSetting reports whether the flag selects what to read, while its variable is a setting.
func isAnotherSetting(command string, flag *pflag.Flag) bool {
	return flag.Name == "cluster" && slices.Contains([]string{"doctor", "logs", "simulate"}, command)
}

// An empty variable is an error for every command and flag.
func TestEmptyVariable(t *testing.T) {
	everyCommandFlag(t, func(t *testing.T, command string, flag *pflag.Flag) {
		name := "SPOTHANDLER_" + strings.ToUpper(strings.ReplaceAll(flag.Name, "-", "_"))
		a, cmd := withEnvironment(t, command, name+"=")
		err := a.Sources.Fill(cmd)
		if err == nil && input.IsSetting(flag) {
			_, err = a.Given(cmd, "")
		}
		if isAnotherSetting(command, flag) {
			return
		}
		if err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: an empty %s gives %v", command, name, err)
		}
	})
}

// A scalar flag with two different values is an error.
func TestEveryScalarFlagIsGivenOnce(t *testing.T) {
	everyCommandFlag(t, func(t *testing.T, command string, flag *pflag.Flag) {
		first, second := someValue(flag), map[string]string{"bool": "false", "int": "2", "duration": "2m", "string": "other"}[flag.Value.Type()]
		if second == "" {
			return // a list
		}
		parse := func(texts ...string) error {
			_, cmd := withEnvironment(t, command)
			for _, text := range texts {
				if err := cmd.ParseFlags([]string{"--" + flag.Name + "=" + text}); err != nil {
					return input.FlagError(cmd, err)
				}
			}
			return nil
		}
		apperrtest.Refused(t, parse(first, second), "--"+flag.Name+" is given twice, as "+strconv.Quote(first)+" and "+strconv.Quote(second), "give it once")
		if err := parse(first, first); err != nil {
			t.Errorf("%s --%s twice the same: %v", command, flag.Name, err)
		}
	})
}

// A list flag can be repeated, and the help still has its type.
func TestListFlagsAreRepeatable(t *testing.T) {
	for _, line := range []string{"--region eu-west-1 --region us-east-1", "--tag A=1 --tag B=2", "--cluster a --cluster b"} {
		_, cmd := withEnvironment(t, "install")
		if err := cmd.ParseFlags(strings.Fields(line)); err != nil {
			t.Errorf("%s: %v", line, err)
		}
	}
}

// A guard that a command does not support is an error if the command would make changes.
func TestGuardVariableWithoutAFlag(t *testing.T) {
	for _, test := range []struct {
		line, variable string
		refused        bool
	}{
		{"simulate --for-real --yes", "SPOTHANDLER_DRY_RUN=true", true},
		{"simulate --for-real", "SPOTHANDLER_DRY_RUN=1", true},
		{"simulate --for-real", "SPOTHANDLER_DRY_RUN=", true},
		{"simulate --for-real", "SPOTHANDLER_DRY_RUN=false", false},
		{"simulate --for-real", "SPOTHANDLER_EXPECT_ACCOUNT=111122223333", false}, // which it has
		{"simulate", "SPOTHANDLER_DRY_RUN=true", false},
		{"status", "SPOTHANDLER_DRY_RUN=true", false},
		{"install", "SPOTHANDLER_DRY_RUN=true", false},
	} {
		words := strings.Fields(test.line)
		a, cmd := withEnvironment(t, words[0], test.variable)
		if err := cmd.ParseFlags(words[1:]); err != nil {
			t.Fatal(err)
		}
		err := a.Sources.Fill(cmd)
		if test.refused {
			apperrtest.Refused(t, err, "SPOTHANDLER_DRY_RUN is set, but spothandler simulate does not support --dry-run and would make changes", "unset SPOTHANDLER_DRY_RUN")
		} else if err != nil {
			t.Errorf("%s with %s: %v", test.line, test.variable, err)
		}
	}
}

// Every other command that makes changes supports every guard.
func TestChangingCommandsHaveTheGuards(t *testing.T) {
	everyCommandFlag(t, func(t *testing.T, command string, flag *pflag.Flag) {
		if flag.Name != "yes" || command == "simulate" {
			return
		}
		_, cmd := withEnvironment(t, command)
		for _, guard := range input.Guards() {
			if cmd.Flags().Lookup(guard) == nil {
				t.Errorf("%s has no --%s", command, guard)
			}
		}
	})
}

// everyCommandFlag calls do for every flag of every command.
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

// withEnvironment returns a command before its flags are filled.
func withEnvironment(t *testing.T, line string, environ ...string) (*command.App, *cobra.Command) {
	t.Helper()
	a := command.New(command.Streams{Environ: environ}, nil, binaryVersion())
	root := rootCommand(a)
	cmd, _, err := root.Find(strings.Fields(line))
	if err != nil {
		t.Fatal(err)
	}
	cmd.SetContext(t.Context())
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
