package page

import (
	"strconv"

	g "maragu.dev/gomponents"
)

// bars returns an SVG of superimposed bars, as wide as its container.
func bars(class string, parts ...g.Node) g.Node {
	return g.El("svg", classed(class), g.Attr("viewBox", "0 0 100 1"), g.Attr("preserveAspectRatio", "none"), hidden(), bar("track", 100), g.Group(parts))
}

// bar returns a bar with a length from 0 to 100.
func bar(class string, length float64) g.Node {
	return g.El("rect", classed(class), g.Attr("width", strconv.FormatFloat(length, 'f', 2, 64)), g.Attr("height", "1"))
}

func (r *reaction) panel() g.Node {
	title := heading(r.Level, "Time from warning to redeployment")
	if r.Median == nil {
		return g.El("div", classed("panel reaction"), title, text("p", "note", "No reaction time was recorded."))
	}
	figure := func(class, name, value string) g.Node {
		return g.El("div", g.El("dt", g.El("i", classed(class), hidden()), g.Text(name)), text("dd", "", value))
	}
	return g.El("div", classed("panel reaction"), title,
		text("p", "note", "The task is stopped two minutes after the interruption warning."),
		g.El("dl", figure("fill", "median", r.Median.Text), figure("slow", "slowest", r.Slowest.Text)),
		bars("strip", bar("slow", r.Slowest.Share), bar("fill", r.Median.Share)),
		g.El("p", classed("scale"), hidden(), g.Map([]string{"0s", "30s", "60s", "90s", "120s"}, func(mark string) g.Node { return text("span", "", mark) })),
	)
}

// panel returns a table with its bars, and with its remaining rows in a details element. The ARIA roles are explicit, since
// browsers drop those of a table with a different display, as on a phone.
func panel(t table) g.Node {
	title := g.Group{heading(t.Level, t.Title), g.Text(" "), maybeText("span", "note", t.Note)}
	return g.El("div", classed("panel"),
		t.element(t.ID, g.El("caption", title), t.Rows),
		g.If(len(t.Rest) > 0, g.El("details",
			text("summary", "", strconv.Itoa(len(t.Rest))+" more"),
			t.element(t.ID+"-rest", text("caption", "unseen", t.Title+", continued"), t.Rest),
		)),
	)
}

func (t *table) element(id string, caption g.Node, rows []row) g.Node {
	var heads g.Group
	for index, name := range t.Columns {
		heads = append(heads, g.El("th", g.Attr("scope", "col"), role("columnheader"), g.If(index > 0, classed("n")), g.Text(name)))
	}
	return g.El("table", classed("bars n"+strconv.Itoa(len(t.Columns))), g.Attr("id", idOf(id)), role("table"),
		caption,
		g.El("thead", role("rowgroup"), g.El("tr", role("row"), heads)),
		g.El("tbody", role("rowgroup"), g.Map(rows, row.element)),
	)
}

func (r row) element() g.Node {
	name := text("span", "", r.Name)
	if r.Link != "" {
		name = link(r.Link)
	}
	var span, chart g.Node = nil, bars("", bar("fill", r.Length))
	if r.Span > 0 {
		span, chart = g.Attr("colspan", strconv.Itoa(r.Span)), nil
	}
	return g.El("tr", role("row"), g.If(r.Faint, classed("none")),
		g.El("th", g.Attr("scope", "row"), role("rowheader"), name, g.Text(" "), maybeText("span", "note", r.Note)),
		g.El("td", role("cell"), classed("bar"), span, g.El("div", chart, text("span", "", r.First))),
		g.Map(r.Others, func(other named) g.Node {
			return g.El("td", role("cell"), classed("n"), g.Attr("data-name", other.Name), g.Text(other.Text))
		}),
	)
}

func (w *week) panel() g.Node {
	head := func(content g.Node) g.Node { return g.El("th", g.Attr("scope", "col"), role("columnheader"), content) }
	side := func(content g.Node) g.Node { return g.El("th", g.Attr("scope", "row"), role("rowheader"), content) }
	count := func(class string, n int) g.Node { return text("td", class, strconv.Itoa(n)) }
	note := "Tasks interrupted, hours in UTC."
	if w.Busy != "" {
		note += " " + w.Busy
	}
	return g.El("div", classed("panel"),
		g.El("table", classed("week"), g.Attr("id", "week-"+idOf(w.Region)), role("table"),
			g.El("caption", heading(w.Level, "By hour of the week"), g.Text(" "), text("span", "note", note)),
			g.El("thead", role("rowgroup"), g.El("tr", role("row"),
				head(text("span", "unseen", "day")), g.Map(w.Hours, func(hour string) g.Node { return head(g.Text(hour)) }), head(g.Text("all")))),
			g.El("tbody", role("rowgroup"), g.Map(w.Days, func(d day) g.Node {
				return g.El("tr", role("row"), side(g.El("abbr", g.Attr("title", d.Name), g.Text(d.Short))),
					g.Map(d.Cells, func(c cell) g.Node { return count(shadeClass(c.Shade), c.Count) }), count("sum", d.Total))
			})),
			g.El("tfoot", role("rowgroup"), g.El("tr", role("row"), side(g.Text("all")), g.Map(w.Totals, func(n int) g.Node { return count("sum", n) }))),
		),
		g.El("p", classed("legend"), hidden(), g.Map(w.Legend, func(s shade) g.Node {
			return g.El("span", g.El("i", classed(shadeClass(s.Shade))), g.Text(s.Words))
		})),
	)
}

func shadeClass(n int) string { return "h" + strconv.Itoa(n) }

// small returns the week as a small SVG, for the comparison of Regions.
func (w *week) small() g.Node {
	var hours g.Group
	for _, d := range w.Days {
		for _, c := range d.Cells {
			if c.Count > 0 {
				hours = append(hours, g.El("rect", classed(shadeClass(c.Shade)), g.Attr("x", strconv.Itoa(c.X)), g.Attr("y", strconv.Itoa(c.Y)), g.Attr("width", "9"), g.Attr("height", "9")))
			}
		}
	}
	return g.El("svg", g.Attr("viewBox", "0 0 239 69"), role("img"), g.Attr("aria-label", w.Region+": "+strconv.Itoa(w.Total())+" by hour of the week"),
		g.El("rect", classed("track"), g.Attr("width", "239"), g.Attr("height", "69"), g.Attr("rx", "2")), hours)
}
