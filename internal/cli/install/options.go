package install

import (
	"github.com/spf13/cobra"

	"github.com/spothandler/spothandler/internal/cli/command"
	"github.com/spothandler/spothandler/internal/cli/input"
)

// options are install's and upgrade's own flags.
type options struct {
	prefix         string
	reset          bool
	adopt          bool
	allowDowngrade bool
	detailed       bool
	upgrade        bool // the installation must exist
}

// addInstallFlags adds the flags of install to a command.
func addInstallFlags(cmd *cobra.Command, a *command.App, o *options) {
	input.AddSettings(cmd, &o.prefix)
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.BoolVar(&o.reset, "reset", false, "reset all other settings to their defaults")
	flags.BoolVar(&o.adopt, "adopt", false, "take over existing resources with these names")
	flags.BoolVar(&o.allowDowngrade, "allow-downgrade", false, "replace a newer version with this one")
	flags.BoolVar(&o.detailed, "detailed-exitcode", false, "with --dry-run: exit with 2 if changes are pending")
	a.AWSFlags(cmd)
	a.ResultFileFlags(cmd)
	a.WriteFlags(cmd, "take over resources without asking")
}
