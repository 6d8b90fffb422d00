package cli

import (
	"context"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/spothandler/spothandler/internal/cli/command"
	"github.com/spothandler/spothandler/internal/cli/doctor"
	"github.com/spothandler/spothandler/internal/cli/input"
	"github.com/spothandler/spothandler/internal/cli/install"
	"github.com/spothandler/spothandler/internal/cli/local"
	"github.com/spothandler/spothandler/internal/cli/records"
	"github.com/spothandler/spothandler/internal/cli/simulate"
	"github.com/spothandler/spothandler/internal/cli/status"
)

// Run runs the program with args, without its name, and returns the exit code.
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

// rootCommand returns the program with all its commands, which are named here alone.
func rootCommand(a *command.App) *cobra.Command {
	var asksVersion bool
	root := &cobra.Command{
		Use:   "spothandler",
		Short: "Redeploys ECS services when AWS reclaims their Fargate Spot capacity",
		Long: `spothandler installs an EventBridge rule, an IAM role, a log group and a Lambda
function that redeploy an ECS service when AWS reclaims one of its Fargate Spot
tasks: once, where it helps, before the task is stopped.

Settings are read from flags, SPOTHANDLER_<FLAG> variables and --config;
credentials and Region as by every AWS SDK (profiles, SSO, roles, AWS_REGION).

Exit codes: 0 fine, 1 error, 2 differences, 3 not installed, 130 interrupted.`,
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
	root.Flags().BoolVar(&asksVersion, "version", false, "the same as the command version")
	a.GlobalFlags(root)
	input.CompleteFunc(root, "output", input.FormatsOf)
	root.CompletionOptions.SetDefaultShellCompDirective(cobra.ShellCompDirectiveNoFileComp) // --config and --seed say otherwise
	config := configCommand(a)
	config.AddCommand(configInitCommand(a), configCheckCommand(a))
	addGroup(root, "On your account:", install.NewCommand(a), install.NewUpgradeCommand(a), status.NewCommand(a), records.NewLogsCommand(a), records.NewReportCommand(a), doctor.NewCommand(a), simulate.NewCommand(a), install.NewUninstallCommand(a), policyCommand(a), config)
	root.SetHelpCommand(input.HelpCommand())
	addGroup(root, "Without an account:", local.DemoCommand(programOf(a)), local.Command(programOf(a)))
	root.AddCommand(versionCommand(a))
	completion{a}.offerKnown(root)
	input.RefuseSecondValues(root)
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

// addGroup puts commands under a heading of the help.
func addGroup(root *cobra.Command, title string, commands ...*cobra.Command) {
	root.AddGroup(&cobra.Group{ID: title, Title: title})
	for _, command := range commands {
		command.GroupID = title
		root.AddCommand(command)
	}
}

// Commands returns the root of all commands, for what describes them: man pages, completions, documents. None of them is
// run, and nothing is read from the environment.
func Commands() *cobra.Command {
	root := rootCommand(command.New(command.NewStreams(strings.NewReader(""), io.Discard, io.Discard), nil, binaryVersion()))
	root.InitDefaultCompletionCmd() // else it is there only once a command runs
	return root
}

// onlyReads reports whether a command changes nothing in the account: those that do have --dry-run, and simulate
// --for-real.
func onlyReads(cmd *cobra.Command) bool {
	return cmd.Flags().Lookup("dry-run") == nil && !cmd.Flags().Changed("for-real")
}
