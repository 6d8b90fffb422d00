package simulate

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/spf13/cobra"

	"github.com/spothandler/spothandler/internal/cli/command"
	"github.com/spothandler/spothandler/internal/cli/input"
	"github.com/spothandler/spothandler/internal/deploy/settings"
	"github.com/spothandler/spothandler/internal/handler"
	"github.com/spothandler/spothandler/internal/simulate"
)

// NewCommand returns the command simulate.
func NewCommand(a *command.App) *cobra.Command {
	o := &options{}
	cmd := &cobra.Command{
		Use:   "simulate",
		Short: "Test the path of an interruption; redeploys only with --for-real",
		Long: `Simulate sends a test event for a running task to EventBridge, and waits for the
function's record of it, which shows that the rule, permission, function, ECS
and log group all work. The function never redeploys for a test event. If a step
fails, simulate shows which one, why, and how to fix it. It then shows the
events of a real interruption, and what the function would decide for each.

--event shows how this version's rule and function would handle an event from a
file, without an AWS account; it exits with 0 whatever they decide. --for-real
invokes the function as at a real interruption, which redeploys the service.

Without --prefix it uses the installation that covers the service. It exits with
0 if the path works, 2 if it does not or that could not be verified, 3 if
nothing is installed, and 1 if no service runs on Fargate Spot.`,
		Example: `  spothandler simulate --cluster shop --service api
  spothandler simulate --event event.json
  spothandler simulate --cluster shop --service api --for-real`,
		Annotations: map[string]string{input.OneAtATime: "true"},
		Args:        input.NoArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := o.check(a); err != nil {
				return err
			}
			if o.file != "" {
				return evaluateEvent(cmd.Context(), a, o.file)
			}
			var err error
			if o.names, err = a.Given(cmd, o.prefix); err != nil {
				return err
			}
			o.oneInstallation = cmd.Flags().Changed("prefix")
			return (&simulation{App: a, o: o}).start(cmd.Context())
		},
	}
	input.AddAddress(cmd, &o.prefix)
	flags := cmd.Flags()
	flags.StringVar(&o.cluster, "cluster", "", "cluster of the service, a name or an ARN")
	flags.StringVar(&o.service, "service", "", "service to rehearse with (default: the only one on Spot)")
	flags.StringVar(&o.task, "task", "", "task to rehearse with, its ID or ARN (default: any of the service)")
	flags.StringVar(&o.file, "event", "", "evaluate an event from a file, or - for stdin, offline")
	flags.BoolVar(&o.forReal, "for-real", false, "redeploy the service by invoking the function as at a real interruption")
	flags.BoolVarP(&a.Yes, "yes", "y", false, "redeploy without asking")
	for _, own := range []string{"cluster", "service"} { // in install's configuration file they are settings
		_ = flags.SetAnnotation(own, input.NotInFile, []string{"true"})
	}
	a.AccountFlags(cmd)
	return cmd
}

// start connects, runs and prints the result.
func (t *simulation) start(ctx context.Context) (err error) {
	t.s, err = t.Connect(ctx, func(region string) error {
		if err := settings.CheckNames(region, t.o.prefix, "", ""); err != nil {
			return err
		}
		return input.CheckLocations(t.o.resources(), t.KnownIdentity(region))
	})
	if err != nil {
		return err
	}
	t.PrintEndpoints()
	if err := input.CheckLocations(t.o.resources(), t.s.ID); err != nil {
		return err
	}
	t.ecs = ecs.NewFromConfig(t.s.Config)
	output, err := t.run(ctx)
	if err != nil {
		return t.Hints().AddPolicy(t.policyWords(), t.o.prefix, err)
	}
	if t.JSON() {
		if err := t.Out.JSON(output); err != nil {
			return err
		}
	}
	if !output.Works {
		return command.ErrDiffers
	}
	return nil
}

// policyWords returns the arguments of policy for the permissions that the rehearsal requires.
func (t *simulation) policyWords() string {
	if t.o.forReal {
		return "simulate --for-real"
	}
	return "simulate"
}

// run rehearses or redeploys, and returns the result.
func (t *simulation) run(ctx context.Context) (*Output, error) {
	if err := t.findService(ctx); err != nil {
		return nil, err
	}
	if err := t.findInstallation(ctx); err != nil {
		return nil, err
	}
	t.at = time.Now()
	t.event = simulate.PlaceholderEvent(t.service, t.clusterARN(), t.at)
	if t.task != nil {
		t.event = handler.InterruptionEvent(t.task, t.at)
	}
	if t.o.forReal {
		return t.redeploy(ctx)
	}
	return t.rehearsal(ctx)
}

func (t *simulation) rehearsal(ctx context.Context) (*Output, error) {
	t.printIntroduction()
	line := t.Err.StatusLine()
	ended := t.MuteWaitingOnTerminal()
	rehearsal := simulate.Rehearsal{
		Bus: eventbridge.NewFromConfig(t.s.Config), Logs: cloudwatchlogs.NewFromConfig(t.s.Config), Simulator: iam.NewFromConfig(t.s.Config),
		Installed: t.rehearse, Event: t.event, Service: t.serviceARN(), Progress: line.Set,
	}
	result, err := rehearsal.Run(ctx)
	line.Clear()
	ended()
	if err != nil {
		return nil, err
	}
	output := t.output(result)
	if !t.JSON() {
		t.printRehearsal(result, output)
	}
	return output, nil
}
