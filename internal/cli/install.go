package cli

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"github.com/spothandler/spothandler/embed"
	"github.com/spothandler/spothandler/internal/apperr"
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

func (a *app) installCommand() *cobra.Command {
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

func (a *app) upgradeCommand() *cobra.Command {
	o := &installOptions{upgrade: true}
	cmd := &cobra.Command{
		Use:   "upgrade",
		Short: "Bring an existing installation to this version",
		Long: `Upgrade is install for an installation that is there: its recorded settings are
kept but for those that are given. Where nothing is installed it exits with 3.`,
		Example: `  spothandler upgrade --prefix prod`,
		Args:    noArguments,
		RunE:    func(cmd *cobra.Command, _ []string) error { return a.install(cmd, o) },
	}
	a.installFlags(cmd, o)
	return cmd
}

func (a *app) installFlags(cmd *cobra.Command, o *installOptions) {
	addSettings(cmd, &o.prefix)
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.BoolVar(&o.reset, "reset", false, "put every setting that is not given back to its default")
	flags.BoolVar(&o.adopt, "adopt", false, "take over a function, rule or log group that stands under our names")
	flags.BoolVar(&o.allowDowngrade, "allow-downgrade", false, "touch an installation of a newer version")
	flags.BoolVar(&o.detailed, "detailed-exitcode", false, "with --dry-run: exit with 2 when changes are pending")
	a.awsFlags(cmd)
	a.writeFlags(cmd)
}

func (a *app) install(cmd *cobra.Command, o *installOptions) error {
	given, err := a.given(cmd, o.prefix)
	if err != nil {
		return err
	}
	reset := o.reset || cmd.Flags().Changed("config")
	return a.inRegions(cmd.Context(), &o.prefix, a.printNowhereInstalled, func(ctx context.Context, a *app) error {
		return a.installHere(ctx, o, given, reset)
	})
}

func (a *app) installHere(ctx context.Context, o *installOptions, given settings.Given, reset bool) error {
	s, err := a.connect(ctx, func(region string) error {
		if err := given.Check(region, o.prefix); err != nil {
			return err
		}
		_, err := embed.Archive("arm64")
		return err
	})
	if err != nil {
		return err
	}
	job := &installJob{app: a, connection: s, given: given, reset: reset, installOptions: o}
	a.printHeader(s, o.prefix)
	return a.pointToPolicy(o.prefix, s.SayUnchanged(job.run(ctx)))
}

// installJob is one install: what is asked for, and what was found and planned on the way.
type installJob struct {
	*app
	*connection
	*installOptions
	given settings.Given
	reset bool

	found   *deploy.Installation
	spec    settings.Spec
	want    deploy.State
	release deploy.Release
	changes []deploy.Change
	taken   []deploy.Stranger // what --adopt takes over
}

func (j *installJob) run(ctx context.Context) error {
	started := time.Now()
	if err := j.look(ctx); err != nil {
		return err
	}
	if j.upgrade && !j.found.Found() {
		return j.printNotInstalled("upgrade", j.installOptions.prefix, j.id.Region)
	}
	if err := j.plan(); err != nil {
		return err
	}
	if err := j.checkCase(ctx); err != nil {
		return err
	}
	if err := j.found.CheckConcurrency(ctx, j.clients, j.want); err != nil {
		return err
	}
	if j.dryRun {
		return j.printDryRun(j.lookAround(ctx))
	}
	others, err := j.change(ctx)
	if err != nil {
		return err
	}
	return j.printInstalled(j, others, time.Since(started))
}

// checkCase refuses, before the first write, a prefix that another installation has in other letters: its
// role is not found by our name, and IAM would refuse ours. Whoever may not list roles learns it from IAM.
func (j *installJob) checkCase(ctx context.Context) error {
	if j.found.State.Role != nil {
		return nil
	}
	others, err := deploy.List(ctx, j.clients, j.id)
	if err != nil {
		return ctx.Err()
	}
	return deploy.CheckCase(j.installOptions.prefix, others)
}

// change applies the plan, looks again and, meanwhile, for other installations. An install that has
// nothing to change asks for nothing more.
func (j *installJob) change(ctx context.Context) (others []deploy.Listed, err error) {
	if len(j.changes) == 0 {
		return nil, nil
	}
	if err := j.confirmAdoption(ctx); err != nil {
		return nil, err
	}
	if err := j.apply(ctx, j.found.Names, j.changes); err != nil {
		return nil, err
	}
	var group errgroup.Group
	group.Go(func() error {
		others = j.lookAround(ctx)
		return nil
	})
	group.Go(func() error { return j.verify(ctx) })
	err = group.Wait()
	return others, err
}

func (j *installJob) look(ctx context.Context) (err error) {
	j.found, err = deploy.Look(ctx, j.clients, j.id, j.installOptions.prefix, j.given)
	return err
}

// plan decides everything before the first write.
func (j *installJob) plan() error {
	checks := []func() error{
		func() error { return j.found.CheckVersion(binaryVersion(), j.allowDowngrade) },
		func() error { return j.found.CheckOurs(j.adopt) },
		j.found.CheckReadable,
	}
	for _, check := range checks {
		if err := check(); err != nil {
			return err
		}
	}
	spec, warnings, err := j.found.Resolve(j.given, j.reset)
	if err != nil {
		return err
	}
	j.warn(warnings...)
	if err := settings.CheckNames(j.id.Region, spec.Prefix, spec.FunctionName, spec.RuleName); err != nil {
		return err
	}
	j.spec = spec
	if j.release, err = releaseFor(spec.Architecture); err != nil {
		return err
	}
	if j.want, err = deploy.Desired(j.found.Names, spec, j.release); err != nil {
		return err
	}
	j.changes, j.taken = j.found.Plan(j.want), j.found.Strangers()
	j.warn(deploy.Lingering(j.found.State, j.changes)...)
	j.warn(deploy.Lost(j.found.State, j.changes)...)
	j.warn(deploy.PatternWarning(j.want, j.found.State)...)
	return nil
}

func releaseFor(architecture string) (deploy.Release, error) {
	zip, err := embed.Archive(architecture)
	if err != nil {
		return deploy.Release{}, err
	}
	return deploy.Release{Version: binaryVersion(), CodeSHA256: embed.CodeSHA256(zip), Zip: zip}, nil
}

// lookAround finds the other installations of the region. Whoever may not list roles still may install.
func (j *installJob) lookAround(ctx context.Context) []deploy.Listed {
	others, err := deploy.List(ctx, j.clients, j.id)
	if err != nil {
		j.warn("other installations were not looked for: " + apperr.WhyNot(err))
		return nil
	}
	return others
}

// confirmAdoption asks before something that is not ours is taken over.
func (j *installJob) confirmAdoption(ctx context.Context) error {
	if len(j.taken) == 0 {
		return nil
	}
	j.printPlan(j.err, j.changes)
	j.printForget()
	j.err.Printf("\n")
	if j.yes {
		return nil
	}
	return j.confirm(ctx, fmt.Sprintf("Take over %s, as above?", plural(len(j.taken), "resource")), "yes")
}

// verify looks again until nothing is left to change: AWS's answers lag behind its writes.
func (j *installJob) verify(ctx context.Context) error {
	return j.lookAgain(ctx, func(ctx context.Context) (string, error) {
		if err := j.look(ctx); err != nil {
			return "", err
		}
		left := j.found.Plan(j.want)
		if len(left) == 0 {
			return "", nil
		}
		return unsettled(left[0]), nil
	})
}

// unsettled names what is still to be changed of a resource, for whoever has to find out why.
func unsettled(change deploy.Change) string {
	paths := make([]string, 0, len(change.Fields))
	for _, field := range change.Fields {
		paths = append(paths, label(field.Path))
	}
	if change.Action != deploy.Update {
		return change.Describe()
	}
	return change.Describe() + ": " + strings.Join(paths, ", ")
}
