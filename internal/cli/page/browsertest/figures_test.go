package browsertest

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// tables returns the expected rows of the page, by the prefix of the table's ID.
func (r *report) tables() map[string][][]string {
	o := r.Outcomes
	all := map[string][][]string{"week": r.week()}
	if r.Redeployments > 0 {
		all["outcomes"] = [][]string{
			{"completed", itoa(o.Completed)},
			{"rolled back", itoa(o.RolledBack)},
			{"failed", itoa(o.Failed)},
			{"stopped", itoa(o.Stopped)},
			{"in progress", itoa(o.InProgress)},
			{"unknown", itoa(o.Unknown)},
		}
	}
	for _, s := range r.ByService {
		all["services"] = append(all["services"], []string{plain(s.Cluster + "/" + s.Service), itoa(s.Interruptions), itoa(s.Redeployments), itoa(s.Failures)})
	}
	for _, z := range r.ByZone {
		name := plain(z.Zone)
		if name == "" {
			name = "not recorded"
		}
		all["zones"] = append(all["zones"], []string{name, itoa(z.Interruptions)})
	}
	reasons := slices.SortedFunc(maps.Keys(r.Skipped), func(a, b string) int {
		if r.Skipped[a] != r.Skipped[b] {
			return r.Skipped[b] - r.Skipped[a]
		}
		return strings.Compare(a, b)
	})
	for _, reason := range reasons {
		all["skipped"] = append(all["skipped"], []string{plain(reason), itoa(r.Skipped[reason])})
	}
	return all
}

func (r *report) week() [][]string {
	var rows [][]string
	totals := make([]int, 25)
	for day, hours := range r.ByHour {
		row := []string{[]string{"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"}[day]}
		of := 0
		for hour, n := range hours {
			row = append(row, itoa(n))
			of += n
			totals[hour] += n
		}
		totals[24] += of
		rows = append(rows, append(row, itoa(of)))
	}
	last := []string{"all"}
	for _, n := range totals {
		last = append(last, itoa(n))
	}
	return append(rows, last)
}

// mustBeInProportion checks that the lengths of the bars are proportional to their numbers.
func mustBeInProportion(t *testing.T, where string, bars []float64, rows [][]string) {
	t.Helper()
	if len(bars) != len(rows) {
		t.Errorf("%s: %d bars, %d rows", where, len(bars), len(rows))
		return
	}
	first, _ := strconv.ParseFloat(rows[0][1], 64)
	for i, bar := range bars {
		n, _ := strconv.ParseFloat(rows[i][1], 64)
		if want := bars[0] * n / first; first > 0 && math.Abs(bar-want) > .01 {
			t.Errorf("%s: the bar of %s is %.3f, want %.3f", where, rows[i][0], bar, want)
		}
	}
}

// plain returns a text as the page shows it: invisible characters are escaped, and white space is collapsed.
func plain(text string) string {
	var out strings.Builder
	for _, r := range text {
		if strconv.IsPrint(r) {
			out.WriteRune(r)
		} else {
			quoted := strconv.Quote(string(r))
			out.WriteString(quoted[1 : len(quoted)-1])
		}
	}
	return strings.Join(strings.Fields(out.String()), " ")
}

func itoa(n int) string { return strconv.Itoa(n) }

func seconds(ms *int64) string { return fmt.Sprintf("%.1fs", float64(*ms)/1000) }

func sum(counts map[string]int) int {
	all := 0
	for _, n := range counts {
		all += n
	}
	return all
}
