package cli

import (
	"context"
	"time"

	"github.com/spf13/cobra"

	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/deploy"
	"github.com/spothandler/spothandler/internal/deploy/settings"
	"github.com/spothandler/spothandler/internal/session"
)

// uninstallOptions are uninstall's own flags.
type uninstallOptions struct {
	prefix   string
	names    settings.Given
	keepLogs bool
	force    bool
}

// uninstallAnswer is uninstall's JSON.
type uninstallAnswer struct {
	Changes  []deploy.Change `json:"changes"`
	Applied  bool            `json:"applied"`
	Warnings []string        `json:"warnings"`
}

func (u uninstallAnswer) brief() string { return briefly(u.Changes, u.Applied) }

func (u uninstallAnswer) at(where place) any {
	return struct {
		place
		uninstallAnswer
	}{where, u}
}

func uninstallCommand(a *app) *cobra.Command {
	o := &uninstallOptions{}
	cmd := &cobra.Command{
		Use:   "uninstall",
		Short: "Remove everything that install made",
		Long: `Uninstall removes an installation whatever state it is in, its logs included,
and leaves nothing behind. Like rm -f it is content when there is nothing to
remove. It asks on a terminal and needs --yes elsewhere. Your ECS services are
not touched.`,
		Example: `  spothandler uninstall --prefix prod
  spothandler uninstall --prefix prod --keep-logs --yes`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			var err error
			if o.names, err = a.given(cmd, o.prefix); err != nil {
				return err
			}
			nowhere := func(id session.Identity) error { return (&removal{app: a, asked: o}).nothingAnywhere(id) }
			return inRegions(cmd.Context(), a, o.prefix, nowhere, func(ctx context.Context, a *app) (uninstallAnswer, error) {
				r := &removal{app: a, asked: o, answer: uninstallAnswer{Changes: []deploy.Change{}, Warnings: []string{}}}
				err := r.run(ctx)
				return r.answer, err
			})
		},
	}
	addAddress(cmd, &o.prefix)
	flags := cmd.Flags()
	flags.BoolVar(&o.keepLogs, "keep-logs", false, "keep the log group and its logs")
	flags.BoolVar(&o.force, "force", false, "also remove what others added to our resources")
	a.awsFlags(cmd)
	a.writeFlags(cmd, "remove without asking")
	return cmd
}

// removal is one uninstall in one region.
type removal struct {
	*app
	*connection
	asked  *uninstallOptions
	answer uninstallAnswer
}

func (r *removal) run(ctx context.Context) (err error) {
	if r.connection, err = r.open(ctx, r.asked.prefix); err != nil {
		return err
	}
	r.printHeader(r.connection, r.asked.prefix)
	return r.pointToPolicy("", r.asked.prefix, r.SayUnchanged(r.remove(ctx)))
}

func (r *removal) remove(ctx context.Context) error {
	started := time.Now()
	job, err := deploy.PrepareUninstall(ctx, r.clients, r.id, deploy.UninstallRequest{
		Prefix: r.asked.prefix, Names: r.asked.names, KeepLogs: r.asked.keepLogs, Force: r.asked.force, Warn: r.hear,
	})
	if err != nil {
		return err
	}
	r.answer.Changes = append(r.answer.Changes, job.Changes...)
	if len(job.Changes) == 0 {
		return r.nothingToRemove(ctx)
	}
	if r.dryRun {
		r.printDryRun()
		return nil
	}
	if err := r.confirmed(ctx); err != nil {
		return err
	}
	if err := (applying{r.app, r.connection, job, job.Changes}).run(ctx); err != nil {
		return err
	}
	r.answer.Applied = true
	r.printRemoved(time.Since(started))
	return nil
}

// hear shows a warning at once, and keeps it for the answer.
func (r *removal) hear(warning string) {
	r.warn(warning)
	r.answer.Warnings = append(r.answer.Warnings, warning)
}

// confirmed asks, unless --yes has answered.
func (r *removal) confirmed(ctx context.Context) error {
	if r.yes {
		return nil
	}
	printRemoval(r.err, r.answer.Changes)
	r.err.Printf("\nYour ECS services are not touched.\n")
	word := r.asked.prefix
	if word == "" {
		word = "uninstall"
	}
	return confirm(ctx, r.app, "Remove it?", word)
}

// nothingToRemove is content, and says which installations there are.
func (r *removal) nothingToRemove(ctx context.Context) error {
	others, err := deploy.List(ctx, r.clients, r.id, r.rolePath)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		r.hear("other installations were not looked for: " + apperr.WhyNot(err))
	}
	if !r.json() {
		r.printNothing(others)
	}
	return nil
}
