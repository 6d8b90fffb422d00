package status

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/spothandler/spothandler/internal/cli/command"
	"github.com/spothandler/spothandler/internal/cli/input"
)

// NewCommand returns the command status.
func NewCommand(a *command.App) *cobra.Command {
	o := &options{}
	cmd := &cobra.Command{
		Use:   "status",
		Short: "Show what is installed, and whether it is healthy",
		Long: `Status compares each installation with its recorded settings, and changes
nothing. Without --prefix it shows every installation in the Region, including
one whose role was deleted. With --all-regions it searches every Region that is
enabled for the account. It exits with 0 if all are healthy, 2 if one is not,
and 3 if there is none. What the caller is not permitted to read is reported as
not checked.

It also counts what the functions did in the last 24 hours, from their logs.
That does not affect the exit code, and --no-history omits it. With --watch it
refreshes every few seconds, until Ctrl-C.`,
		Example: `  spothandler status
  spothandler status --prefix prod --no-history -o json
  spothandler status --all-regions
  spothandler status --watch`,
		Annotations: map[string]string{input.MoreFormats: "markdown"},
		Args:        input.NoArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			var err error
			if o.names, err = a.Given(cmd, o.prefix); err != nil {
				return err
			}
			o.one = cmd.Flags().Changed("prefix")
			return run{App: a, opts: o, unchecked: &unchecked{}}.start(cmd.Context())
		},
	}
	input.AddAddress(cmd, &o.prefix)
	cmd.Flags().BoolVar(&o.noHistory, "no-history", false, "do not read what the functions did in the last 24 hours")
	cmd.Flags().BoolVar(&o.watch, "watch", false, "refresh every few seconds, on a terminal, until Ctrl-C")
	a.AWSFlags(cmd)
	cmd.Flags().Lookup("all-regions").Usage = "every Region that is enabled for the account"
	a.ResultFileFlags(cmd)
	return cmd
}

func (r run) start(ctx context.Context) error {
	if err := r.checkWatch(); err != nil {
		return err
	}
	if r.opts.watch {
		return r.watch(ctx)
	}
	return r.once(ctx)
}
