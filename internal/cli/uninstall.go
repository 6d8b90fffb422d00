package cli

import (
	"context"
	"time"

	"github.com/spf13/cobra"

	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/cli/term"
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

func (a *app) uninstallCommand() *cobra.Command {
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
			nowhere := func(id session.Identity) error { return a.printNothingAnywhere(o.prefix, id) }
			return inRegions(cmd.Context(), a, o.prefix, nowhere, func(ctx context.Context, a *app) (uninstallAnswer, error) { return a.uninstall(ctx, o) })
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

func (a *app) uninstall(ctx context.Context, o *uninstallOptions) (uninstallAnswer, error) {
	s, err := a.open(ctx, o.prefix)
	if err != nil {
		return uninstallAnswer{}, err
	}
	a.printHeader(s, o.prefix)
	answer := uninstallAnswer{Changes: []deploy.Change{}, Warnings: []string{}}
	err = a.remove(ctx, s, o, &answer)
	return answer, a.pointToPolicy(o.prefix, s.SayUnchanged(err))
}

func (a *app) remove(ctx context.Context, s *connection, o *uninstallOptions, answer *uninstallAnswer) error {
	started := time.Now()
	job, err := deploy.PrepareUninstall(ctx, s.clients, s.id, deploy.UninstallRequest{
		Prefix: o.prefix, Names: o.names, KeepLogs: o.keepLogs, Force: o.force, Warn: func(text string) {
			a.warn(text)
			answer.Warnings = append(answer.Warnings, text)
		},
	})
	if err != nil {
		return err
	}
	answer.Changes = append(answer.Changes, job.Changes...)
	if len(job.Changes) == 0 {
		return a.nothingToRemove(ctx, s, o.prefix)
	}
	if a.dryRun {
		a.printRemovalPlan(job.Changes)
		return nil
	}
	if err := a.confirmRemoval(ctx, o.prefix, job.Changes); err != nil {
		return err
	}
	if err := a.apply(ctx, s, job, job.Changes); err != nil {
		return err
	}
	if err := a.verify(ctx, job, job.Changes); err != nil {
		return err
	}
	answer.Applied = true
	a.printRemoved(o, job.Changes, time.Since(started))
	return nil
}

func (a *app) confirmRemoval(ctx context.Context, prefix string, changes []deploy.Change) error {
	if a.yes {
		return nil
	}
	a.printRemoval(a.err, changes)
	a.err.Printf("\nYour ECS services are not touched.\n")
	word := prefix
	if word == "" {
		word = "uninstall"
	}
	return a.confirm(ctx, "Remove it?", word)
}

// nothingToRemove is content, and says which installations there are.
func (a *app) nothingToRemove(ctx context.Context, s *connection, prefix string) error {
	others, err := deploy.List(ctx, s.clients, s.id, a.rolePath)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		a.warn("other installations were not looked for: " + apperr.WhyNot(err))
	}
	if a.json() {
		return nil
	}
	st := a.out.Style
	a.out.Printf("%s Nothing to remove: %s is not installed in %s.\n", st.Glyph(term.OK), deploy.DisplayPrefix(prefix), s.id.Region)
	for _, other := range others {
		a.out.Printf("  %s is: %s %s\n", deploy.DisplayPrefix(other.Prefix), st.Glyph(term.Next), a.another("uninstall", other.Prefix))
	}
	return nil
}
