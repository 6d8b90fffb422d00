package status

import (
	"context"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"github.com/spothandler/spothandler/internal/cli/command"
	"github.com/spothandler/spothandler/internal/cli/input"
	"github.com/spothandler/spothandler/internal/cli/show"
	"github.com/spothandler/spothandler/internal/deploy"
	"github.com/spothandler/spothandler/internal/deploy/resource"
	"github.com/spothandler/spothandler/internal/deploy/settings"
	"github.com/spothandler/spothandler/internal/session"
)

// Output is the JSON output of status.
type Output struct {
	Version       string                `json:"version"`
	Installations []deploy.Status       `json:"installations"`
	Errors        []command.RegionError `json:"errors"`
	NotChecked    []resource.NotChecked `json:"not_checked"` // in addition to those of each installation

	origins map[origin]*command.ConfiguredInstallation
}

// options are status's own flags.
type options struct {
	prefix string
	names  settings.Given
	one    bool // a prefix was given

	noHistory bool // do not read records
	watch     bool
}

// only returns the prefix that was given, or nil for all installations.
func (o *options) only() *string {
	if o.one {
		return &o.prefix
	}
	return nil
}

// at returns the options for one of several installations of a configuration file.
func (o *options) at(a *command.App) *options {
	one := *o
	if a.Installation != nil {
		one.prefix, one.one, one.names = a.Installation.Prefix(), true, a.Installation.Given
	}
	return &one
}

// isFor reports whether installations with this prefix are to be shown.
func (o *options) isFor(prefix string) bool { return !o.one || prefix == o.prefix }

// NewCommand returns the command status.
func NewCommand(a *command.App) *cobra.Command {
	o := &options{}
	cmd := &cobra.Command{
		Use:   "status",
		Short: "Show what is installed, and whether it is healthy",
		Long: `Status compares each installation with its recorded settings, and changes
nothing. Without --prefix it shows every installation in the Region, including
one whose role was deleted. With --all-regions it searches every Region that is
enabled for the account. It exits with 0 if all are healthy, 2 if one is not,
and 3 if there is none. What the caller may not read is reported as not checked.

It also counts what the functions did in the last 24 hours, from their logs.
That does not affect the exit code, and --no-history omits it. With --watch it
refreshes every few seconds, until Ctrl-C.`,
		Example: `  spothandler status
  spothandler status --prefix prod --no-history -o json
  spothandler status --all-regions
  spothandler status --watch`,
		Annotations: map[string]string{input.MoreFormats: "markdown"},
		Args:        input.NoArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			var err error
			if o.names, err = a.Given(cmd, o.prefix); err != nil {
				return err
			}
			o.one = cmd.Flags().Changed("prefix")
			return run{App: a, opts: o, unchecked: &unchecked{}}.start(cmd.Context())
		},
	}
	input.AddAddress(cmd, &o.prefix)
	cmd.Flags().BoolVar(&o.noHistory, "no-history", false, "do not read what the functions did in the last 24 hours")
	cmd.Flags().BoolVar(&o.watch, "watch", false, "refresh every few seconds, on a terminal, until Ctrl-C")
	a.AWSFlags(cmd)
	cmd.Flags().Lookup("all-regions").Usage = "every Region that is enabled for the account"
	a.ResultFileFlags(cmd)
	return cmd
}

// run is one run of status.
type run struct {
	*command.App
	opts      *options
	unchecked *unchecked // shared by all Regions

	onError func(error) // called with each error; may be nil
	origins map[origin]*command.ConfiguredInstallation
}

// origin identifies one of several installations.
type origin struct{ account, region, prefix string }

func originOf(status deploy.Status) origin {
	return origin{status.Account, status.Region, status.Prefix}
}

func (r run) start(ctx context.Context) error {
	if err := r.checkWatch(); err != nil {
		return err
	}
	if r.opts.watch {
		return r.watch(ctx)
	}
	return r.once(ctx)
}

// once prints the installations of all Regions together, so that remarks on several of them are printed once.
func (r run) once(ctx context.Context) (err error) {
	defer func() { r.report(err) }()
	if err := r.searchRegions(ctx); err != nil {
		return err
	}
	runs, id, err := command.RunInRegions(ctx, r.App, r.opts.only(), func(ctx context.Context, a *command.App) (statuses, error) {
		return run{App: a, opts: r.opts.at(a), unchecked: r.unchecked}.here(ctx)
	})
	if err != nil {
		return err
	}
	if len(runs) == 1 && !runs[0].App.OneOfSeveral {
		v := runs[0]
		if v.Err != nil && v.App.Account == "" { // it failed before it reached a Region
			return v.Err
		}
		v.App.ErrorsInResult = true
		v.Code = v.App.ReportError(ctx, v.Err)
	}
	for _, v := range runs {
		r.report(v.Err)
	}
	if err := r.show(ctx, runs); err != nil {
		return err
	}
	defer r.PrintEndpoints() // behind the verdict
	if nowhereInstalled(runs) {
		return r.errNowhere(ctx, runs, id)
	}
	return command.AlreadyShown(command.WorstExitCode(runs))
}

// report calls onError with err, unless one of them is nil.
func (r run) report(err error) {
	if r.onError != nil && err != nil {
		r.onError(err)
	}
}

// nowhereInstalled reports whether nothing is installed in several Regions, or there is no Region to search.
func nowhereInstalled(runs []*command.TargetRun[statuses]) bool {
	found := func(v *command.TargetRun[statuses]) bool { return v.Code != command.ExitNotInstalled }
	return (len(runs) != 1 || runs[0].Installation != nil) && !slices.ContainsFunc(runs, found)
}

// show prints the output that was held back, and the result.
func (r run) show(ctx context.Context, runs []*command.TargetRun[statuses]) error {
	r.origins = map[origin]*command.ConfiguredInstallation{}
	output := Output{r.Version, []deploy.Status{}, []command.RegionError{}, r.unchecked.list(), r.origins}
	for _, v := range runs {
		if err := v.Show(r.App); err != nil {
			return err
		}
		output.Installations = append(output.Installations, v.Result...)
		for _, status := range v.Result {
			r.origins[originOf(status)] = v.Installation
		}
		if v.Code == command.ExitError || v.Code == command.ExitInterrupted || v.Code == command.ExitNotInstalled && v.Installation != nil {
			output.Errors = append(output.Errors, v.Failure(ctx))
		}
	}
	if err := r.Deliver(output); err != nil || !r.IsText() {
		return err
	}
	r.print(output.Installations)
	r.printAbsent(runs)
	return nil
}

// printAbsent prints which installations of a configuration file are not installed.
func (r run) printAbsent(runs []*command.TargetRun[statuses]) {
	for _, v := range runs {
		if v.Installation == nil || v.Code != command.ExitNotInstalled || nowhereInstalled(runs) {
			continue
		}
		r.Out.Printf("\n")
		r.Out.Print(r.Out.Note("", fmt.Sprintf("%s is not installed: %s in %s of account %s", v.InstallationName, deploy.DisplayPrefix(v.Prefix), v.Region, v.App.Account)))
		show.Hint(r.Out, "spothandler install"+r.Hints().FileFlags(v.InstallationName))
	}
}

// errNotInRegion returns the error for a Region without a matching installation.
func (r run) errNotInRegion(id session.Identity, others []deploy.Listed) error {
	return r.NotInstalled("status", r.opts.prefix, id.Region, others)
}

// errNowhere returns the error for several Regions without an installation.
func (r run) errNowhere(ctx context.Context, runs []*command.TargetRun[statuses], id session.Identity) error {
	r.ErrorsInResult = true
	if len(runs) == 0 {
		return r.NowhereInstalled(ctx, r.opts.prefix, id)
	}
	return command.Conclude(ctx, r.App, runs)
}

// statuses are the installations in a Region.
type statuses []deploy.Status

func (s statuses) Brief() string {
	bad, idle := 0, 0
	for _, status := range s {
		if !status.Healthy {
			bad++
		}
		if isIdle(status) {
			idle++
		}
	}
	switch {
	case len(s) == 1:
		return verdictText(s[0])
	case bad == 0 && idle > 0:
		return fmt.Sprintf("%d healthy, %s", len(s), redeployNothing(idle))
	case bad == 0:
		return fmt.Sprintf("%d healthy", len(s))
	}
	return fmt.Sprintf("%d of %d not healthy", bad, len(s))
}

func (r run) here(ctx context.Context) (statuses, error) {
	s, err := r.Open(ctx, r.opts.prefix)
	if err != nil {
		return nil, err
	}
	var days *activityReader
	var onLocated func(resource.Names, *settings.Record)
	if !r.opts.noHistory {
		days = newActivityReader(ctx, s.LogsAPI(), s.LogsRate())
		days.patient = r.Patient
		defer days.stop()
		onLocated = days.start
	}
	survey, err := deploy.Inspect(ctx, s.Clients, s.TagAPI(), s.ID, r.opts.only(), r.opts.names, onLocated)
	if err != nil {
		return nil, r.Hints().AddPolicy("", r.opts.prefix, err)
	}
	all := r.assessAll(ctx, s, survey, days)
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err := command.CombineFailures(survey.Failed); err != nil {
		return all, r.Hints().AddPolicy("", r.opts.prefix, err)
	}
	if len(all) == 0 {
		r.addUnchecked(survey.NotChecked...)
		return nil, r.errNotInRegion(s.ID, survey.Others)
	}
	if slices.ContainsFunc(all, func(status deploy.Status) bool { return !status.Healthy }) {
		return all, command.ErrDiffers
	}
	return all, nil
}

// AllOutputs returns the outputs of every installation, or the error why they are unknown.
func (s Output) AllOutputs() []command.InstallationOutputs {
	all := []command.InstallationOutputs{}
	for _, status := range s.Installations {
		one := command.InstallationOutputs{Location: command.Location{Prefix: status.Prefix, Region: status.Region, Account: status.Account}, Outputs: &status.Outputs}
		if of := s.origins[originOf(status)]; of != nil {
			one.Name = of.Name
		}
		all = append(all, one)
	}
	for _, each := range s.Errors {
		all = append(all, command.InstallationOutputs{Location: command.Location{Name: each.Name, Region: each.Region}, Error: &each.Error})
	}
	return all
}
