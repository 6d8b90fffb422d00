package doctor

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/spothandler/spothandler/internal/cli/command"
	"github.com/spothandler/spothandler/internal/cli/input"
	"github.com/spothandler/spothandler/internal/doctor"
)

// NewCommand returns the command doctor.
func NewCommand(a *command.App) *cobra.Command {
	o := &options{}
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "Check whether your services are ready for an interruption",
		Long: `Doctor checks every ECS service in the Region that runs on Fargate Spot: what
happens to it at an interruption, what would cause harm, and how to fix it. It
changes nothing, and requires no installation. What the caller is not permitted
to read is reported as not checked.

It exits with 2 if there is an error or, with --strict, a warning or a check
that could not be made, and with 1 if nothing could be read. To accept a
finding, use --ignore SPOT103 or the service's tag
spothandler-ignore=SPOT103+SPOT110, since a tag cannot contain a comma.`,
		Example: `  spothandler doctor
  spothandler doctor --cluster shop --service api --strict
  spothandler doctor --explain SPOT104
  spothandler doctor -o markdown > report.md`,
		Args:        input.NoArguments,
		Annotations: map[string]string{input.MoreFormats: "markdown"},
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := o.check(cmd); err != nil {
				return err
			}
			if cmd.Flags().Changed("explain") {
				return explainCheck(a, o.explain)
			}
			enabled, err := o.everywhere(cmd.Context(), a)
			if err != nil {
				return err
			}
			runs, id, err := command.RunOncePerRegion(cmd.Context(), a, func(ctx context.Context, a *command.App) (Output, error) { return examine(ctx, a, o) })
			if err != nil {
				return err
			}
			if len(runs) == 0 {
				return o.nowhere(a, id, enabled)
			}
			err = command.DeliverAll(cmd.Context(), a, runs)
			a.PrintEndpointsBelow()
			return err
		},
	}
	input.AddConfig(cmd, "YAML file of install, for region, profile, role-arn and expect-account")
	flags := cmd.Flags()
	flags.StringSliceVar(&o.clusters, "cluster", nil, "only this cluster, a name or an ARN; repeatable")
	flags.StringSliceVar(&o.services, "service", nil, "only this service: NAME, CLUSTER/NAME or ARN; repeatable")
	flags.StringSliceVar(&o.ignored, "ignore", nil, "accept the findings of this check, or that it cannot be made; repeatable")
	flags.StringVar(&o.explain, "explain", "", "explain a check: why it matters, how to fix it, and where AWS documents it")
	flags.BoolVar(&o.strict, "strict", false, "exit with 2 also for a warning or a check that could not be made")
	input.Complete(cmd, "ignore", doctor.Codes()...)
	input.Complete(cmd, "explain", doctor.Codes()...)
	_ = flags.SetAnnotation("cluster", input.NotInFile, []string{"true"}) // in install's configuration file it is a setting
	a.AWSFlags(cmd)
	flags.Lookup("all-regions").Usage = "every Region that has an ECS cluster"
	a.ResultFileFlags(cmd)
	return cmd
}

// examine runs doctor in one Region.
func examine(ctx context.Context, a *command.App, o *options) (Output, error) {
	resources := input.Resources(o.clusters, o.services)
	s, err := a.Connect(ctx, func(region string) error { return input.CheckLocations(resources, a.KnownIdentity(region)) })
	if err != nil {
		return Output{}, err
	}
	if err := input.CheckLocations(resources, s.ID); err != nil {
		return Output{}, err
	}
	read := newReader(a, s, o)
	if err := read.all(ctx); err != nil {
		return Output{}, err
	}
	if err := o.unreadable(read.facts); err != nil {
		return Output{}, err
	}
	result := newResult(read.regionFacts, o, a.Hints())
	if a.IsText() { // otherwise the caller prints it
		textPrinter{a, result}.print()
	}
	if worst := result.worst(); worst == doctor.Error || o.strict && (worst == doctor.Warning || result.incomplete()) {
		return result.output(a.Version), command.ErrDiffers
	}
	return result.output(a.Version), nil
}
