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
	"github.com/spothandler/spothandler/internal/deploy/settings"
)

// options are install's and upgrade's own flags.
type options struct {
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

	notes []string // what text says as well, beside the status
}

func (i installAnswer) Brief() string { return show.Brief(i.Changes, i.Applied) }

func (i installAnswer) At(where command.Location) any { return installResult{where, i} }

// NewCommand returns the command install.
func NewCommand(a *command.App) *cobra.Command {
	o := &options{}
	cmd := &cobra.Command{
		Use:   "install",
		Short: "Install, or change the settings of an installation",
		Long: `Install creates an installation, or updates it to the settings that are given by
flags, variables or --config. The other settings keep their recorded values, or
get their defaults on a first install. Running it a second time changes nothing;
running it after a failure completes the rest. It reverts changes that were made
by hand.`,
		Example: `  spothandler install --prefix prod
  spothandler install --prefix prod --memory-size 256 --dry-run
  spothandler install --cluster shop --cluster batch --tag Team=platform`,
		Annotations: map[string]string{input.MoreFormats: "markdown"},
		Args:        input.NoArguments,
		RunE:        func(cmd *cobra.Command, _ []string) error { return (&installRun{App: a, asked: o}).run(cmd) },
	}
	addInstallFlags(cmd, a, o)
	return cmd
}

// addInstallFlags gives a command the flags of install.
func addInstallFlags(cmd *cobra.Command, a *command.App, o *options) {
	input.AddSettings(cmd, &o.prefix)
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.BoolVar(&o.reset, "reset", false, "reset the settings that are not given")
	flags.BoolVar(&o.adopt, "adopt", false, "take over existing resources with these names")
	flags.BoolVar(&o.allowDowngrade, "allow-downgrade", false, "replace a newer version by this one")
	flags.BoolVar(&o.detailed, "detailed-exitcode", false, "with --dry-run: exit 2 if changes are pending")
	a.AWSFlags(cmd)
	a.AnswerFileFlags(cmd)
	a.WriteFlags(cmd, "take over what --adopt finds without asking")
}

// installRun is one install or upgrade.
type installRun struct {
	*command.App
	asked *options
	given settings.Given
	reset bool // also by --config
}

func (r *installRun) run(cmd *cobra.Command) (err error) {
	if r.given, err = r.Given(cmd, r.asked.prefix); err != nil {
		return err
	}
	r.reset = r.asked.reset || cmd.Flags().Changed("config")
	if r.Installations != nil {
		return r.runPlanned(cmd.Context())
	}
	return command.AnswerInRegions(cmd.Context(), r.App, r.asked.prefix, func(ctx context.Context, a *command.App) (installAnswer, error) {
		return (&installRun{a, r.asked, r.given, r.reset}).here(ctx)
	})
}

// runPlanned installs all that the file gives, once it is known of each what will change.
func (r *installRun) runPlanned(ctx context.Context) error {
	targets, _, err := r.Targets(ctx, nil)
	if err != nil {
		return err
	}
	every := command.Planned[installAnswer]{App: r.App, Verb: "install", AllOrNothing: true, Check: oneAccount, Plan: func(ctx context.Context, a *command.App) (installAnswer, command.Work[installAnswer], error) {
		asked := *r.asked
		asked.prefix = a.Installation.Prefix()
		return (&installRun{a, &asked, a.Installation.Given, true}).plan(ctx)
	}}
	if r.asked.upgrade {
		every.Verb = "upgrade"
	}
	return every.Run(ctx, targets)
}

func (r *installRun) here(ctx context.Context) (installAnswer, error) {
	answer, left, err := r.plan(ctx)
	if err != nil || left == nil {
		return answer, err
	}
	return left(ctx, r.App)
}

// plan finds what is to change, and whether it may. It is all of a dry run.
func (r *installRun) plan(ctx context.Context) (installAnswer, command.Work[installAnswer], error) {
	prefix := r.asked.prefix
	s, err := r.Connect(ctx, func(region string) error {
		if err := r.given.Check(region, prefix); err != nil {
			return err
		}
		_, err := embed.Archive("arm64")
		return err
	})
	if err != nil {
		return installAnswer{}, nil, err
	}
	r.PrintHeader(s, prefix)
	explain := func(err error) error {
		if errors.Is(err, command.ErrNotInstalled) {
			return err
		}
		return r.AddPolicyHint("", prefix, s.SayUnchanged(err))
	}
	job := &installJob{installRun: r, Connection: s, started: time.Now()}
	err = job.prepare(ctx)
	endWarnings(r.App, job.warnings)
	if err != nil {
		return installAnswer{}, nil, explain(err)
	}
	if r.DryRun || len(job.Changes) == 0 {
		answer, err := job.conclude()
		return answer, nil, explain(err)
	}
	answer, err := job.answer()
	return answer, func(ctx context.Context, _ *command.App) (installAnswer, error) {
		err := applying{r.App, s, job.Install, job.Changes}.run(ctx)
		if err != nil {
			return installAnswer{}, explain(job.sayHowBack(err))
		}
		answer, err := job.conclude()
		return answer, explain(err)
	}, explain(err)
}

// sayHowBack adds to the error about a flag, whose value AWS refused after it was recorded, how to restore the recorded
// one: a status shows the difference until then.
func (j *installJob) sayHowBack(err error) error {
	var known *apperr.Error
	if !j.Wrote() || !errors.As(err, &known) {
		return err
	}
	explained := *known
	for _, hint := range known.Hints {
		word, _, _ := strings.Cut(hint, " ")
		flag, isFlag := strings.CutPrefix(word, "--")
		if before := j.Before(flag); isFlag && before != "" {
			explained.Hints = append(slices.Clone(explained.Hints), "spothandler install"+j.InstallationFlags(j.asked.prefix)+" "+before+"   restores the former value")
		}
	}
	return &explained
}

// installJob is an install in one region: what was found and planned on the way.
type installJob struct {
	*installRun
	*command.Connection
	*deploy.Install
	started  time.Time
	warnings []string
}

// prepare plans the install. It asks before something that is not ours is taken over.
func (j *installJob) prepare(ctx context.Context) (err error) {
	j.Install, err = deploy.PrepareInstall(ctx, j.Clients, j.ID, deploy.InstallRequest{
		Prefix: j.asked.prefix, Given: j.given, Reset: j.reset, Adopt: j.asked.adopt,
		AllowDowngrade: j.asked.allowDowngrade, Upgrade: j.asked.upgrade,
		Clusters: j.ClusterAPI(), Version: j.Version, Release: j.ReleaseFor, Warn: j.hear,
	})
	if errors.Is(err, deploy.ErrNotInstalled) {
		return j.nothingToUpgrade(ctx)
	}
	if err != nil {
		return err
	}
	if j.DryRun || len(j.Changes) == 0 { // otherwise Verify finds them
		j.FindOthers(ctx)
		return ctx.Err()
	}
	return j.confirmAdoption(ctx)
}

// answer is what was found and planned. Nothing of it is applied yet.
func (j *installJob) answer() (installAnswer, error) {
	status, err := deploy.Assess(j.Found, j.Release, j.Others)
	if err != nil {
		return installAnswer{}, err
	}
	status.Warnings = append(append([]string{}, j.warnings...), status.Warnings...)
	status.Settings = settings.JSON(j.Spec) // also of a dry run, which has recorded nothing
	status.NotChecked = append(status.NotChecked, j.NotChecked...)
	j.ClusterCheck.Add(&status)
	return installAnswer{status, append([]deploy.Change{}, j.Changes...), false, j.notes(status)}, nil
}

// conclude says what was done, or in a dry run what would be.
func (j *installJob) conclude() (installAnswer, error) {
	answer, err := j.answer()
	if err != nil {
		return installAnswer{}, err
	}
	answer.Applied = !j.DryRun && len(j.Changes) > 0
	if j.IsText() {
		j.print(answer.Installation, time.Since(j.started))
	}
	if j.DryRun && j.asked.detailed && len(j.Changes) > 0 {
		return answer, command.ErrDiffers
	}
	return answer, nil
}

// hear shows a warning at once, and keeps it for the answer.
func (j *installJob) hear(warning string) {
	j.Warn(warning)
	j.warnings = append(j.warnings, warning)
}

func (j *installJob) print(status deploy.Status, took time.Duration) {
	if j.DryRun {
		j.printDryRun()
	} else {
		j.printInstalled(status, took)
	}
}

// confirmAdoption asks before something that is not ours is taken over.
func (j *installJob) confirmAdoption(ctx context.Context) error {
	if len(j.Taken) == 0 {
		return nil
	}
	show.Plan(j.Err, j.Install)
	j.printForget()
	j.Err.Printf("\n")
	if j.Yes {
		return nil
	}
	return j.Confirm(ctx, fmt.Sprintf("Take over %s, as above?", term.Plural(len(j.Taken), "resource")), "yes")
}

// nothingToUpgrade is the verdict where there is no installation with the prefix, with the names of those that there are,
// as far as the caller may list them.
func (j *installJob) nothingToUpgrade(ctx context.Context) error {
	others, err := deploy.List(ctx, j.Clients, j.ID, j.RolePath)
	if err != nil && !apperr.IsAccessDenied(err) {
		return err
	}
	verdict := j.NotInstalled("upgrade", j.asked.prefix, j.ID.Region, others)
	if len(others) > 1 && j.Sources.PrefixOrigin == "" {
		verdict.Hints = append(verdict.Hints, "spothandler upgrade --all"+j.InstallationFlags("")+"   every one of them")
	}
	return verdict
}

func (i installAnswer) AllOutputs() []command.InstallationOutputs {
	status := i.Installation
	return []command.InstallationOutputs{{Location: command.Location{Prefix: status.Prefix, Region: status.Region, Account: status.Account}, Outputs: &status.Outputs}}
}

func (r installResult) Outputs() command.InstallationOutputs {
	return command.InstallationOutputs{Location: r.Location, Outputs: &r.Installation.Outputs}
}
