package records

import (
	"cmp"
	"context"
	"encoding/csv"
	"fmt"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/spf13/cobra"

	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/cli/command"
	"github.com/spothandler/spothandler/internal/cli/input"
	"github.com/spothandler/spothandler/internal/cli/show"
	"github.com/spothandler/spothandler/internal/cli/term"
	"github.com/spothandler/spothandler/internal/deploy"
	"github.com/spothandler/spothandler/internal/handler"
	"github.com/spothandler/spothandler/internal/history"
)

// reportOptions are report's own flags.
type reportOptions struct {
	addressOptions
	days int
	html string // file of the page; "-" is standard output
	now  time.Time

	page *reportPage // nil: none was asked for
}

// NewReportCommand returns the command report.
func NewReportCommand(a *command.App) *cobra.Command {
	o := &reportOptions{addressOptions: addressOptions{command: "report"}}
	cmd := &cobra.Command{
		Use:   "report",
		Short: "Sum up the interruptions of some days",
		Long: `Report counts the interruptions of the last days, what the function did about
them, how soon, and what became of the redeployments: by service, by zone and by
hour. Rehearsals are not counted. With -o csv each interruption is a row.

With --html it also writes an HTML page that needs nothing else: no network, no
script. Read it on a phone, or print it.

It exits with 3 where nothing is installed.`,
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
	cmd.Flags().IntVar(&o.days, "days", 14, "how many days back")
	cmd.Flags().StringVar(&o.html, "html", "", "write an HTML page to this file, or - for stdout")
	_ = cmd.MarkFlagFilename("html", "html", "htm")
	a.AWSFlags(cmd)
	return cmd
}

// shownReport is what report comes to in one region.
type shownReport struct {
	history.Report
	warnings []string // that were printed
}

func (r shownReport) Brief() string {
	if r.CountsUnknown != "" {
		return "counts unknown"
	}
	return term.Plural(r.Interruptions, "interruption")
}

// At is the report itself, which names its place.
func (r shownReport) At(command.Location) any { return r }

// reportRun is one report.
type reportRun struct {
	*command.App
	asked *reportOptions
}

func (r reportRun) run(ctx context.Context) error {
	if r.Output == "csv" { // one table, however many regions
		if err := r.writeCSV(csvHeader()); err != nil {
			return err
		}
	}
	runs, id, err := command.RunInRegions(ctx, r.App, r.asked.only(), func(ctx context.Context, a *command.App) (shownReport, error) {
		return reportRun{a, r.asked.at(a)}.here(ctx)
	})
	if err != nil {
		return err
	}
	if len(runs) == 0 {
		return r.NowhereInstalled(id)
	}
	shown := r.show(ctx, runs)
	if r.asked.page == nil {
		return shown
	}
	if err := r.asked.page.write(ctx, runs); err != nil {
		return err
	}
	return shown
}

func (r reportRun) show(ctx context.Context, runs []*command.TargetRun[shownReport]) error {
	if r.Output != "csv" && !r.asked.page.printed() || !runs[0].App.OneOfSeveral {
		return command.AnswerAll(ctx, r.App, runs)
	}
	for _, v := range runs {
		if err := v.Show(r.App); err != nil {
			return err
		}
	}
	return command.AlreadyShown(command.WorstExitCode(runs))
}

func (r reportRun) here(ctx context.Context) (shownReport, error) {
	o := r.asked
	j, err := openJournal(ctx, r.App, &o.addressOptions)
	if err != nil {
		return shownReport{}, err
	}
	from := o.now.Add(-time.Duration(o.days) * 24 * time.Hour)
	from, warnings, err := r.keptFrom(ctx, j, from)
	if err != nil {
		return shownReport{}, err
	}
	unknown := ""
	if j.Record != nil && deploy.HidesRecords(j.Record.LogLevel) {
		unknown = deploy.LevelHides(j.Record.LogLevel)
	}
	r.Warn(warnings...)
	r.warnOfRows(j, unknown)
	shown := shownReport{history.Report{From: from.UTC(), To: o.now.UTC(), UnknownOutcomes: []string{}}, warnings}
	if unknown == "" || r.Output == "csv" {
		if shown.Report, err = j.sum(ctx, from, o.now); err != nil {
			return shownReport{}, err
		}
	}
	shown.Prefix, shown.Region, shown.CountsUnknown = j.Names.Prefix, j.ID.Region, unknown
	return shown, r.print(&shown.Report)
}

// warnOfRows says what CSV lacks, whose rows are what is recorded, and no counts.
func (r reportRun) warnOfRows(j *journal, unknown string) {
	if unknown != "" && r.Output == "csv" {
		r.Warn("rows are missing: " + unknown)
		show.Hint(r.Err, r.RecordAllHint(j.Names.Prefix))
	}
}

// keptFrom returns since when the logs are kept, of the time asked for, and what there is to say of that.
func (r reportRun) keptFrom(ctx context.Context, j *journal, from time.Time) (time.Time, []string, error) {
	kept, err := deploy.Retention(ctx, j.Clients, j.ID, j.Names.LogGroup)
	switch {
	case apperr.IsAccessDenied(err):
		return from, []string{deploy.NotChecked{What: "how long logs are kept", Why: apperr.WhyNot(err)}.String()}, nil
	case err != nil || kept == 0 || kept >= r.asked.days:
		return from, nil, err
	}
	return r.asked.now.Add(-time.Duration(kept) * 24 * time.Hour),
		[]string{fmt.Sprintf("logs are kept for %s: the report covers those, not the %d days asked for", show.Days(kept), r.asked.days)}, nil
}

// sum sums up the records of a period.
func (j *journal) sum(ctx context.Context, from, to time.Time) (history.Report, error) {
	collector := &history.Collector{}
	query := history.Query{LogGroup: j.Names.LogGroup, From: from, To: to.Add(history.Skew)}
	passedOver, err := j.read(ctx, query, false, func(e history.Entry) error {
		collector.Add(&e)
		return nil
	})
	if err != nil {
		return history.Report{}, j.unreadable(err)
	}
	collector.Interruptions()
	if err := history.FindOutcomes(ctx, ecs.NewFromConfig(j.Config), collector.Redeployments); err != nil {
		return history.Report{}, err
	}
	sums := history.Summarize(collector, from, to)
	sums.LinesIgnored = passedOver
	return sums, nil
}

func (r reportRun) print(sums *history.Report) error {
	switch r.Output {
	case "csv":
		return r.writeCSV(csvRows(r.Account, sums)...)
	case "markdown":
		show.ReportMarkdown(r.Out, sums)
	case "text":
		if !r.asked.page.printed() {
			show.Report(r.Out, sums)
			r.printCure(sums)
		}
	}
	return nil
}

// printCure says how to know the counts from now on, where they are unknown.
func (r reportRun) printCure(sums *history.Report) {
	if sums.CountsUnknown != "" {
		show.Hint(r.Out, r.RecordAllHint(sums.Prefix))
	}
}

func csvHeader() []string {
	return []string{"time", "region", "cluster", "service", "task", "zone", "result", "reason", "reaction_ms", "deployment", "error", "prefix", "account"}
}

func csvRows(account string, r *history.Report) [][]string {
	rows := make([][]string, len(r.All))
	for n, i := range r.All {
		reaction := ""
		if i.ReactionMS != nil {
			reaction = strconv.FormatInt(*i.ReactionMS, 10)
		}
		rows[n] = []string{
			i.At.UTC().Format(time.RFC3339), r.Region, handler.NameOf(i.Cluster), i.Service, handler.NameOf(i.Task), i.Zone,
			string(i.Result), string(i.Reason), reaction, cmp.Or(i.Forced, i.Deployment), i.Error, r.Prefix, account,
		}
	}
	return rows
}

// writeCSV writes rows, in which a control character is escaped, and a text that a spreadsheet would take for a formula
// begins with an apostrophe (OWASP, CSV injection).
func (r reportRun) writeCSV(rows ...[]string) error {
	out := csv.NewWriter(r.Out.Lines())
	for _, row := range rows {
		safe := make([]string, len(row))
		for n, text := range row {
			safe[n] = term.Escape(text)
			if text != "" && (text[0] == '=' || text[0] == '+' || text[0] == '-' || text[0] == '@') {
				safe[n] = "'" + safe[n]
			}
		}
		if err := out.Write(safe); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// at is what is asked for at one of several installations of a file.
func (o *reportOptions) at(a *command.App) *reportOptions {
	one := *o
	one.addressOptions = o.addressOptions.at(a)
	return &one
}
