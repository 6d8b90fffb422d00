package cli

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/cli/command"
	"github.com/spothandler/spothandler/internal/cli/input"
	"github.com/spothandler/spothandler/internal/cli/term"
	"github.com/spothandler/spothandler/internal/deploy/settings"
)

func configCommand(*command.App) *cobra.Command {
	return &cobra.Command{
		Use:   "config",
		Short: "Check a configuration file, or create one from what is installed",
		Long: `A configuration file contains the settings of an installation, with the names of
the flags as keys, and prefix, region, profile, role-arn and expect-account.
Several installations are listed by name under "installations"; the keys above
it apply to all of them. --only selects some of them. A setting on the command
line applies to every selected installation.

install and upgrade with --config apply the settings in the file, and reset all
others to their defaults. They keep the names and the role path, which never
change, and a permissions boundary and a failure destination in another account,
which only an explicit value changes. Other commands change no settings.`,
		SuggestionsMinimumDistance: 2,

		Args: input.UnknownCommand,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
}

// configOutput is the JSON output of the config commands.
type configOutput struct {
	File          string             `json:"file"` // "" if the text was printed
	Installations []configuredOutput `json:"installations"`
	Text          string             `json:"text,omitempty"` // of the file
}

// configuredOutput is one installation in a file.
type configuredOutput struct {
	Name    string   `json:"name"` // "" if the file contains only one
	Prefix  string   `json:"prefix"`
	Regions []string `json:"regions"` // empty: the Region of the AWS configuration
	Account string   `json:"account"` // "" means any
}

func configCheckCommand(a *command.App) *cobra.Command {
	return &cobra.Command{
		Use:   "check FILE",
		Short: "Check a configuration file without calling AWS",
		Long: `Check validates a file as --config does, and lists its installations. It calls
no AWS service: "install --config FILE --dry-run" also checks that the names are
free, that the clusters exist, and that no two installations are the same one.
FILE may be -, which reads standard input.`,
		Example: `  spothandler config check spothandler.yaml
  envsubst < template.yaml | spothandler config check -`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return apperr.Invalid("spothandler config check FILE", "config check takes one file")
			}
			return nil
		},
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return []string{"yaml", "yml"}, cobra.ShellCompDirectiveFilterFileExt
		},
		RunE: func(cmd *cobra.Command, args []string) error { return configCheck{a}.run(cmd.Context(), args[0]) },
	}
}

// configCheck is a run of config check.
type configCheck struct{ *command.App }

func (c configCheck) run(ctx context.Context, path string) error {
	if strings.TrimSpace(path) == "" {
		return apperr.Invalid("spothandler config check FILE", "the name of the file is empty")
	}
	file, err := input.Read(ctx, func() (settings.File, error) {
		if path == "-" {
			return settings.ReadFrom(c.Stdin, "standard input")
		}
		return settings.ReadFile(path)
	})
	if err != nil {
		return err
	}
	if err := file.Check(ctx); err != nil {
		return err
	}
	output := configuredIn(file)
	if c.JSON() {
		return c.Out.JSON(output)
	}
	c.print(output)
	return nil
}

// configuredIn returns the installations in a file.
func configuredIn(file settings.File) configOutput {
	output := configOutput{File: file.Path, Installations: []configuredOutput{}}
	all := file.Installations
	if all == nil {
		all = []settings.Installation{{Values: file.Values}}
	}
	for _, each := range all {
		output.Installations = append(output.Installations, configuredOutput{each.Name, each.Prefix(), append([]string{}, each.Regions()...), each.Account()})
	}
	return output
}

func (c configCheck) print(output configOutput) {
	out := c.Out
	out.Print(out.Success(output.File + " is valid: " + term.Plural(len(output.Installations), "installation")))
	names, prefixes, regions := 0, 0, 0
	cells := func(each configuredOutput) (name, prefix, where string) {
		prefix, where = "no prefix", "the configuration's Region"
		if each.Prefix != "" {
			prefix = "prefix " + each.Prefix
		}
		if len(each.Regions) > 0 {
			where = strings.Join(each.Regions, ", ")
		}
		return each.Name, prefix, where
	}
	for _, each := range output.Installations {
		name, prefix, where := cells(each)
		names, prefixes, regions = max(names, term.Width(name)), max(prefixes, term.Width(prefix)), max(regions, term.Width(where))
	}
	for _, each := range output.Installations {
		name, prefix, where := cells(each)
		account := "any account"
		if each.Account != "" {
			account = "account " + each.Account
		}
		line := term.Pad(prefix, prefixes) + "  " + term.Pad(where, regions) + "  " + account
		if names > 0 {
			line = term.Pad(name, names) + "  " + line
		}
		out.Printf("  %s\n", line)
	}
}
