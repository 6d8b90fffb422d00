package page

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/spothandler/spothandler/internal/cli/term"
	"github.com/spothandler/spothandler/internal/history"
)

// view is the content of the page, as escaped texts and lengths.
type view struct {
	Style     string
	StyleHash string // of the only style sheet that the Content Security Policy allows

	Title, Headline, Lead string
	Prefix, Where         string
	From, To              moment
	Figures               []figure // totals of all Regions
	Overview              *table   // nil for a single Region
	Weeks                 []*week
	Several               bool
	Sections              []section
	Made                  moment
	Version               string
}

// moment is a time for display and as RFC 3339.
type moment struct{ Text, Machine string }

// figure is a number with a name.
type figure struct {
	Name, Value string
	Look        string // CSS class: none, bad, or ""
}

// section is the section of a Region.
type section struct {
	Name      string
	ReadError string // why
	Unknown   string // why the counts are unknown
	Warnings  []string
	Summary   string
	Figures   []figure
	Reaction  *reaction
	// The charts: in two columns, and in full width.
	Left, Right, Whole []table
	Week               *week
	Notes              []string
}

// table is a chart: a bar is next to the first number of each row.
type table struct {
	ID, Title, Note string
	Level           int      // of its heading
	Columns         []string // names, beginning with the column of row names
	Rows, Rest      []row    // Rest is collapsed
}

type row struct {
	Name, Note string
	Link       string // to a Region's section, instead of the name
	First      string // first figure, next to the bar
	Length     float64
	Others     []named
	Faint      bool // the row has no counts
	Span       int  // number of columns that the first figure spans, without a bar; 0 otherwise
}

// named is a figure with the name of its column.
type named struct{ Name, Text string }

// newRow returns a row whose first figure is n, with a bar proportional to most.
func (t *table) newRow(name string, n, most int, others ...string) row {
	r := row{Name: name, First: strconv.Itoa(n), Length: share(n, most), Faint: n == 0}
	for i, text := range others {
		r.Others = append(r.Others, named{t.Columns[i+2], text})
	}
	return r
}

// longest is the number of rows of a table that are not collapsed.
const longest = 20

func newView(p Page) view {
	v := view{Several: len(p.Regions) > 1, Version: term.Escape(p.Version), Made: momentOf(p.Made)}
	var names []string
	var counted []*history.Report
	level, shades := 2, scaleOf(p.Regions)
	if v.Several {
		level = 3
	}
	for _, r := range p.Regions {
		names = append(names, term.Escape(r.Name))
		shown := newSection(r, level, shades)
		v.Sections = append(v.Sections, shown)
		if v.Several && shown.Week != nil {
			v.Weeks = append(v.Weeks, shown.Week)
		}
		if r.Report != nil {
			v.Prefix, v.To = term.Escape(r.Report.Prefix), momentOf(r.Report.To)
		}
		if r.counted() {
			counted = append(counted, r.Report)
		}
	}
	v.Where = strings.Join(names, ", ")
	if len(names) > 3 {
		v.Where = fmt.Sprintf("%d Regions", len(names))
	}
	v.Title = "Spot interruptions · " + v.Where
	v.From = momentOf(earliest(p.Regions))
	v.sum(counted, p.Regions)
	return v
}

// sum sets the totals of the Regions whose counts are known.
func (v *view) sum(counted []*history.Report, regions []Region) {
	if len(counted) == 0 {
		v.Headline = "Number of interrupted tasks unknown"
		return
	}
	all := together(counted)
	v.Headline, v.Lead, v.Figures = headline(&all), lead(&all, v.Several), figures(&all)
	if v.Several {
		v.Overview = overview(regions)
	}
	if missing := len(regions) - len(counted); missing > 0 {
		v.Lead += " Not counted: " + plural(missing, "Region") + "."
	}
}

// counted reports whether the Region's counts are known.
func (r *Region) counted() bool { return r.Report != nil && r.Report.CountsUnknown == "" }

// earliest returns the earliest beginning of a period, or the zero time if nothing was read.
func earliest(regions []Region) time.Time {
	var from time.Time
	for _, r := range regions {
		if r.Report != nil && (from.IsZero() || r.Report.From.Before(from)) {
			from = r.Report.From
		}
	}
	return from
}

// together returns the sum of the Regions' counts, without a median, which cannot be computed from medians.
func together(read []*history.Report) history.Report {
	all := *read[0]
	if len(read) == 1 {
		return all
	}
	all.Skipped, all.ReactionMS = map[string]int{}, history.Spread{}
	all.Interruptions, all.Redeployments, all.Failures = 0, 0, 0
	for _, r := range read {
		all.Interruptions += r.Interruptions
		all.Redeployments += r.Redeployments
		all.Failures += r.Failures
		for reason, n := range r.Skipped {
			all.Skipped[reason] += n
		}
		if slowest := r.ReactionMS.Max; slowest != nil && (all.ReactionMS.Max == nil || *slowest > *all.ReactionMS.Max) {
			all.ReactionMS.Max = slowest
		}
	}
	return all
}

func headline(r *history.Report) string {
	if r.Interruptions == 0 {
		return "No task was interrupted"
	}
	return plural(r.Interruptions, "task") + " interrupted"
}

// lead describes in a sentence or two what the function did.
func lead(r *history.Report, several bool) string {
	if r.Interruptions == 0 {
		return "AWS interrupted no Fargate Spot task of a service in this period."
	}
	text := plural(r.Redeployments, "redeployment") + " followed"
	if r.Redeployments == 0 {
		text = "No redeployment followed"
	}
	switch {
	case r.ReactionMS.Max != nil && r.Redeployments == 1:
		text += " " + seconds(*r.ReactionMS.Max) + " after the warning"
	case r.ReactionMS.Median != nil && !several:
		text += ", half of them within " + seconds(*r.ReactionMS.Median) + " of the warning"
	case r.ReactionMS.Max != nil:
		text += ", the slowest " + seconds(*r.ReactionMS.Max) + " after its warning"
	}
	if r.Failures == 0 {
		return text + ". Nothing failed."
	}
	return text + ". For " + plural(r.Failures, "task") + " the function failed."
}

func figures(r *history.Report) []figure {
	skipped, observed := history.SplitSkipped(r.Skipped)
	all := []figure{figureOf("tasks interrupted", r.Interruptions, ""), figureOf("redeployments", r.Redeployments, "")}
	if observed > 0 {
		all = append(all, figureOf("would have been redeployed", observed, ""))
	}
	return append(all, figureOf("skipped", skipped, ""), figureOf("failed", r.Failures, "bad"))
}

func figureOf(name string, n int, look string) figure {
	if n == 0 {
		look = "none"
	}
	return figure{name, strconv.Itoa(n), look}
}

func skipped(r *history.Report) int {
	skipped, _ := history.SplitSkipped(r.Skipped)
	return skipped
}

// overview returns the table that compares the Regions.
func overview(regions []Region) *table {
	t := &table{ID: "regions", Title: "By Region", Level: 2, Columns: []string{"Region", "tasks", "redeployed", "skipped", "failed", "median", "slowest"}}
	most := 0
	for _, r := range regions {
		if r.counted() {
			most = max(most, r.Report.Interruptions)
		}
	}
	for _, r := range regions {
		name := term.Escape(r.Name)
		if !r.counted() {
			t.Rows = append(t.Rows, row{Link: name, First: "unknown", Faint: true, Span: len(t.Columns) - 1})
			continue
		}
		line := t.newRow(name, r.Report.Interruptions, most, strconv.Itoa(r.Report.Redeployments), strconv.Itoa(skipped(r.Report)),
			strconv.Itoa(r.Report.Failures), maybe(r.Report.ReactionMS.Median, seconds), maybe(r.Report.ReactionMS.Max, seconds))
		line.Link = name
		t.Rows = append(t.Rows, line)
	}
	return t
}

func momentOf(at time.Time) moment {
	if at.IsZero() {
		return moment{}
	}
	return moment{at.UTC().Format("2 January 2006, 15:04"), at.UTC().Format(time.RFC3339)}
}

func plural(n int, word string) string {
	if n == 1 {
		return "1 " + word
	}
	return fmt.Sprintf("%d %ss", n, word)
}

// share returns n as a percentage of most.
func share(n, most int) float64 {
	if most == 0 {
		return 0
	}
	return 100 * float64(n) / float64(most)
}

func seconds(ms int64) string { return term.Seconds(time.Duration(ms) * time.Millisecond) }

func wholeSeconds(s int64) string { return fmt.Sprintf("%ds", s) }

// maybe returns a figure, or a dash if it is nil.
func maybe(n *int64, words func(int64) string) string {
	if n == nil {
		return "–"
	}
	return words(*n)
}
