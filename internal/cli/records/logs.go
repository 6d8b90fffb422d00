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
		Long: `Logs shows the function's records, a line for each event: what was done for
which service, and why. Without --since they are those of the last 24 hours;
with --follow it goes on until ctrl-C. With -o json the records are printed as
they are, one JSON object a line.

It exits with 3 where nothing is installed.`,
		Example: `  spothandler logs --since 6h
  spothandler logs --prefix prod --since 2026-11-20 --until 2026-11-21 --level ERROR
  spothandler logs --follow --service api -o json | jq .reason`,
		Args: input.NoArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			r := logsRun{a, o}
			if err := r.take(cmd, time.Now()); err != nil {
				return err
			}
			return r.run(cmd.Context())
		},
	}
	input.AddAddress(cmd, &o.prefix)
	flags := cmd.Flags()
	flags.StringVar(&o.since, "since", "", "begin: 6h or 2d ago, a date or an RFC 3339 time (default 24h)")
	flags.StringVar(&o.until, "until", "", "end, in the same forms; else now")
	flags.BoolVarP(&o.follow, "follow", "f", false, "go on as records come, until ctrl-C")
	flags.StringArray("cluster", nil, "of this cluster alone, a name or an ARN; repeatable")
	flags.StringSliceVar(&o.services, "service", nil, "of this service alone, a name or an ARN; repeatable")
	flags.StringSliceVar(&o.reasons, "reason", nil, "with this reason alone; repeatable")
	flags.StringVar(&o.level, "level", "", "of this level or worse: "+strings.Join(history.Levels(), ", "))
	flags.StringVar(&o.task, "task", "", "of this task alone: its ARN, its id, or how that begins")
	_ = flags.SetAnnotation("cluster", input.NotInFile, []string{"true"}) // the setting is another
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

// logsRun is one logs.
type logsRun struct {
	*command.App
	asked *logsOptions
}

// take reads the flags, and refuses what cannot have been meant, before the first call.
func (r logsRun) take(cmd *cobra.Command, now time.Time) (err error) {
	o := r.asked
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
		return apperr.Invalid("leave one of them out", "--follow and --until cannot be combined")
	}
	if o.follow && (r.AllRegions || len(r.Regions) > 1) {
		return apperr.Invalid("--region NAME   one of them", "--follow is for one region at a time")
	}
	return o.takeFilter(cmd)
}

func (o *logsOptions) takeFilter(cmd *cobra.Command) error {
	for _, name := range []string{"service", "reason"} { // of a list that is empty nothing has been said yet
		if texts, _ := input.TextsOf(cmd.Flags().Lookup(name)); cmd.Flags().Changed(name) && len(texts) == 0 {
			return apperr.Invalid("give it a value, or leave it out", "--%s is empty", name)
		}
	}
	for _, service := range o.services {
		o.filter.Services = append(o.filter.Services, handler.NameOf(strings.TrimSpace(service)))
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
	level, err := input.OneOf("level", strings.ToUpper(strings.TrimSpace(o.level)), history.Levels())
	o.filter.Level = level
	return err
}

// shownLogs is what logs comes to in one region: how many records were printed.
type shownLogs int

func (n shownLogs) Brief() string { return term.Plural(int(n), "record") }

func (r logsRun) run(ctx context.Context) error {
	runs, id, err := command.RunInRegions(ctx, r.App, r.asked.only(), func(ctx context.Context, a *command.App) (shownLogs, error) {
		return logsRun{a, r.asked.at(a)}.here(ctx)
	})
	switch {
	case err != nil:
		return err
	case len(runs) == 0:
		r.ErrorsInAnswer = r.JSON() // no record is no line
		return command.NotInstalledError("spothandler is not installed in any region of account "+id.Account, "spothandler install --region NAME --region NAME")
	case !runs[0].App.OneOfSeveral:
		return runs[0].Err
	}
	for i, v := range runs {
		if i > 0 && !r.JSON() {
			r.Out.Printf("\n")
		}
		if err := r.showRegion(ctx, v); err != nil {
			return err
		}
	}
	return command.AlreadyShown(command.WorstExitCode(runs))
}

// showRegion prints one of several regions. An error is a line of its own in JSON.
func (r logsRun) showRegion(ctx context.Context, v *command.TargetRun[shownLogs]) error {
	if !r.JSON() {
		r.Out.Printf("%s\n", r.Out.Bold(v.Name))
	}
	if v.Code == command.ExitNotInstalled && !r.JSON() {
		r.Out.Print(r.Out.Item(term.Quiet, "not installed"))
	}
	if err := v.Show(r.App); err != nil || v.Answered() || !r.JSON() {
		return err
	}
	return r.Out.JSONLine(v.Failure(ctx))
}

func (r logsRun) here(ctx context.Context) (shownLogs, error) {
	j, err := openJournal(ctx, r.App, &r.asked.addressOptions)
	if err != nil {
		return 0, err
	}
	r.remarkOn(j)
	printer := &logPrinter{journal: j}
	o := r.asked
	query := history.Query{LogGroup: j.Names.LogGroup, From: o.period.From, To: o.period.To, Filter: o.filter}
	if o.follow {
		query.Limiter = j.LogsRate(j.ID)
		follower := &follower{logs: j.logs, query: query, print: printer.print, trouble: func(text string) { r.Warn(text) }, renew: j.renewed}
		err = follower.run(ctx)
	} else {
		ordered := inOrder{pass: printer.print}
		_, err = j.read(ctx, query, true, func(e history.Entry) error { return ordered.add(&e) })
		err = cmp.Or(err, ordered.end())
	}
	if err != nil {
		return 0, j.unreadable(err)
	}
	if printer.printed == 0 && !o.follow {
		if err := r.sayNone(ctx, j, query); err != nil {
			return 0, j.unreadable(err)
		}
	}
	return shownLogs(printer.printed), nil
}

// stamp is a time as it is said in a sentence.
func stamp(at time.Time) string { return at.UTC().Format("2006-01-02 15:04 UTC") }

// remarkOn says what keeps records from being found.
func (r logsRun) remarkOn(j *journal) {
	o := r.asked
	if j.Record == nil {
		return
	}
	if level := j.Record.LogLevel; deploy.HidesRecords(level) && slices.Index(history.Levels(), o.filter.Level) < slices.Index(history.Levels(), level) {
		r.Warn(deploy.LevelHides(level))
		show.Hint(r.Err, r.RecordAllHint(j.Names.Prefix))
	}
	if kept := j.Record.LogRetentionDays; kept > 0 && o.since != "" && time.Since(o.period.From) > time.Duration(kept)*24*time.Hour+time.Minute {
		r.Warn("logs are kept for " + show.Days(kept) + ": older records are deleted")
	}
}

// at is what is asked for at one of several installations of a file.
func (o *logsOptions) at(a *command.App) *logsOptions {
	one := *o
	one.addressOptions = o.addressOptions.at(a)
	return &one
}
