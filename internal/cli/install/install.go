package install

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/spothandler/spothandler/embed"
	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/cli/command"
	"github.com/spothandler/spothandler/internal/cli/input"
	"github.com/spothandler/spothandler/internal/cli/show"
	"github.com/spothandler/spothandler/internal/cli/term"
	"github.com/spothandler/spothandler/internal/deploy"
	"github.com/spothandler/spothandler/internal/deploy/resource"
	"github.com/spothandler/spothandler/internal/deploy/settings"
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

// installOutput is the JSON output of install and upgrade.
type installOutput struct {
	Installation deploy.Status     `json:"installation"`
	Changes      []resource.Change `json:"changes"`
	Applied      bool              `json:"applied"`

	notes []string // what the text output adds to the status
}

func (i installOutput) Brief() string { return show.Brief(i.Changes, i.Applied) }

func (i installOutput) At(where command.Location) any { return installResult{where, i} }

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

// installRun is one run of install or upgrade.
type installRun struct {
	*command.App
	opts  *options
	given settings.Given
	reset bool // --reset, or implied by --config
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
			return installOutput{}, explain(job.hintRestore(err))
		}
		output, err := job.conclude()
		return output, explain(err)
	}, explain(err)
}

// hintRestore adds to the error about a setting that AWS rejected after it was recorded the command that restores the
// previous value. Until then status reports a difference.
func (j *installJob) hintRestore(err error) error {
	var known *apperr.Error
	if !j.Wrote() || !errors.As(err, &known) {
		return err
	}
	explained := *known
	for _, hint := range known.Hints {
		word, _, _ := strings.Cut(hint, " ")
		flag, isFlag := strings.CutPrefix(word, "--")
		if before := j.Before(flag); isFlag && before != "" {
			explained.Hints = append(slices.Clone(explained.Hints), "spothandler install"+j.Hints().InstallationFlags(j.opts.prefix)+" "+before+"   restores the previous value")
		}
	}
	return &explained
}

// installJob is an install in one Region, with what was found and planned.
type installJob struct {
	*installRun
	*command.Connection
	*deploy.Install
	started  time.Time
	warnings []string
}

func (j *installJob) releaseFor(architecture string) (resource.Release, error) {
	return command.ReleaseFor(j.Version, architecture)
}

// prepare plans the install. It asks before it takes over resources that are not ours.
func (j *installJob) prepare(ctx context.Context) (err error) {
	j.Install, err = deploy.PrepareInstall(ctx, j.Clients, j.ID, deploy.InstallRequest{
		Prefix: j.opts.prefix, Given: j.given, Reset: j.reset, Adopt: j.opts.adopt,
		AllowDowngrade: j.opts.allowDowngrade, Upgrade: j.opts.upgrade,
		Clusters: j.ClusterAPI(), Version: j.Version, Release: j.releaseFor, Warn: j.addWarning,
	})
	if absent, ok := errors.AsType[*deploy.NotInstalledError](err); ok {
		return j.nothingToUpgrade(absent)
	}
	if err != nil || j.DryRun || len(j.Changes) == 0 {
		return err
	}
	return j.confirmAdoption(ctx)
}

// output returns what was found and planned, before anything is applied.
func (j *installJob) output() (installOutput, error) {
	status, err := deploy.Assess(j.Found, j.Release, j.Others)
	if err != nil {
		return installOutput{}, err
	}
	status.Warnings = append(append([]string{}, j.warnings...), status.Warnings...)
	status.Settings = settings.JSON(j.Spec) // also in a dry run, which records nothing
	status.NotChecked = append(status.NotChecked, j.NotChecked...)
	j.ClusterCheck.Add(&status)
	return installOutput{status, append([]resource.Change{}, j.Changes...), false, j.notes(status)}, nil
}

// conclude prints and returns what was done or, in a dry run, what would be done.
func (j *installJob) conclude() (installOutput, error) {
	output, err := j.output()
	if err != nil {
		return installOutput{}, err
	}
	output.Applied = !j.DryRun && len(j.Changes) > 0
	if j.IsText() {
		j.print(output.Installation, time.Since(j.started))
	}
	if j.DryRun && j.opts.detailed && len(j.Changes) > 0 {
		return output, command.ErrDiffers
	}
	return output, nil
}

// addWarning prints a warning immediately, and keeps it for the JSON output.
func (j *installJob) addWarning(warning string) {
	j.Warn(warning)
	j.warnings = append(j.warnings, warning)
}

func (j *installJob) print(status deploy.Status, took time.Duration) {
	if j.DryRun {
		j.printDryRun(status)
	} else {
		j.printInstalled(status, took)
	}
}

// confirmAdoption asks before resources that are not ours are taken over.
func (j *installJob) confirmAdoption(ctx context.Context) error {
	if len(j.Taken) == 0 {
		return nil
	}
	show.Plan(j.Err, j.Install)
	j.printTerraform()
	j.Err.Printf("\n")
	if j.Yes {
		return nil
	}
	if err := j.Confirm(ctx, fmt.Sprintf("Take over %s as shown above?", term.Plural(len(j.Taken), "resource")), "yes"); err != nil {
		return err
	}
	return j.Recheck(ctx)
}

// nothingToUpgrade returns the error for a prefix that is not installed. It names the existing installations if the caller
// may list them.
func (j *installJob) nothingToUpgrade(absent *deploy.NotInstalledError) error {
	if absent.Err != nil && !apperr.IsAccessDenied(absent.Err) {
		return absent.Err
	}
	if absent.Err != nil {
		return j.NotInstalledUnlisted(j.opts.prefix, j.ID.Region)
	}
	verdict := j.NotInstalled("upgrade", j.opts.prefix, j.ID.Region, absent.Others)
	if len(absent.Others) > 1 && j.Sources.PrefixOrigin == "" {
		verdict.Hints = append(verdict.Hints, "spothandler upgrade --all"+j.Hints().InstallationFlags("")+"   upgrades all of them")
	}
	return verdict
}

func (i installOutput) AllOutputs() []command.InstallationOutputs {
	status := i.Installation
	return []command.InstallationOutputs{{Location: command.Location{Prefix: status.Prefix, Region: status.Region, Account: status.Account}, Outputs: &status.Outputs}}
}

func (r installResult) Outputs() command.InstallationOutputs {
	return command.InstallationOutputs{Location: r.Location, Outputs: &r.Installation.Outputs}
}
