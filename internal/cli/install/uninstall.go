package install

import (
	"cmp"
	"context"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/cli/command"
	"github.com/spothandler/spothandler/internal/cli/input"
	"github.com/spothandler/spothandler/internal/cli/show"
	"github.com/spothandler/spothandler/internal/cli/term"
	"github.com/spothandler/spothandler/internal/deploy"
	"github.com/spothandler/spothandler/internal/deploy/resource"
	"github.com/spothandler/spothandler/internal/deploy/settings"
)

// uninstallOptions are uninstall's own flags.
type uninstallOptions struct {
	prefix   string
	names    settings.Given
	all      bool // every installation of the configuration file
	keepLogs bool
	force    bool
}

// uninstallOutput is the JSON output of uninstall.
type uninstallOutput struct {
	Changes  []resource.Change `json:"changes"`
	Applied  bool              `json:"applied"`
	Warnings []string          `json:"warnings"`
	// Remaining are the resources under the installation's names that are not removed.
	Remaining []resource.ID `json:"remaining"`

	where command.Location
}

func (u uninstallOutput) Brief() string { return show.Brief(u.Changes, u.Applied) }

func (u uninstallOutput) At(where command.Location) any { return uninstallResult{where, u} }

// NewUninstallCommand returns the command uninstall.
func NewUninstallCommand(a *command.App) *cobra.Command {
	o := &uninstallOptions{}
	cmd := &cobra.Command{
		Use:   "uninstall",
		Short: "Remove everything that install created",
		Long: `Uninstall removes an installation and its logs, whatever its state, and leaves
nothing behind. If nothing is installed, it exits with 0, as rm -f does. It asks
for confirmation on a terminal, and requires --yes elsewhere. Your ECS services
are not touched. Without --prefix it removes the installation that has no
prefix.

It stops before the first deletion if it would also delete an addition that
spothandler did not make, such as a second target of the rule, or if some of the
resources with the installation's names do not belong to it. With --force it
deletes such additions, and keeps the resources that do not belong to it.`,
		Example: `  spothandler uninstall --prefix prod
  spothandler uninstall --prefix prod --keep-logs --yes`,
		Annotations: map[string]string{input.MoreFormats: "markdown"},
		Args:        input.NoArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			var err error
			if o.names, err = a.Given(cmd, o.prefix); err != nil {
				return err
			}
			return uninstallRun{a, o}.run(cmd.Context())
		},
	}
	input.AddAddress(cmd, &o.prefix)
	flags := cmd.Flags()
	flags.BoolVar(&o.all, "all", false, "remove every installation in the --config file")
	flags.BoolVar(&o.keepLogs, "keep-logs", false, "keep the log group and its logs")
	flags.BoolVar(&o.force, "force", false, "delete additions that spothandler did not make, and keep what does not belong to the installation, instead of stopping")
	a.AWSFlags(cmd)
	a.ResultFileFlags(cmd)
	a.WriteFlags(cmd, "remove without asking")
	return cmd
}

// uninstallRun is one run of uninstall.
type uninstallRun struct {
	*command.App
	opts *uninstallOptions
}

func (u uninstallRun) run(ctx context.Context) error {
	if err := checkSeveral(u.App, u.opts.all); err != nil {
		return err
	}
	targets, id, err := u.Targets(ctx, &u.opts.prefix)
	switch {
	case err != nil:
		return err
	case len(targets) == 0:
		return u.nothingAnywhere(ctx, id)
	case targets[0].Name != "":
		planned := command.Planned[uninstallOutput]{App: u.App, Verb: "remove", AllOrNothing: u.Installations != nil, Plan: u.plan, Confirm: u.confirm}
		return planned.Run(ctx, targets)
	}
	return u.removeOne(ctx, targets[0])
}

// removeOne removes the installation at the only target.
func (u uninstallRun) removeOne(ctx context.Context, only command.Target) error {
	v := &command.TargetRun[uninstallOutput]{App: u.ForTarget(only), Target: only}
	output, remove, err := u.plan(ctx, v.App)
	if err == nil && remove != nil {
		v.Result = output
		if err = u.confirm(ctx, []*command.TargetRun[uninstallOutput]{v}); err == nil {
			output, err = remove(ctx, v.App)
		}
	}
	if err != nil {
		return err
	}
	return u.Deliver(output)
}

// plan returns what is to be removed at a target and the work that removes it, which is nil if nothing is to be done.
func (u uninstallRun) plan(ctx context.Context, a *command.App) (uninstallOutput, command.Work[uninstallOutput], error) {
	opts := *u.opts
	if a.Installation != nil {
		opts.prefix, opts.names = a.Installation.Prefix(), a.Installation.Given
	}
	r := &removal{App: a, opts: &opts, started: time.Now(), output: uninstallOutput{Changes: []resource.Change{}, Warnings: []string{}, Remaining: []resource.ID{}}}
	var err error
	if r.Connection, err = r.Open(ctx, opts.prefix); err != nil {
		return r.output, nil, err
	}
	r.output.where = command.Location{Prefix: opts.prefix, Region: r.ID.Region, Account: r.ID.Account}
	r.PrintHeader(r.Connection, opts.prefix)
	explain := func(err error) error { return r.Hints().AddPolicy("", opts.prefix, r.SayUnchanged(err)) }
	job, err := r.prepare(ctx)
	if err != nil || job == nil {
		return r.output, nil, explain(err)
	}
	return r.output, func(ctx context.Context, _ *command.App) (uninstallOutput, error) {
		err := r.remove(ctx, job)
		return r.output, explain(err)
	}, nil
}

// removal is an uninstall in one Region.
type removal struct {
	*command.App
	*command.Connection
	opts    *uninstallOptions
	started time.Time
	output  uninstallOutput
}

// prepare plans the uninstall. It returns nil if there is nothing to remove, and in a dry run.
func (r *removal) prepare(ctx context.Context) (*deploy.Uninstall, error) {
	job, err := deploy.PrepareUninstall(ctx, r.Clients, r.ID, deploy.UninstallRequest{
		Prefix: r.opts.prefix, Names: r.opts.names, KeepLogs: r.opts.keepLogs, Force: r.opts.force, Warn: r.addWarning,
	})
	if err == nil && job.Found.Kept && !r.opts.keepLogs && r.IsText() {
		r.hintLogs(r.Err, job.Found.State.LogGroup.Name)
	}
	endWarnings(r.App, r.output.Warnings)
	if err != nil {
		return nil, err
	}
	r.output.Changes = append(r.output.Changes, job.Changes...)
	r.output.Remaining = job.Remaining()
	if len(job.Changes) == 0 {
		return nil, r.nothingToRemove(ctx, job.Found.Found())
	}
	if r.DryRun {
		r.printDryRun()
		return nil, nil
	}
	return job, nil
}

func (r *removal) remove(ctx context.Context, job *deploy.Uninstall) error {
	if !r.Yes { // the answer may have taken long
		if err := job.Recheck(ctx); err != nil {
			return err
		}
	}
	if err := (jobRun{r.App, r.Connection, job, job.Changes}).run(ctx); err != nil {
		return err
	}
	r.output.Applied = true
	r.printRemoved(time.Since(r.started))
	return nil
}

// addWarning prints a warning immediately, and keeps it for the JSON output.
func (r *removal) addWarning(warning string) {
	r.Warn(warning)
	r.output.Warnings = append(r.output.Warnings, warning)
}

// confirm shows everything that is to be removed and asks once, unless --yes was given.
func (u uninstallRun) confirm(ctx context.Context, runs []*command.TargetRun[uninstallOutput]) error {
	if u.Yes {
		return nil
	}
	for _, v := range runs {
		if v.Name != "" {
			place := u.Err.Place(term.Width(v.Name), "account "+v.App.Account, v.Region, deploy.DisplayPrefix(v.Prefix))
			u.Err.Printf("%s%s\n", u.Err.Bold(v.Name), place)
		}
		show.Removal(u.Err, v.Result.Changes)
		u.Err.Printf("\n")
	}
	u.Err.Printf("Your ECS services are not touched.\n")
	if u.Installations != nil {
		return u.Confirm(ctx, "Remove all of it?", strings.Join(command.NamesOf(runs), " "))
	}
	return u.Confirm(ctx, "Remove it?", cmp.Or(u.opts.prefix, "uninstall"))
}

// nothingToRemove reports that there is nothing to remove, which is not an error, and which installations exist, or
// what remains of this one.
func (r *removal) nothingToRemove(ctx context.Context, found bool) error {
	if found {
		if r.IsText() {
			r.Out.Print(r.Out.Success("Nothing to remove" + r.RegionSuffix() + ". " + r.remains() + "."))
		}
		return nil
	}
	others, err := deploy.List(ctx, r.Clients, r.ID, r.RolePath)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		r.addWarning("other installations could not be listed: " + apperr.WhyNot(err))
	}
	if near := command.NearestPrefix(r.opts.prefix, others); near != "" {
		r.addWarning("there is no installation " + deploy.DisplayPrefix(r.opts.prefix) + "; the nearest name is " + near)
	}
	if r.IsText() {
		r.printNothing(others)
	}
	return nil
}

// checkSeveral rejects an uninstall of several installations that are not named on the command line.
func checkSeveral(a *command.App, all bool) error {
	switch {
	case a.Installations == nil && all:
		return apperr.Invalid("--config FILE   a file with several installations", "--all requires a file with several installations")
	case a.Installations == nil:
		return nil
	case all && a.Sources.Origins["only"] != "":
		return apperr.Invalid("use one of them", "%s and --all cannot be combined", a.Sources.Origins["only"])
	case !all && a.Sources.Origins["only"] == input.EnvName("only"):
		return apperr.Invalid("--only NAME   on the command line", "uninstall removes only installations that are named on the command line, not in %s", input.EnvName("only"))
	case !all && a.Sources.Origins["only"] == "":
		var names []string
		for _, each := range a.Installations {
			names = append(names, each.Name)
		}
		return apperr.Invalid("--only NAME   or --all for all of them", "%s has several installations, and uninstall removes only those that are named on the command line: %s", a.Sources.File, strings.Join(names, ", "))
	}
	return nil
}
