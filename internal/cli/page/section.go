package page

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"github.com/spothandler/spothandler/internal/cli/term"
	"github.com/spothandler/spothandler/internal/handler"
	"github.com/spothandler/spothandler/internal/history"
)

// newSection returns the section of a Region. level is the level of its tables' headings, and shades the scale of its heat
// map.
func newSection(r Region, level int, shades scale) section {
	s := section{Name: term.Escape(r.Name), ReadError: term.Escape(r.ReadError)}
	for _, warning := range r.Warnings {
		s.Warnings = append(s.Warnings, term.Escape(warning))
	}
	report := r.Report
	if report != nil {
		s.Unknown = term.Escape(report.CountsUnknown)
	}
	if !r.counted() {
		return s
	}
	s.Summary = headline(report) + ". " + lead(report, false)
	s.Figures = figures(report)
	s.Notes = notes(report)
	if report.Interruptions == 0 {
		return s
	}
	s.Reaction = newReaction(report)
	s.Reaction.Level = level
	charts := func(tables ...table) (all []table) {
		for _, t := range tables {
			if len(t.Rows) > 0 {
				t.ID, t.Level = t.ID+"-"+s.Name, level
				all = append(all, t)
			}
		}
		return all
	}
	s.Left, s.Right, s.Whole = charts(skippedBy(report)), charts(outcomes(report), byZone(report)), charts(byService(report))
	s.Week = newWeek(report, shades)
	s.Week.Region, s.Week.Level = s.Name, level
	return s
}

// notes returns remarks on what the figures do not include.
func notes(r *history.Report) []string {
	var all []string
	if r.Rehearsals > 0 {
		all = append(all, plural(r.Rehearsals, "record")+" of rehearsals, not counted.")
	}
	if r.LinesIgnored > 0 {
		all = append(all, plural(r.LinesIgnored, "line")+" of the log ignored: not records of the function.")
	}
	if r.Interruptions > 0 {
		all = append(all, "These are counts, not rates: the records do not show how long tasks ran.")
	}
	return all
}

// reaction is the time from the notice to the redeployment, on a scale of the two minutes' notice.
type reaction struct {
	Level           int
	Median, Slowest *mark // nil if no time was recorded
}

type mark struct {
	Text  string
	Share float64 // percentage of the notice, 0 to 100
}

// notice is the time in milliseconds from the notice until the task is stopped (Amazon ECS, Fargate Spot).
const notice = 120_000

func newReaction(r *history.Report) *reaction {
	if r.ReactionMS.Median == nil || r.ReactionMS.Max == nil {
		return &reaction{}
	}
	at := func(ms int64) *mark { return &mark{seconds(ms), within(ms)} }
	return &reaction{Median: at(*r.ReactionMS.Median), Slowest: at(*r.ReactionMS.Max)}
}

func within(ms int64) float64 { return min(100, max(0, 100*float64(ms)/notice)) }

// outcomes returns the table of the redeployments' outcomes.
func outcomes(r *history.Report) table {
	t := table{ID: "outcomes", Title: "Outcomes of redeployments", Columns: []string{"outcome", "redeployments"}}
	if r.Redeployments == 0 {
		return t
	}
	o := r.Outcomes
	for _, each := range []struct {
		name string
		n    int
	}{
		{"completed", o.Completed},
		{"rolled back", o.RolledBack},
		{"failed", o.Failed},
		{"stopped", o.Stopped},
		{"in progress", o.InProgress},
		{"unknown", o.Unknown},
	} {
		t.Rows = append(t.Rows, t.newRow(each.name, each.n, r.Redeployments))
	}
	for _, why := range r.UnknownOutcomes {
		t.Rows[len(t.Rows)-1].Note = join(t.Rows[len(t.Rows)-1].Note, term.Escape(why))
	}
	if o.Seconds.Median != nil {
		t.Note = fmt.Sprintf("Duration of those that ended: median %s, longest %s.", maybe(o.Seconds.Median, wholeSeconds), maybe(o.Seconds.Max, wholeSeconds))
	}
	return t
}

func join(a, b string) string {
	if a == "" {
		return b
	}
	return a + "; " + b
}

// skippedBy returns the table of reasons for which interruptions were left to ECS.
func skippedBy(r *history.Report) table {
	words := map[string]string{string(history.Observed): "would have been redeployed, but mode observe redeploys nothing"}
	for _, each := range handler.Reasons() {
		words[string(each.Reason)] = each.Text
	}
	reasons := slices.SortedFunc(maps.Keys(r.Skipped), func(a, b string) int {
		return cmp.Or(r.Skipped[b]-r.Skipped[a], cmp.Compare(a, b))
	})
	t := table{ID: "skipped", Title: "Why tasks were not redeployed", Columns: []string{"reason", "tasks"}}
	for _, reason := range reasons {
		line := t.newRow(term.Escape(reason), r.Skipped[reason], r.Skipped[reasons[0]])
		line.Note = words[reason]
		t.Rows = append(t.Rows, line)
	}
	return t.folded()
}

func byService(r *history.Report) table {
	t := table{ID: "services", Title: "By service", Columns: []string{"service", "tasks", "redeployed", "failed"}}
	for _, s := range r.ByService {
		t.Rows = append(t.Rows, t.newRow(term.Escape(s.Cluster+"/"+s.Service), s.Interruptions, r.ByService[0].Interruptions,
			strconv.Itoa(s.Redeployments), strconv.Itoa(s.Failures)))
	}
	return t.folded()
}

func byZone(r *history.Report) table {
	t := table{ID: "zones", Title: "By Availability Zone", Columns: []string{"zone", "tasks"}}
	for _, z := range r.ByZone {
		name := term.Escape(z.Zone)
		if name == "" {
			name = "not recorded"
		}
		t.Rows = append(t.Rows, t.newRow(name, z.Interruptions, r.ByZone[0].Interruptions))
	}
	return t.folded()
}

// folded returns the table with the rows beyond the longest moved to Rest.
func (t table) folded() table {
	if len(t.Rows) > longest {
		t.Rows, t.Rest = t.Rows[:longest], t.Rows[longest:]
	}
	return t
}
