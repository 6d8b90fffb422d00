package config

import (
	"github.com/spf13/cobra"

	"github.com/spothandler/spothandler/internal/cli/command"
	"github.com/spothandler/spothandler/internal/cli/input"
)

// NewCommand returns the command config with its subcommands.
func NewCommand(a *command.App) *cobra.Command {
	cmd := &cobra.Command{
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
	cmd.AddCommand(initCommand(a), checkCommand(a))
	return cmd
}
