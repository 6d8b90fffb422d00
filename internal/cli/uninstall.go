package cli

import (
	"cmp"
	"context"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/spothandler/spothandler/internal/apperr"
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

	where place
}

func (u uninstallAnswer) brief() string { return show.Briefly(u.Changes, u.Applied) }

func (u uninstallAnswer) at(where place) any { return uninstallResult{where, u} }

func uninstallCommand(a *app) *cobra.Command {
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
			if o.names, err = a.given(cmd, o.prefix); err != nil {
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
	a.awsFlags(cmd)
	a.answerFileFlags(cmd)
	a.writeFlags(cmd, "remove without asking")
	return cmd
}

// uninstallRun is one uninstall.
type uninstallRun struct {
	*app
	asked *uninstallOptions
}

func (u uninstallRun) run(ctx context.Context) error {
	if err := mayRemoveSeveral(u.app, u.asked.all); err != nil {
		return err
	}
	targets, id, err := u.targets(ctx, &u.asked.prefix)
	switch {
	case err != nil:
		return err
	case len(targets) == 0:
		return u.nothingAnywhere(id)
	case targets[0].name != "":
		every := planned[uninstallAnswer]{app: u.app, verb: "remove", together: u.file != nil, plan: u.plan, agree: u.confirmed}
		return every.run(ctx, targets)
	}
	return u.removeAlone(ctx, targets[0])
}

// removeAlone removes what is at the only target.
func (u uninstallRun) removeAlone(ctx context.Context, only target) error {
	v := &targetRun[uninstallAnswer]{app: u.alone(only), target: only}
	answer, remove, err := u.plan(ctx, v.app)
	if err == nil && remove != nil {
		v.answer = answer
		if err = u.confirmed(ctx, []*targetRun[uninstallAnswer]{v}); err == nil {
			answer, err = remove(ctx, v.app)
		}
	}
	if err != nil {
		return err
	}
	return u.app.deliver(answer)
}

// plan finds what is to be removed at a target.
func (u uninstallRun) plan(ctx context.Context, a *app) (uninstallAnswer, work[uninstallAnswer], error) {
	asked := *u.asked
	if a.of != nil {
		asked.prefix, asked.names = a.of.Prefix(), a.of.given
	}
	r := &removal{app: a, asked: &asked, started: time.Now(), answer: uninstallAnswer{Changes: []deploy.Change{}, Warnings: []string{}}}
	var err error
	if r.connection, err = r.open(ctx, asked.prefix); err != nil {
		return r.answer, nil, err
	}
	r.answer.where = place{Prefix: asked.prefix, Region: r.ID.Region, Account: r.ID.Account}
	r.printHeader(r.connection, asked.prefix)
	explain := func(err error) error { return r.pointToPolicy("", asked.prefix, r.SayUnchanged(err)) }
	job, err := r.prepare(ctx)
	if err != nil || job == nil {
		return r.answer, nil, explain(err)
	}
	return r.answer, func(ctx context.Context, _ *app) (uninstallAnswer, error) {
		err := r.remove(ctx, job)
		return r.answer, explain(err)
	}, nil
}

// removal is one uninstall in one region.
type removal struct {
	*app
	*connection
	asked   *uninstallOptions
	started time.Time
	answer  uninstallAnswer
}

// prepare finds what is to be removed; nil where nothing is, or only in words.
func (r *removal) prepare(ctx context.Context) (*deploy.Uninstall, error) {
	job, err := deploy.PrepareUninstall(ctx, r.clients, r.ID, deploy.UninstallRequest{
		Prefix: r.asked.prefix, Names: r.asked.names, KeepLogs: r.asked.keepLogs, Force: r.asked.force, Warn: r.hear,
	})
	r.app.endWarnings(r.answer.Warnings)
	if err != nil {
		return nil, err
	}
	r.answer.Changes = append(r.answer.Changes, job.Changes...)
	if len(job.Changes) == 0 {
		return nil, r.nothingToRemove(ctx)
	}
	if r.dryRun {
		r.printDryRun()
		return nil, nil
	}
	return job, nil
}

func (r *removal) remove(ctx context.Context, job *deploy.Uninstall) error {
	if err := (applying{r.app, r.connection, job, job.Changes}).run(ctx); err != nil {
		return err
	}
	r.answer.Applied = true
	r.printRemoved(time.Since(r.started))
	return nil
}

// hear shows a warning at once, and keeps it for the answer.
func (r *removal) hear(warning string) {
	r.warn(warning)
	r.answer.Warnings = append(r.answer.Warnings, warning)
}

// confirmed shows all that is to be removed, and asks once, unless --yes has answered.
func (u uninstallRun) confirmed(ctx context.Context, runs []*targetRun[uninstallAnswer]) error {
	if u.yes {
		return nil
	}
	for _, v := range runs {
		if v.name != "" {
			u.err.Printf("%s%s\n", u.err.Bold(v.name), u.err.Dim(" · account "+v.app.account+" · "+v.region+" · "+deploy.DisplayPrefix(v.prefix)))
		}
		show.Removal(u.err, v.answer.Changes)
		u.err.Printf("\n")
	}
	u.err.Printf("Your ECS services are not touched.\n")
	if u.file != nil {
		return u.app.confirm(ctx, "Remove all of it?", strings.Join(namesOf(runs), " "))
	}
	return u.app.confirm(ctx, "Remove it?", cmp.Or(u.asked.prefix, "uninstall"))
}

// nothingToRemove is content, and says which installations there are.
func (r *removal) nothingToRemove(ctx context.Context) error {
	others, err := deploy.List(ctx, r.clients, r.ID, r.rolePath)
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
	if r.app.isText() {
		r.printNothing(others)
	}
	return nil
}
