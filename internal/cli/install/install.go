package install

import (
	"context"
	"errors"
	"time"

	"github.com/spf13/cobra"

	"github.com/spothandler/spothandler/embed"
	"github.com/spothandler/spothandler/internal/cli/command"
	"github.com/spothandler/spothandler/internal/cli/input"
)

// NewCommand returns the command install.
func NewCommand(a *command.App) *cobra.Command {
	o := &options{}
	cmd := &cobra.Command{
		Use:   "install",
		Short: "Install, or change the settings of an installation",
		Long: `Install creates an installation, or updates it to the settings given by flags,
environment variables or --config. Other settings keep the values of the last
install; --config and --reset set them to their defaults. Running install again
changes nothing; running it after a failure completes the rest. It reverts
changes that were made to the resources by other means. Without --prefix, the
names of the resources have no prefix.`,
		Example: `  spothandler install --prefix prod
  spothandler install --prefix prod --memory-size 256 --dry-run
  spothandler install --cluster shop --cluster batch --tag Team=platform`,
		Annotations: map[string]string{input.MoreFormats: "markdown"},
		Args:        input.NoArguments,
		RunE:        func(cmd *cobra.Command, _ []string) error { return (&installRun{App: a, opts: o}).run(cmd) },
	}
	addInstallFlags(cmd, a, o)
	return cmd
}

func (r *installRun) run(cmd *cobra.Command) (err error) {
	if r.given, err = r.Given(cmd, r.opts.prefix); err != nil {
		return err
	}
	r.reset = r.opts.reset || cmd.Flags().Changed("config")
	if r.Installations != nil {
		return r.runPlanned(cmd.Context())
	}
	return command.RunAndDeliver(cmd.Context(), r.App, r.opts.prefix, func(ctx context.Context, a *command.App) (installOutput, error) {
		return (&installRun{a, r.opts, r.given, r.reset}).here(ctx)
	})
}

// runPlanned plans all installations of the configuration file before it applies any of them.
func (r *installRun) runPlanned(ctx context.Context) error {
	targets, _, err := r.Targets(ctx, nil)
	if err != nil {
		return err
	}
	planned := command.Planned[installOutput]{App: r.App, Verb: "install", AllOrNothing: true, Check: checkTogether, Plan: func(ctx context.Context, a *command.App) (installOutput, command.Work[installOutput], error) {
		opts := *r.opts
		opts.prefix = a.Installation.Prefix()
		return (&installRun{a, &opts, a.Installation.Given, true}).plan(ctx)
	}}
	if r.opts.upgrade {
		planned.Verb = "upgrade"
	}
	return planned.Run(ctx, targets)
}

func (r *installRun) here(ctx context.Context) (installOutput, error) {
	output, apply, err := r.plan(ctx)
	if err != nil || apply == nil {
		return output, err
	}
	return apply(ctx, r.App)
}

// plan returns the planned changes and the work that applies them, which is nil in a dry run or if nothing is to change.
func (r *installRun) plan(ctx context.Context) (installOutput, command.Work[installOutput], error) {
	prefix := r.opts.prefix
	s, err := r.Connect(ctx, func(region string) error {
		if err := r.given.Check(r.KnownIdentity(region), prefix); err != nil {
			return err
		}
		_, err := embed.Archive("arm64")
		return err
	})
	if err != nil {
		return installOutput{}, nil, err
	}
	r.PrintHeader(s, prefix)
	explain := func(err error) error {
		if errors.Is(err, command.ErrNotInstalled) {
			return err
		}
		return r.Hints().AddPolicy("", prefix, s.SayUnchanged(err))
	}
	job := &installJob{installRun: r, Connection: s, started: time.Now()}
	err = job.prepare(ctx)
	endWarnings(r.App, job.warnings)
	if err != nil {
		return installOutput{}, nil, explain(err)
	}
	if r.DryRun || len(job.Changes) == 0 {
		output, err := job.conclude()
		return output, nil, explain(err)
	}
	output, err := job.output()
	return output, func(ctx context.Context, _ *command.App) (installOutput, error) {
		err := jobRun{r.App, s, job.Install, job.Changes}.run(ctx)
		if err != nil {
			return installOutput{}, explain(job.hintRestore(job.hintBoundary(err)))
		}
		output, err := job.conclude()
		return output, explain(err)
	}, explain(err)
}
