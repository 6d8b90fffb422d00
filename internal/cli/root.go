package cli

import (
	"cmp"
	"context"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/spothandler/spothandler/internal/cli/command"
	"github.com/spothandler/spothandler/internal/cli/config"
	"github.com/spothandler/spothandler/internal/cli/doctor"
	"github.com/spothandler/spothandler/internal/cli/input"
	"github.com/spothandler/spothandler/internal/cli/install"
	"github.com/spothandler/spothandler/internal/cli/local"
	"github.com/spothandler/spothandler/internal/cli/policy"
	"github.com/spothandler/spothandler/internal/cli/records"
	"github.com/spothandler/spothandler/internal/cli/simulate"
	"github.com/spothandler/spothandler/internal/cli/status"
)

// Run runs the program with the given arguments, which do not include the program name, and returns the exit code.
func Run(ctx context.Context, args []string, s command.Streams) int {
	a := command.New(s, args, binaryVersion())
	root := rootCommand(a)
	root.SetArgs(args)
	root.SetIn(s.Stdin)
	root.SetOut(a.Out.Lines())
	root.SetErr(a.Err.Lines())
	err := input.UnknownWord(root, args)
	if err != nil {
		a.DetectFormat()
	} else {
		err = root.ExecuteContext(ctx)
	}
	return a.Finish(ctx, err)
}

// rootCommand returns the root command with all subcommands. This is the only place that lists them.
func rootCommand(a *command.App) *cobra.Command {
	var asksVersion bool
	root := &cobra.Command{
		Use:   "spothandler",
		Short: "Redeploys ECS services when AWS reclaims their Fargate Spot capacity",
		Long: `spothandler installs an EventBridge rule, an IAM role, a log group and a Lambda
function that redeploy an ECS service when AWS reclaims one of its Fargate Spot
tasks: once, where it helps, before the task is stopped.

Settings come from flags, SPOTHANDLER_<FLAG> variables and --config; credentials
and Region are found as by every AWS SDK (profiles, SSO, roles, AWS_REGION).

Exit codes: 0 success, 1 error, 2 differences or findings, 3 not installed, 130
interrupted.`,
		SilenceUsage:  true,
		SilenceErrors: true,

		SuggestionsMinimumDistance: 2,

		Args: input.UnknownCommand,
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error {
			return a.Configure(cmd, onlyReads(cmd))
		},
		RunE: func(cmd *cobra.Command, _ []string) error {
			if asksVersion {
				return showVersion(a)
			}
			return cmd.Help()
		},
	}
	root.Flags().BoolVar(&asksVersion, "version", false, "print the version")
	a.GlobalFlags(root)
	input.CompleteFunc(root, "output", input.FormatsOf)
	root.CompletionOptions.SetDefaultShellCompDirective(cobra.ShellCompDirectiveNoFileComp) // overridden for --config and --seed
	addGroup(
		root, "In an AWS account:",
		install.NewCommand(a), install.NewUpgradeCommand(a), status.NewCommand(a),
		records.NewLogsCommand(a), records.NewReportCommand(a), doctor.NewCommand(a), simulate.NewCommand(a),
		install.NewUninstallCommand(a), policy.NewCommand(a), config.NewCommand(a),
	)
	addGroup(root, "Without an AWS account:", local.DemoCommand(programOf(a)), local.Command(programOf(a)))
	root.AddCommand(versionCommand(a))
	root.SetHelpCommand(input.HelpCommand())
	completion{a}.offerKnown(root)
	input.RefuseSecondValues(root)
	help := root.HelpFunc()
	root.SetHelpFunc(func(cmd *cobra.Command, args []string) {
		cmd.Long = input.Reflow(cmp.Or(cmd.Long, cmd.Short), a.Out.Width)
		help(cmd, args)
	})
	root.SetUsageFunc(func(cmd *cobra.Command) error {
		input.PrintUsage(cmd, a.Out.Width)
		return nil
	})
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		a.DetectFormat()
		return input.FlagError(cmd, err)
	})
	return root
}

// addGroup adds commands under a heading of the help.
func addGroup(root *cobra.Command, title string, commands ...*cobra.Command) {
	root.AddGroup(&cobra.Group{ID: title, Title: title})
	for _, command := range commands {
		command.GroupID = title
		root.AddCommand(command)
	}
}

// Commands returns the root command for tools that describe it: man pages, completions, documents. The commands must not
// be run.
func Commands() *cobra.Command {
	root := rootCommand(command.New(command.NewStreams(strings.NewReader(""), io.Discard, io.Discard), nil, binaryVersion()))
	root.InitDefaultCompletionCmd() // cobra adds it only when a command runs
	return root
}

// onlyReads reports whether a command changes nothing in the account. Commands that do have --dry-run, or are simulate with
// --for-real.
func onlyReads(cmd *cobra.Command) bool {
	return cmd.Flags().Lookup("dry-run") == nil && !cmd.Flags().Changed("for-real")
}
