package show

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/spothandler/spothandler/internal/cli/term"
	"github.com/spothandler/spothandler/internal/deploy"
	"github.com/spothandler/spothandler/internal/history"
)

// counted is a bar of a chart.
type counted struct {
	name string
	n    int
}

// headline returns the totals of a report as sentences.
func headline(r *history.Report) []string {
	lines := []string{strings.Join(slices.Concat([]string{term.Plural(r.Interruptions, "task") + " interrupted", term.Plural(r.Redeployments, "redeployment")},
		NotRedeployed(r.Skipped), []string{fmt.Sprintf("%d failed", r.Failures)}), " · ")}
	if reasons := skippedBy(r.Skipped); len(reasons) > 0 {
		lines = append(lines, "skipped: "+strings.Join(reasons, " · "))
	}
	if r.ReactionMS.Median != nil {
		lines = append(lines, fmt.Sprintf("time to redeployment: median %s, slowest %s", InSeconds(*r.ReactionMS.Median), InSeconds(*r.ReactionMS.Max)))
	}
	if r.Redeployments > 0 {
		lines = append(lines, "outcomes: "+strings.Join(outcomes(r), " · "))
	}
	for _, why := range r.UnknownOutcomes {
		lines = append(lines, "unknown: "+why)
	}
	if r.Rehearsals > 0 {
		lines = append(lines, term.Plural(r.Rehearsals, "record")+" of rehearsals, not counted")
	}
	if r.LinesIgnored > 0 {
		lines = append(lines, term.Plural(r.LinesIgnored, "line")+" of the log ignored: not records of the function")
	}
	return lines
}

// NotRedeployed describes the number of interruptions without a redeployment, given the numbers by reason.
func NotRedeployed(byReason map[string]int) []string {
	skipped, observed := history.SplitSkipped(byReason)
	words := []string{fmt.Sprintf("%d skipped", skipped)}
	if observed > 0 {
		words = append([]string{fmt.Sprintf("%d would have been redeployed", observed)}, words...)
	}
	return words
}

// skippedBy returns the number of skipped interruptions by reason, most frequent first.
func skippedBy(byReason map[string]int) []string {
	var parts []string
	for _, reason := range slices.SortedFunc(maps.Keys(byReason), func(a, b string) int {
		return cmp.Or(byReason[b]-byReason[a], cmp.Compare(a, b))
	}) {
		if reason != string(history.Observed) {
			parts = append(parts, fmt.Sprintf("%d %s", byReason[reason], reason))
		}
	}
	return parts
}

func outcomes(r *history.Report) []string {
	var parts []string
	for _, each := range []counted{
		{"completed", r.Outcomes.Completed},
		{"rolled back", r.Outcomes.RolledBack},
		{"failed", r.Outcomes.Failed},
		{"stopped", r.Outcomes.Stopped},
		{"in progress", r.Outcomes.InProgress},
		{"unknown", r.Outcomes.Unknown},
	} {
		if each.n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", each.n, each.name))
		}
	}
	if r.Outcomes.Seconds.Median != nil {
		parts = append(parts, fmt.Sprintf("median %ds", *r.Outcomes.Seconds.Median))
	}
	return parts
}

// InSeconds returns a number of milliseconds in seconds, such as "1.2s".
func InSeconds(ms int64) string { return term.Seconds(time.Duration(ms) * time.Millisecond) }

// reportTitle returns the installation, Region and period of a report.
func reportTitle(r *history.Report) string {
	return fmt.Sprintf("%s · %s · %s to %s UTC", deploy.DisplayPrefix(r.Prefix), r.Region, r.From.Format("2006-01-02 15:04"), r.To.Format("2006-01-02 15:04"))
}

func byService(r *history.Report) []counted {
	var all []counted
	for _, s := range r.ByService {
		all = append(all, counted{s.Cluster + "/" + s.Service, s.Interruptions})
	}
	return all
}

func byZone(r *history.Report) []counted {
	var all []counted
	for _, z := range r.ByZone {
		name := z.Zone
		if name == "" {
			name = "not recorded"
		}
		all = append(all, counted{name, z.Interruptions})
	}
	return all
}

// Report prints a report as text.
func Report(out *term.Printer, r *history.Report) {
	st := out.Style
	out.Printf("%s\n", st.Line("", reportTitle(r), st.Bold))
	if r.CountsUnknown != "" {
		out.Print(st.Note("", "counts unknown: "+r.CountsUnknown))
		return
	}
	for _, line := range headline(r) {
		out.Print(st.Paragraph("", line))
	}
	if r.Interruptions == 0 {
		return
	}
	out.Printf("\n")
	printBars(out, "by service", byService(r))
	printBars(out, "by zone", byZone(r))
	printHours(out, r)
	out.Print(st.Line("", "These are counts, not rates: the records do not show how long tasks ran.", st.Dim))
}

// printBars prints counts as a bar chart.
func printBars(out *term.Printer, title string, all []counted) {
	const widest = 28
	st := out.Style
	names, digits := 0, 0
	for _, each := range all {
		names, digits = max(names, min(term.Width(st.Shorten(each.name, widest)), widest)), max(digits, len(fmt.Sprint(each.n)))
	}
	room := st.Width - 2 - names - 2 - 2 - digits
	out.Printf("%s\n", st.Dim(title))
	for _, each := range all {
		bar := st.Bar(each.n, all[0].n, room)
		out.Printf("  %s  %s  %s\n", term.Pad(st.Shorten(each.name, widest), names), term.Pad(bar, room), fmt.Sprintf("%*d", digits, each.n))
	}
	out.Printf("\n")
}

// weekdays returns the names of the days in the order of a report's by_hour.
func weekdays() []string { return []string{"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"} }

// printHours prints the hours of the week as a heat map, two columns for each hour.
func printHours(out *term.Printer, r *history.Report) {
	st := out.Style
	out.Printf("%s\n", st.Dim("by hour (UTC)"))
	out.Printf("%s\n", st.Dim("       00          06          12          18"))
	for day, name := range weekdays() {
		var row strings.Builder
		sum := 0
		for _, n := range r.ByHour[day] {
			row.WriteString(st.Shade(n))
			sum += n
		}
		out.Printf("  %s  %s  %s\n", name, row.String(), fmt.Sprintf("%3d", sum))
	}
	var legend strings.Builder
	for _, each := range []struct {
		n     int
		words string
	}{{0, "0"}, {1, "1"}, {2, "2-3"}, {4, "4-6"}, {7, "7 or more"}} {
		fmt.Fprintf(&legend, "  %s %s", st.Shade(each.n), each.words)
	}
	out.Printf("%s\n", st.Dim(legend.String()))
}

// ReportMarkdown prints a report as Markdown.
func ReportMarkdown(out *term.Printer, r *history.Report) {
	out.Printf("## Interruptions: %s\n\n", InMarkdown(reportTitle(r)))
	if r.CountsUnknown != "" {
		out.Printf("- %s\n", InMarkdown("counts unknown: "+r.CountsUnknown))
		return
	}
	for _, line := range headline(r) {
		out.Printf("- %s\n", InMarkdown(line))
	}
	out.Printf("\n| service | interruptions | redeployments | failed |\n|---|--:|--:|--:|\n")
	for _, s := range r.ByService {
		out.Printf("| %s | %d | %d | %d |\n", InMarkdown(s.Cluster+"/"+s.Service), s.Interruptions, s.Redeployments, s.Failures)
	}
	out.Printf("\n| zone | interruptions |\n|---|--:|\n")
	for _, z := range byZone(r) {
		out.Printf("| %s | %d |\n", InMarkdown(z.name), z.n)
	}
	out.Printf("\n| UTC | 00-05 | 06-11 | 12-17 | 18-23 |\n|---|--:|--:|--:|--:|\n")
	for day, name := range weekdays() {
		var quarters [4]int
		for hour, n := range r.ByHour[day] {
			quarters[hour/6] += n
		}
		out.Printf("| %s | %d | %d | %d | %d |\n", name, quarters[0], quarters[1], quarters[2], quarters[3])
	}
}
