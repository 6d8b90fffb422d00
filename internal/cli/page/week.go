package page

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/spothandler/spothandler/internal/history"
)

// week is the heat map of the hours of the week, in UTC.
type week struct {
	Region string
	Level  int // of its heading
	Hours  []string
	Days   []day
	Totals []int  // of each hour, followed by the overall total
	Busy   string // sentence about the busiest hour, or ""
	Legend []shade
}

type day struct {
	Name, Short string
	Cells       []cell
	Total       int
}

type cell struct {
	Count, Shade int
	X, Y         int // position in the small heat map
}

type shade struct {
	Shade int
	Words string
}

// scale has the smallest count of each shade, except the first, which is for 0.
type scale [4]int

// scaleOf returns the scale for all Regions, whose weeks are compared: that of the terminal or, for larger counts, four equal
// steps.
func scaleOf(regions []Region) scale {
	most := 0
	for _, r := range regions {
		if r.Report == nil {
			continue
		}
		for _, hours := range r.Report.ByHour {
			most = max(most, slices.Max(hours[:]))
		}
	}
	if most <= 12 {
		return scale{1, 2, 4, 7}
	}
	step := (most + 3) / 4
	return scale{1, 1 + step, 1 + 2*step, 1 + 3*step}
}

// of returns the shade of a count, 0 to 4.
func (s scale) of(n int) int {
	shade, _ := slices.BinarySearch(s[:], n+1)
	return shade
}

func (s scale) legend() []shade {
	all := []shade{{0, "0"}}
	for i, least := range s[:3] {
		words := strconv.Itoa(least)
		if last := s[i+1] - 1; last > least {
			words += "–" + strconv.Itoa(last)
		}
		all = append(all, shade{i + 1, words})
	}
	return append(all, shade{4, strconv.Itoa(s[3]) + " or more"})
}

func newWeek(r *history.Report, shades scale) *week {
	w := &week{
		Totals: make([]int, 25),
		Legend: shades.legend(),
	}
	for hour := range 24 {
		w.Hours = append(w.Hours, fmt.Sprintf("%02d", hour))
	}
	most := 0
	for index, name := range []string{"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"} {
		d := day{Name: name, Short: name[:3]}
		for hour, n := range r.ByHour[index] {
			d.Cells = append(d.Cells, cell{n, shades.of(n), 10 * hour, 10 * index})
			d.Total += n
			w.Totals[hour] += n
			switch {
			case n > most:
				most = n
				w.Busy = fmt.Sprintf("Most on %ss from %02d:00 to %02d:00: %d.", name, hour, (hour+1)%24, n)
			case n == most: // not a single busiest hour
				w.Busy = ""
			}
		}
		w.Totals[24] += d.Total
		w.Days = append(w.Days, d)
	}
	return w
}

// Total returns the total of all hours.
func (w *week) Total() int { return w.Totals[24] }
