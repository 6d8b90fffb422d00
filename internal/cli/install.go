package cli

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/spothandler/spothandler/embed"
	"github.com/spothandler/spothandler/internal/deploy"

	"github.com/spothandler/spothandler/internal/deploy/settings"
)

// installOptions are install's and upgrade's own flags.
type installOptions struct {
	prefix         string
	reset          bool
	adopt          bool
	allowDowngrade bool
	detailed       bool
	upgrade        bool // an installation must be there
}

// installAnswer is install's JSON.
type installAnswer struct {
	Installation deploy.Status   `json:"installation"`
	Changes      []deploy.Change `json:"changes"`
	Applied      bool            `json:"applied"`
}

func (i installAnswer) brief() string { return briefly(i.Changes, i.Applied) }

func (i installAnswer) at(where place) any {
	return struct {
		place
		installAnswer
	}{where, i}
}

func installCommand(a *app) *cobra.Command {
	o := &installOptions{}
	cmd := &cobra.Command{
		Use:   "install",
		Short: "Install, or bring an installation to what is asked for",
		Long: `Install converges: a setting given by flag, environment or --config is set, the
others keep what was recorded, or the default on a first install. Running it
twice changes nothing the second time; running it after a failure finishes the
rest; what was changed by hand is healed.`,
		Example: `  spothandler install --prefix prod
  spothandler install --prefix prod --memory-size 256 --dry-run
  spothandler install --cluster shop --cluster batch --tag Team=platform`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.install(cmd, o) },
	}
	a.installFlags(cmd, o)
	return cmd
}

func (a *app) installFlags(cmd *cobra.Command, o *installOptions) {
	addSettings(cmd, &o.prefix)
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.BoolVar(&o.reset, "reset", false, "reset the settings that are not given")
	flags.BoolVar(&o.adopt, "adopt", false, "take over what stands under these names")
	flags.BoolVar(&o.allowDowngrade, "allow-downgrade", false, "change an installation of a newer version")
	flags.BoolVar(&o.detailed, "detailed-exitcode", false, "with --dry-run: exit 2 if changes are pending")
	a.awsFlags(cmd)
	a.writeFlags(cmd, "take over what --adopt finds without asking")
}

func (a *app) install(cmd *cobra.Command, o *installOptions) error {
	given, err := a.given(cmd, o.prefix)
	if err != nil {
		return err
	}
	reset := o.reset || cmd.Flags().Changed("config")
	return inRegions(cmd.Context(), a, o.prefix, a.nowhereInstalled, func(ctx context.Context, a *app) (installAnswer, error) {
		return a.installHere(ctx, o, given, reset)
	})
}

func (a *app) installHere(ctx context.Context, o *installOptions, given settings.Given, reset bool) (installAnswer, error) {
	s, err := a.connect(ctx, func(region string) error {
		if err := given.Check(region, o.prefix); err != nil {
			return err
		}
		_, err := embed.Archive("arm64")
		return err
	})
	if err != nil {
		return installAnswer{}, err
	}
	job := &installJob{app: a, connection: s, given: given, reset: reset, installOptions: o}
	a.printHeader(s, o.prefix)
	answer, err := job.run(ctx)
	if errors.Is(err, errNotInstalled) {
		return answer, err
	}
	return answer, a.pointToPolicy("", o.prefix, s.SayUnchanged(err))
}

// installJob is one install: what is asked for, and what was found and planned on the way.
type installJob struct {
	*app
	*connection
	*installOptions
	*deploy.Install
	given    settings.Given
	reset    bool
	warnings []string
}

func (j *installJob) run(ctx context.Context) (installAnswer, error) {
	started := time.Now()
	var err error
	j.Install, err = deploy.PrepareInstall(ctx, j.clients, j.id, deploy.InstallRequest{
		Prefix: j.installOptions.prefix, Given: j.given, Reset: j.reset, Adopt: j.adopt,
		AllowDowngrade: j.allowDowngrade, Upgrade: j.upgrade,
		Clusters: j.clusters(), Version: binaryVersion(), Release: releaseFor, Warn: j.hear,
	})
	if errors.Is(err, deploy.ErrNotInstalled) {
		return installAnswer{}, j.nothingToUpgrade(ctx)
	}
	if err != nil {
		return installAnswer{}, err
	}
	if j.dryRun {
		j.LookAround(ctx)
		err = ctx.Err()
	} else {
		err = j.change(ctx)
	}
	if err != nil {
		return installAnswer{}, err
	}
	status, err := deploy.Assess(j.Found, j.Release, j.Others)
	if err != nil {
		return installAnswer{}, err
	}
	status.Warnings = append(append([]string{}, j.warnings...), status.Warnings...)
	status.Settings = settings.JSON(j.Spec) // also of a dry run, which has recorded nothing
	status.NotChecked = append(status.NotChecked, j.NotChecked...)
	j.ClusterCheck.Add(&status)
	answer := installAnswer{status, append([]deploy.Change{}, j.Changes...), !j.dryRun && len(j.Changes) > 0}
	if !j.json() {
		j.print(status, time.Since(started))
	}
	if j.dryRun && j.detailed && len(j.Changes) > 0 {
		return answer, errDiffers
	}
	return answer, nil
}

// hear shows a warning at once, and keeps it for the answer.
func (j *installJob) hear(warning string) {
	j.warn(warning)
	j.warnings = append(j.warnings, warning)
}

func (j *installJob) print(status deploy.Status, took time.Duration) {
	if j.dryRun {
		j.printDryRun()
	} else {
		j.printInstalled(status, took)
	}
}

// change applies the plan and looks again. An install that has nothing to change asks for nothing more.
func (j *installJob) change(ctx context.Context) error {
	if len(j.Changes) == 0 {
		return nil
	}
	if err := j.confirmAdoption(ctx); err != nil {
		return err
	}
	if err := j.apply(ctx, j.connection, j.Install, j.Changes); err != nil {
		return err
	}
	return j.verify(ctx, j.Install, j.Changes)
}

// confirmAdoption asks before something that is not ours is taken over.
func (j *installJob) confirmAdoption(ctx context.Context) error {
	if len(j.Taken) == 0 {
		return nil
	}
	printPlan(j.err, j.Install)
	j.printForget()
	j.err.Printf("\n")
	if j.yes {
		return nil
	}
	return j.confirm(ctx, fmt.Sprintf("Take over %s, as above?", plural(len(j.Taken), "resource")), "yes")
}
