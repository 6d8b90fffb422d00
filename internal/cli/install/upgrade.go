package install

import (
	"context"
	"fmt"
	"slices"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/cli/command"
	"github.com/spothandler/spothandler/internal/cli/input"
	"github.com/spothandler/spothandler/internal/deploy"
	"github.com/spothandler/spothandler/internal/deploy/settings"
)

// NewUpgradeCommand returns the command upgrade.
func NewUpgradeCommand(a *command.App) *cobra.Command {
	o := &options{upgrade: true}
	var all bool
	cmd := &cobra.Command{
		Use:   "upgrade",
		Short: "Upgrade existing installations to this version",
		Long: `Upgrade brings an existing installation to this version. It keeps the recorded
settings, except for those that are given. With --all it upgrades every
installation in the Region, or in the given Regions, in parallel, and changes no
settings. Without --prefix or --all, it upgrades the installation that has no
prefix. If nothing is installed, it exits with 3.`,
		Example: `  spothandler upgrade --prefix prod
  spothandler upgrade --all --all-regions --dry-run`,
		Annotations: map[string]string{input.SameFlags: "install", input.MoreFormats: "markdown"},
		Args:        input.NoArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if all {
				return upgradeAll{a, o}.run(cmd)
			}
			return (&installRun{App: a, opts: o}).run(cmd)
		},
	}
	addInstallFlags(cmd, a, o)
	cmd.Flags().BoolVar(&all, "all", false, "upgrade every installation, whatever its prefix")
	return cmd
}

// upgradeAll is one run of upgrade --all: it upgrades every installation in the requested Regions to this version.
type upgradeAll struct {
	*command.App
	opts *options
}

func (u upgradeAll) run(cmd *cobra.Command) error {
	given, err := u.Given(cmd, "")
	if err != nil {
		return err
	}
	if u.Installations != nil {
		return apperr.Invalid("omit --all: without --only, every installation in the file is upgraded", "--all and %s cannot be combined", u.Sources.Origins["config"])
	}
	if err := u.check(cmd, given); err != nil {
		return err
	}
	ctx := cmd.Context()
	targets, err := u.targets(ctx)
	if err != nil {
		return err
	}
	runs := command.RunAll(ctx, u.App, targets, func(ctx context.Context, a *command.App) (installOutput, error) {
		one := *u.opts
		one.prefix = a.Prefix
		return (&installRun{App: a, opts: &one, given: settings.Given{}}).here(ctx)
	})
	return command.DeliverAll(ctx, u.App, runs)
}

// check rejects flags that are for one installation: they would give all of them the same settings.
func (u upgradeAll) check(cmd *cobra.Command, given settings.Given) error {
	for _, name := range []string{"prefix", "reset"} {
		if cmd.Flags().Changed(name) {
			return apperr.Invalid("use one of them", "%s and --all cannot be combined", u.Sources.Origins[name])
		}
	}
	for _, setting := range settings.All() {
		if value, ok := given[setting.Name]; ok && setting.Name != "role-path" { // which says where to search
			return apperr.Invalid("--prefix PREFIX   instead of --all", "%s and --all cannot be combined: each installation keeps its own settings", value.Source)
		}
	}
	return nil
}

// targets returns the installations in the requested Regions. A Region that cannot be read is a target too, with its
// error. It is an error if there are no targets.
func (u upgradeAll) targets(ctx context.Context) ([]command.Target, error) {
	anyPrefix := (*string)(nil)
	regions, id, err := u.ChosenRegions(ctx, anyPrefix)
	if err != nil {
		return nil, err
	}
	if len(regions) == 0 && u.AllRegions {
		return nil, u.DeliverNone(u.NowhereInstalled(ctx, "", id))
	}
	if len(regions) == 0 {
		region, err := u.FindRegion(ctx)
		if err != nil {
			return nil, err
		}
		regions = []string{region}
	}
	if err := u.FindCredentials(ctx); err != nil { // once, rather than in each Region
		return nil, err
	}
	found := make([][]command.Target, len(regions))
	var group errgroup.Group
	for index, region := range regions {
		group.Go(func() error {
			found[index] = u.installedIn(ctx, region)
			return nil
		})
	}
	_ = group.Wait() // a Region's error is a target
	targets := slices.Concat(found...)
	if len(targets) == 0 {
		return nil, u.NotInstalledInAny(ctx, "", regions)
	}
	return targets, nil
}

// installedIn returns the targets in one Region.
func (u upgradeAll) installedIn(ctx context.Context, region string) []command.Target {
	one := *u.App
	one.Region = region
	s, err := one.Open(ctx, "")
	var listed []deploy.Listed
	if err == nil {
		listed, err = deploy.List(ctx, s.Clients, s.ID, u.RolePath)
	}
	if err != nil {
		return []command.Target{{Region: region, Kind: "region", Name: region, AccessErr: u.Hints().AddPolicy("", "", err)}}
	}
	targets := make([]command.Target, len(listed))
	for index, each := range listed {
		targets[index] = command.Target{
			Region: region, Prefix: each.Prefix,
			Kind: "upgrade", Name: fmt.Sprintf("%s in %s", deploy.DisplayPrefix(each.Prefix), region),
		}
	}
	return targets
}
