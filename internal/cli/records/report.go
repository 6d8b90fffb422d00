package records

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/cli/command"
	"github.com/spothandler/spothandler/internal/cli/input"
	"github.com/spothandler/spothandler/internal/cli/show"
	"github.com/spothandler/spothandler/internal/cli/term"
	"github.com/spothandler/spothandler/internal/deploy"
	"github.com/spothandler/spothandler/internal/deploy/resource"
	"github.com/spothandler/spothandler/internal/history"
)

// reportOptions are report's own flags.
type reportOptions struct {
	addressOptions
	days int
	html string // file for the page; "-" is standard output
	now  time.Time

	page *reportPage // nil if none was requested
}

// at returns the options for one of several installations of a configuration file.
func (o *reportOptions) at(a *command.App) *reportOptions {
	one := *o
	one.addressOptions = o.addressOptions.at(a)
	return &one
}

// NewReportCommand returns the command report.
func NewReportCommand(a *command.App) *cobra.Command {
	o := &reportOptions{addressOptions: addressOptions{command: "report"}}
	cmd := &cobra.Command{
		Use:   "report",
		Short: "Summarize the interruptions of recent days",
		Long: `Report counts the interruptions of recent days, and shows what the function did
about them, how soon, and how the redeployments ended: by service, Availability
Zone and hour. The test events of simulate are not counted. With -o csv each
interruption is a row. Without --prefix it reports on the only installation.

With --html it also writes a self-contained HTML page, without scripts, which
needs no network.

If nothing is installed, it exits with 3.`,
		Example: `  spothandler report --days 30
  spothandler report --prefix prod --all-regions -o csv > interruptions.csv
  spothandler report --html report.html
  spothandler report -o markdown >> "$GITHUB_STEP_SUMMARY"`,
		Args:        input.NoArguments,
		Annotations: map[string]string{input.MoreFormats: "csv, markdown"},
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			if o.names, err = a.Given(cmd, o.prefix); err != nil {
				return err
			}
			if o.days < 1 || o.days > input.LongestDays {
				return apperr.Invalid(fmt.Sprintf("accepted: 1 to %d", input.LongestDays), "--days %d is not accepted", o.days)
			}
			if cmd.Flags().Changed("html") {
				if o.page, err = openPage(a, o.html); err != nil {
					return err
				}
			}
			o.one, o.now = cmd.Flags().Changed("prefix"), time.Now()
			return reportRun{a, o}.run(cmd.Context())
		},
	}
	input.AddAddress(cmd, &o.prefix)
	cmd.Flags().IntVar(&o.days, "days", 14, "number of days to report on")
	cmd.Flags().StringVar(&o.html, "html", "", "write an HTML page to this file, or - for stdout")
	_ = cmd.MarkFlagFilename("html", "html", "htm")
	a.AWSFlags(cmd)
	return cmd
}

// shownReport is the result of report in one Region.
type shownReport struct {
	history.Report
	warnings []string // which were printed
}

func (r shownReport) Brief() string {
	if r.CountsUnknown != "" {
		return "counts unknown"
	}
	return term.Plural(r.Interruptions, "interruption")
}

// At returns the report itself, which names its place.
func (r shownReport) At(command.Location) any { return r }

// reportRun is one run of report.
type reportRun struct {
	*command.App
	opts *reportOptions
}

func (r reportRun) run(ctx context.Context) error {
	runs, id, err := command.RunInRegions(ctx, r.App, r.opts.only(), func(ctx context.Context, a *command.App) (shownReport, error) {
		return reportRun{a, r.opts.at(a)}.here(ctx)
	})
	if err != nil {
		return err
	}
	if len(runs) == 0 {
		return r.DeliverNone(r.NowhereInstalled(ctx, r.opts.prefix, id))
	}
	shown := r.show(ctx, runs)
	if r.opts.page == nil {
		return shown
	}
	if err := r.opts.page.write(ctx, runs); err != nil {
		return err
	}
	return shown
}

func (r reportRun) show(ctx context.Context, runs []*command.TargetRun[shownReport]) error {
	if r.Output != "csv" && !r.opts.page.printed() || !runs[0].App.OneOfSeveral {
		return command.DeliverAll(ctx, r.App, runs)
	}
	if r.Output == "csv" && slices.ContainsFunc(runs, (*command.TargetRun[shownReport]).HasResult) { // one table for all Regions
		if err := writeCSV(r.Out, csvHeader()); err != nil {
			return err
		}
	}
	for _, v := range runs {
		if err := v.Show(r.App); err != nil {
			return err
		}
	}
	r.ErrorsInResult = true
	return command.Conclude(ctx, r.App, runs)
}

func (r reportRun) here(ctx context.Context) (shownReport, error) {
	o := r.opts
	reader, err := openRecords(ctx, r.App, &o.addressOptions)
	if err != nil {
		return shownReport{}, err
	}
	from := o.now.Add(-time.Duration(o.days) * 24 * time.Hour)
	from, warnings, err := r.limitToRetention(ctx, reader, from)
	if err != nil {
		return shownReport{}, err
	}
	unknown := ""
	if reader.Record != nil && deploy.HidesRecords(reader.Record.LogLevel) {
		unknown = deploy.LevelHides(reader.Record.LogLevel)
	}
	r.Warn(warnings...)
	r.warnOfRows(reader, unknown)
	shown := shownReport{history.Report{From: from.UTC(), To: o.now.UTC(), UnknownOutcomes: []string{}}, warnings}
	if unknown == "" || r.Output == "csv" {
		if shown.Report, err = reader.sum(ctx, from, o.now); err != nil {
			return shownReport{}, err
		}
	}
	shown.Prefix, shown.Region, shown.CountsUnknown = reader.Names.Prefix, reader.ID.Region, unknown
	return shown, r.print(&shown.Report)
}

// warnOfRows warns that rows are missing from CSV output, which shows records rather than counts.
func (r reportRun) warnOfRows(reader *recordReader, unknown string) {
	if unknown != "" && r.Output == "csv" {
		r.Warn("rows are missing: " + unknown)
		show.Hint(r.Err, r.Hints().RecordAll(reader.Names.Prefix))
	}
}

// limitToRetention returns the later of from and the start of the logs' retention, and warnings about the difference.
func (r reportRun) limitToRetention(ctx context.Context, reader *recordReader, from time.Time) (time.Time, []string, error) {
	kept, err := deploy.Retention(ctx, reader.Clients, reader.ID, reader.Names.LogGroup)
	switch {
	case apperr.IsAccessDenied(err):
		return from, []string{resource.NotChecked{What: "how long logs are kept", Why: apperr.WhyNot(err)}.String()}, nil
	case err != nil || kept == 0 || kept >= r.opts.days:
		return from, nil, err
	}
	return r.opts.now.Add(-time.Duration(kept) * 24 * time.Hour),
		[]string{fmt.Sprintf("logs are kept for %s: the report covers those, not the %d days requested", show.Days(kept), r.opts.days)}, nil
}

func (r reportRun) print(sums *history.Report) error {
	switch r.Output {
	case "csv":
		rows := csvRows(r.Account, sums)
		if !r.OneOfSeveral { // else there is one header for all
			rows = slices.Insert(rows, 0, csvHeader())
		}
		return writeCSV(r.Out, rows...)
	case "markdown":
		show.ReportMarkdown(r.Out, sums)
	case "text":
		if !r.opts.page.printed() {
			show.Report(r.Out, sums)
			r.printHint(sums)
		}
	}
	return nil
}

// printHint prints, if the counts are unknown, how to have them recorded from now on.
func (r reportRun) printHint(sums *history.Report) {
	if sums.CountsUnknown != "" {
		show.Hint(r.Out, r.Hints().RecordAll(sums.Prefix))
	}
}
