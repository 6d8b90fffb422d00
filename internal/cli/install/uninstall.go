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
	"github.com/spothandler/spothandler/internal/deploy"
	"github.com/spothandler/spothandler/internal/deploy/settings"
)

// uninstallOptions are uninstall's own flags.
type uninstallOptions struct {
	prefix   string
	names    settings.Given
	all      bool // of the file's installations
	keepLogs bool
	force    bool
}

// uninstallAnswer is uninstall's JSON.
type uninstallAnswer struct {
	Changes  []deploy.Change `json:"changes"`
	Applied  bool            `json:"applied"`
	Warnings []string        `json:"warnings"`

	where command.Location
}

func (u uninstallAnswer) Brief() string { return show.Brief(u.Changes, u.Applied) }

func (u uninstallAnswer) At(where command.Location) any { return uninstallResult{where, u} }

// NewUninstallCommand returns the command uninstall.
func NewUninstallCommand(a *command.App) *cobra.Command {
	o := &uninstallOptions{}
	cmd := &cobra.Command{
		Use:   "uninstall",
		Short: "Remove everything that install made",
		Long: `Uninstall removes an installation, whatever its state and with its logs, and
leaves nothing behind. If nothing is installed it exits with 0, as rm -f does.
It asks for confirmation on a terminal, and needs --yes elsewhere. Your ECS
services are not touched.`,
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
	flags.BoolVar(&o.all, "all", false, "remove every installation of the file of --config")
	flags.BoolVar(&o.keepLogs, "keep-logs", false, "keep the log group and its logs")
	flags.BoolVar(&o.force, "force", false, "also remove what others added to our resources")
	a.AWSFlags(cmd)
	a.AnswerFileFlags(cmd)
	a.WriteFlags(cmd, "remove without asking")
	return cmd
}

// uninstallRun is one uninstall.
type uninstallRun struct {
	*command.App
	asked *uninstallOptions
}

func (u uninstallRun) run(ctx context.Context) error {
	if err := mayRemoveSeveral(u.App, u.asked.all); err != nil {
		return err
	}
	targets, id, err := u.Targets(ctx, &u.asked.prefix)
	switch {
	case err != nil:
		return err
	case len(targets) == 0:
		return u.nothingAnywhere(id)
	case targets[0].Name != "":
		every := command.Planned[uninstallAnswer]{App: u.App, Verb: "remove", AllOrNothing: u.Installations != nil, Plan: u.plan, Confirm: u.confirmed}
		return every.Run(ctx, targets)
	}
	return u.removeAlone(ctx, targets[0])
}

// removeAlone removes what is at the only target.
func (u uninstallRun) removeAlone(ctx context.Context, only command.Target) error {
	v := &command.TargetRun[uninstallAnswer]{App: u.ForTarget(only), Target: only}
	answer, remove, err := u.plan(ctx, v.App)
	if err == nil && remove != nil {
		v.Answer = answer
		if err = u.confirmed(ctx, []*command.TargetRun[uninstallAnswer]{v}); err == nil {
			answer, err = remove(ctx, v.App)
		}
	}
	if err != nil {
		return err
	}
	return u.Deliver(answer)
}

// plan finds what is to be removed at a target.
func (u uninstallRun) plan(ctx context.Context, a *command.App) (uninstallAnswer, command.Work[uninstallAnswer], error) {
	asked := *u.asked
	if a.Installation != nil {
		asked.prefix, asked.names = a.Installation.Prefix(), a.Installation.Given
	}
	r := &removal{App: a, asked: &asked, started: time.Now(), answer: uninstallAnswer{Changes: []deploy.Change{}, Warnings: []string{}}}
	var err error
	if r.Connection, err = r.Open(ctx, asked.prefix); err != nil {
		return r.answer, nil, err
	}
	r.answer.where = command.Location{Prefix: asked.prefix, Region: r.ID.Region, Account: r.ID.Account}
	r.PrintHeader(r.Connection, asked.prefix)
	explain := func(err error) error { return r.AddPolicyHint("", asked.prefix, r.SayUnchanged(err)) }
	job, err := r.prepare(ctx)
	if err != nil || job == nil {
		return r.answer, nil, explain(err)
	}
	return r.answer, func(ctx context.Context, _ *command.App) (uninstallAnswer, error) {
		err := r.remove(ctx, job)
		return r.answer, explain(err)
	}, nil
}

// removal is one uninstall in one region.
type removal struct {
	*command.App
	*command.Connection
	asked   *uninstallOptions
	started time.Time
	answer  uninstallAnswer
}

// prepare finds what is to be removed; nil where nothing is, or only in words.
func (r *removal) prepare(ctx context.Context) (*deploy.Uninstall, error) {
	job, err := deploy.PrepareUninstall(ctx, r.Clients, r.ID, deploy.UninstallRequest{
		Prefix: r.asked.prefix, Names: r.asked.names, KeepLogs: r.asked.keepLogs, Force: r.asked.force, Warn: r.hear,
	})
	endWarnings(r.App, r.answer.Warnings)
	if err != nil {
		return nil, err
	}
	r.answer.Changes = append(r.answer.Changes, job.Changes...)
	if len(job.Changes) == 0 {
		return nil, r.nothingToRemove(ctx)
	}
	if r.DryRun {
		r.printDryRun()
		return nil, nil
	}
	return job, nil
}

func (r *removal) remove(ctx context.Context, job *deploy.Uninstall) error {
	if err := (applying{r.App, r.Connection, job, job.Changes}).run(ctx); err != nil {
		return err
	}
	r.answer.Applied = true
	r.printRemoved(time.Since(r.started))
	return nil
}

// hear shows a warning at once, and keeps it for the answer.
func (r *removal) hear(warning string) {
	r.Warn(warning)
	r.answer.Warnings = append(r.answer.Warnings, warning)
}

// confirmed shows all that is to be removed, and asks once, unless --yes has answered.
func (u uninstallRun) confirmed(ctx context.Context, runs []*command.TargetRun[uninstallAnswer]) error {
	if u.Yes {
		return nil
	}
	for _, v := range runs {
		if v.Name != "" {
			u.Err.Printf("%s%s\n", u.Err.Bold(v.Name), u.Err.Dim(" · account "+v.App.Account+" · "+v.Region+" · "+deploy.DisplayPrefix(v.Prefix)))
		}
		show.Removal(u.Err, v.Answer.Changes)
		u.Err.Printf("\n")
	}
	u.Err.Printf("Your ECS services are not touched.\n")
	if u.Installations != nil {
		return u.Confirm(ctx, "Remove all of it?", strings.Join(command.NamesOf(runs), " "))
	}
	return u.Confirm(ctx, "Remove it?", cmp.Or(u.asked.prefix, "uninstall"))
}

// nothingToRemove is content, and says which installations there are.
func (r *removal) nothingToRemove(ctx context.Context) error {
	others, err := deploy.List(ctx, r.Clients, r.ID, r.RolePath)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		r.hear("other installations were not looked for: " + apperr.WhyNot(err))
	}
	var names []string
	for _, other := range others {
		names = append(names, other.Prefix)
	}
	if near := apperr.Nearest(r.asked.prefix, names); near != "" {
		r.hear("there is no installation " + deploy.DisplayPrefix(r.asked.prefix) + "; the nearest name is " + near)
	}
	if r.IsText() {
		r.printNothing(others)
	}
	return nil
}

// mayRemoveSeveral refuses an uninstall of several installations that nobody has typed.
func mayRemoveSeveral(a *command.App, all bool) error {
	switch {
	case a.Installations == nil && all:
		return apperr.Invalid("--config FILE   a file of several installations", "--all is about the installations of a file")
	case a.Installations == nil:
		return nil
	case all && a.Sources.Origins["only"] != "":
		return apperr.Invalid("use one of them", "%s and --all cannot be combined", a.Sources.Origins["only"])
	case !all && a.Sources.Origins["only"] == input.EnvName("only"):
		return apperr.Invalid("--only NAME   on the command line", "what uninstall removes has to be typed, and %s is not", input.EnvName("only"))
	case !all && a.Sources.Origins["only"] == "":
		var names []string
		for _, each := range a.Installations {
			names = append(names, each.Name)
		}
		return apperr.Invalid("--only NAME   or --all for every one", "%s holds several installations, and uninstall removes only those that are named on the command line: %s", a.Sources.File, strings.Join(names, ", "))
	}
	return nil
}
