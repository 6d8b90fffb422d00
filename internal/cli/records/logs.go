package records

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/cli/command"
	"github.com/spothandler/spothandler/internal/cli/input"
	"github.com/spothandler/spothandler/internal/cli/show"
	"github.com/spothandler/spothandler/internal/cli/term"
	"github.com/spothandler/spothandler/internal/deploy"
	"github.com/spothandler/spothandler/internal/deploy/settings"
	"github.com/spothandler/spothandler/internal/handler"
	"github.com/spothandler/spothandler/internal/history"
	"github.com/spothandler/spothandler/internal/session"
)

// logsOptions are logs' own flags.
type logsOptions struct {
	addressOptions
	since, until      string
	follow            bool
	services, reasons []string
	task, level       string
	period            input.Period
	filter            history.Filter
}

// NewLogsCommand returns the command logs.
func NewLogsCommand(a *command.App) *cobra.Command {
	o := &logsOptions{addressOptions: addressOptions{command: "logs"}}
	cmd := &cobra.Command{
		Use:   "logs",
		Short: "Show what the function did about each interruption",
		Long: `Logs shows the function's records, one line per event: what it did for which
service, and why. The default is the last 24 hours. With --follow it continues
until Ctrl-C. With -o json the records are printed unchanged, one JSON object
per line. The time to a redeployment is measured from the event that led to it,
not from an earlier one that was skipped. The event's time is in whole seconds,
so the time to a redeployment can be up to one second too long.

Without --prefix it reads the records of the only installation.

If nothing is installed, it exits with 3.`,
		Example: `  spothandler logs --since 6h
  spothandler logs --since 2026-11-20 --until 2026-11-21 --level ERROR
  spothandler logs --follow --service api -o json | jq .reason`,
		Args: input.NoArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			r := logsRun{a, o, &readPlaces{}}
			if err := r.parse(cmd, time.Now()); err != nil {
				return err
			}
			return r.run(cmd.Context())
		},
	}
	input.AddAddress(cmd, &o.prefix)
	flags := cmd.Flags()
	flags.StringVar(&o.since, "since", "", "start: 6h or 2d ago, a date or an RFC 3339 time (default 24h)")
	flags.StringVar(&o.until, "until", "", "end, in the same formats; else now")
	flags.BoolVarP(&o.follow, "follow", "f", false, "print new records as they arrive, until Ctrl-C")
	flags.StringArray("cluster", nil, "only this cluster, a name or an ARN; repeatable")
	flags.StringSliceVar(&o.services, "service", nil, "only this service: NAME, CLUSTER/NAME or ARN; repeatable")
	flags.StringSliceVar(&o.reasons, "reason", nil, "only this reason; repeatable")
	flags.StringVar(&o.level, "level", "", "minimum level: "+strings.Join(history.Levels(), ", "))
	flags.StringVar(&o.task, "task", "", "only this task: its ARN, its ID or the beginning of it")
	_ = flags.SetAnnotation("cluster", input.NotInFile, []string{"true"}) // the setting of this name is a different one
	input.Complete(cmd, "reason", reasonNames()...)
	input.Complete(cmd, "level", history.Levels()...)
	a.AWSFlags(cmd)
	return cmd
}

func reasonNames() []string {
	var names []string
	for _, each := range handler.Reasons() {
		names = append(names, string(each.Reason))
	}
	return names
}

// logsRun is one run of logs.
type logsRun struct {
	*command.App
	opts   *logsOptions
	places *readPlaces // shared by the runs for several targets
}

// parse parses the flags, and rejects invalid ones before the first call.
func (r logsRun) parse(cmd *cobra.Command, now time.Time) (err error) {
	o := r.opts
	if o.names, err = r.Given(cmd, o.prefix); err != nil {
		return err
	}
	o.one = cmd.Flags().Changed("prefix")
	clusters, _ := input.TextsOf(cmd.Flags().Lookup("cluster"))
	if o.filter.Clusters, err = settings.ParseClusters("--cluster", clusters); err != nil {
		return err
	}
	if o.period, err = input.ParsePeriod(o.since, o.until, 24*time.Hour, now); err != nil {
		return err
	}
	if o.follow && o.until != "" {
		return apperr.Invalid("omit one of them", "--follow and --until cannot be combined")
	}
	if o.follow && (r.AllRegions || len(r.Regions) > 1) {
		return apperr.Invalid("--region NAME   one of them", "--follow works in one Region at a time")
	}
	return o.parseFilter(cmd)
}

// serviceName returns the part of a service's ARN that names it: CLUSTER/NAME, or NAME in ARNs of the old form. Anything else is
// returned unchanged.
func serviceName(service string) string {
	if _, name, found := strings.Cut(service, ":service/"); found && strings.HasPrefix(service, "arn:") {
		return name
	}
	return service
}

func (o *logsOptions) parseFilter(cmd *cobra.Command) error {
	for _, name := range []string{"service", "reason"} { // an empty list is not yet rejected
		if texts, _ := input.TextsOf(cmd.Flags().Lookup(name)); cmd.Flags().Changed(name) && len(texts) == 0 {
			return apperr.Invalid("give it a value, or omit it", "--%s is empty", name)
		}
	}
	for _, service := range o.services {
		o.filter.Services = append(o.filter.Services, serviceName(strings.TrimSpace(service)))
	}
	for _, reason := range o.reasons {
		known, err := input.OneOf("reason", strings.ToLower(strings.TrimSpace(reason)), reasonNames())
		if err != nil {
			return err
		}
		o.filter.Reasons = append(o.filter.Reasons, handler.Reason(known))
	}
	o.filter.Task = strings.TrimSpace(o.task)
	if o.level == "" {
		return nil
	}
	level := strings.ToUpper(strings.TrimSpace(o.level))
	if !slices.Contains(history.Levels(), level) {
		level = o.level // an error quotes what was typed
	}
	level, err := input.OneOf("level", level, history.Levels())
	o.filter.Level = level
	return err
}

// shownLogs is the result of logs in one Region: the number of records that were printed.
type shownLogs int

func (n shownLogs) Brief() string { return term.Plural(int(n), "record") }

// resources returns the ECS resources that flags name.
func (o *logsOptions) resources() []input.Resource {
	return append(input.Resources(o.filter.Clusters, o.services), input.Resource{Kind: "task", Value: o.filter.Task})
}

// checkRegions rejects an ARN that is in none of the Regions to read, as far as they are known without a call.
func (r logsRun) checkRegions(ctx context.Context) error {
	regions := r.Regions
	if len(regions) == 0 && !r.AllRegions && r.Installations == nil {
		region, err := r.FindRegion(ctx)
		if err != nil {
			return err
		}
		regions = []string{region}
	}
	var ids []session.Identity
	for _, region := range regions {
		ids = append(ids, r.KnownIdentity(region))
	}
	return checkLocations(r.opts.resources(), ids)
}

func (r logsRun) run(ctx context.Context) error {
	if err := r.checkRegions(ctx); err != nil {
		return err
	}
	runs, id, err := command.RunInRegions(ctx, r.App, r.opts.only(), func(ctx context.Context, a *command.App) (shownLogs, error) {
		return logsRun{a, r.opts.at(a), r.places}.here(ctx)
	})
	switch {
	case err != nil:
		return err
	case len(runs) == 0:
		r.ErrorsInResult = r.JSON() // without records there are no lines
		return r.NowhereInstalled(ctx, r.opts.prefix, id)
	case !runs[0].App.OneOfSeveral:
		return runs[0].Err
	}
	if err := checkLocations(r.opts.resources(), placesOf(r.places, runs)); err != nil {
		return err
	}
	for i, v := range runs {
		if i > 0 && !r.JSON() {
			r.Out.Printf("\n")
		}
		if err := r.showRegion(ctx, v); err != nil {
			return err
		}
	}
	r.ErrorsInResult = true
	return command.Conclude(ctx, r.App, runs)
}

// showRegion prints the result in one of several Regions. With JSON output an error is a line of its own.
func (r logsRun) showRegion(ctx context.Context, v *command.TargetRun[shownLogs]) error {
	if !r.JSON() {
		r.Out.Printf("%s\n", r.Out.Bold(v.Name))
	}
	if v.Code == command.ExitNotInstalled && !r.JSON() {
		r.Out.Print(r.Out.Item(term.Quiet, "not installed"))
	}
	if err := v.Show(r.App); err != nil || v.HasResult() || !r.JSON() {
		return err
	}
	return r.Out.JSONLine(v.Failure(ctx))
}

func (r logsRun) here(ctx context.Context) (shownLogs, error) {
	reader, err := openRecords(ctx, r.App, &r.opts.addressOptions)
	if err != nil {
		return 0, err
	}
	if !r.OneOfSeveral {
		if err := input.CheckLocations(r.opts.resources(), reader.ID); err != nil {
			return 0, err
		}
	}
	r.places.add(r.App, reader.ID)
	r.warnOfGaps(reader)
	o := r.opts
	printer := &logPrinter{recordReader: reader, follow: o.follow}
	query := history.Query{LogGroup: reader.Names.LogGroup, From: o.period.From, To: o.period.To, Filter: o.filter}
	if o.follow {
		query.Limiter = reader.LogsRate()
		follower := &follower{logs: reader.logs, query: query, print: printer.print, warn: func(text string) { r.Warn(text) }, renew: reader.renew}
		err = follower.run(ctx)
	} else {
		sorted := sorter{emit: printer.print}
		_, err = reader.read(ctx, query, printer.printing, func(e history.Entry) error { return sorted.add(&e) })
		err = cmp.Or(err, sorted.flush())
		printer.flush()
	}
	if err != nil {
		return 0, reader.explain(err)
	}
	if printer.printed == 0 && !o.follow {
		if err := r.printNone(ctx, reader, query); err != nil {
			return 0, reader.explain(err)
		}
	}
	return shownLogs(printer.printed), nil
}

// stamp formats a time for a sentence.
func stamp(at time.Time) string { return at.UTC().Format("2006-01-02 15:04 UTC") }

// warnOfGaps warns about settings that keep records from being found.
func (r logsRun) warnOfGaps(reader *recordReader) {
	o := r.opts
	if reader.Record == nil {
		return
	}
	if level := reader.Record.LogLevel; deploy.HidesRecords(level) && slices.Index(history.Levels(), o.filter.Level) < slices.Index(history.Levels(), level) {
		r.Warn(deploy.LevelHides(level))
		show.Hint(r.Err, r.Hints().RecordAll(reader.Names.Prefix))
	}
	if kept := reader.Record.LogRetentionDays; kept > 0 && o.since != "" && time.Since(o.period.From) > time.Duration(kept)*24*time.Hour+time.Minute {
		r.Warn("logs are kept for " + show.Days(kept) + ": older records are deleted")
	}
}

// at returns the options for one of several installations of a configuration file.
func (o *logsOptions) at(a *command.App) *logsOptions {
	one := *o
	one.addressOptions = o.addressOptions.at(a)
	return &one
}
