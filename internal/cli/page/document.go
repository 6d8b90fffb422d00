package page

import (
	"strconv"
	"strings"

	g "maragu.dev/gomponents"
)

// The page is built from nodes and not by html/template, which would make the binary three times as large: a template can
// call any method by name, so the linker keeps all methods of all types of the SDK.

// text returns an element that contains a text.
func text(name, class, content string) g.Node { return g.El(name, classed(class), g.Text(content)) }

// classed returns a class attribute, or nothing if class is "".
func classed(class string) g.Node { return g.If(class != "", g.Attr("class", class)) }

// maybeText returns an element that contains a text, or nothing if the text is "".
func maybeText(name, class, content string) g.Node {
	return g.If(content != "", text(name, class, content))
}

func role(name string) g.Node { return g.Attr("role", name) }

func hidden() g.Node { return g.Attr("aria-hidden", "true") }

// heading returns a heading where HTML does not allow a heading element.
func heading(level int, content string) g.Node {
	return g.El("span", classed("caption"), role("heading"), g.Attr("aria-level", strconv.Itoa(level)), g.Text(content))
}

func when(m moment) g.Node { return g.El("time", g.Attr("datetime", m.Machine), g.Text(m.Text)) }

func (v *view) document() g.Node {
	meta := func(name, content string) g.Node {
		return g.El("meta", g.Attr("name", name), g.Attr("content", content))
	}
	return g.Group{g.Raw("<!doctype html>\n"), g.El("html", g.Attr("lang", "en"),
		g.El("head",
			g.El("meta", g.Attr("charset", "utf-8")),
			g.El("meta", g.Attr("http-equiv", "Content-Security-Policy"),
				g.Attr("content", "default-src 'none'; style-src 'sha256-"+v.StyleHash+"'; base-uri 'none'; form-action 'none'")),
			meta("viewport", "width=device-width, initial-scale=1"),
			meta("color-scheme", "light dark"),
			meta("referrer", "no-referrer"),
			meta("generator", "spothandler "+v.Version),
			g.El("title", g.Text(v.Title)),
			g.El("style", g.Raw(v.Style)), // trusted
		),
		g.El("body", v.header(), g.El("main", v.together(), g.Map(v.Sections, v.section)), v.footer()),
	), g.Raw("\n")}
}

func (v *view) header() g.Node {
	place := v.Where
	if v.Prefix != "" {
		place = v.Prefix + " · " + place
	}
	return g.El("header",
		text("p", "eyebrow", "Fargate Spot interruptions · "+place),
		text("h1", "", v.Headline),
		maybeText("p", "lead", v.Lead),
		g.If(v.From.Text != "", g.El("p", classed("period"), when(v.From), g.Text(" to "), when(v.To), g.Text(" UTC"))),
	)
}

func (v *view) footer() g.Node {
	return g.El("footer", g.El("p", g.Text("Based on the function’s records in its log group. Created by spothandler "+v.Version+" on "), when(v.Made), g.Text(" UTC.")))
}

// together returns the section with the totals of several Regions.
func (v *view) together() g.Node {
	if !v.Several {
		return nil
	}
	return g.El("section", g.Attr("aria-label", "All Regions"),
		figureList(v.Figures),
		g.Iff(v.Overview != nil, func() g.Node { return panel(*v.Overview) }),
		g.Iff(len(v.Weeks) > 0, func() g.Node {
			return g.El("div", classed("panel"),
				text("h2", "caption", "By hour of the week and Region"),
				text("p", "note", "Interruptions by day, starting with Monday, and by hour (UTC). The figures of each Region are below."),
				g.El("ul", classed("weeks"), g.Map(v.Weeks, func(w *week) g.Node { return g.El("li", link(w.Region), w.small()) })),
			)
		}),
	)
}

func link(region string) g.Node { return g.El("a", g.Attr("href", "#"+idOf(region)), g.Text(region)) }

// idOf returns an ID for a name, without spaces, which an ID must not contain.
func idOf(name string) string { return strings.ReplaceAll(name, " ", "~") }

func (v *view) section(s section) g.Node {
	note := func(what, content string) g.Node {
		return g.If(content != "", g.El("p", classed("notice"), text("strong", "", what), g.Text(" "+content)))
	}
	return g.El("section", g.Attr("id", idOf(s.Name)), g.Attr("aria-label", s.Name), g.If(v.Several, classed("region")),
		g.If(v.Several, text("h2", "", s.Name)),
		g.If(v.Several, maybeText("p", "summary", s.Summary)),
		note("Not read:", s.ReadError),
		note("Counts unknown:", s.Unknown),
		g.Map(s.Warnings, func(warning string) g.Node { return note("Note:", warning) }),
		figureList(s.Figures),
		g.Iff(s.Reaction != nil, s.charts),
		g.If(len(s.Notes) > 0, g.El("ul", classed("notes"), g.Map(s.Notes, func(note string) g.Node { return text("li", "", note) }))),
	)
}

func (s *section) charts() g.Node {
	return g.Group{
		g.El("div", classed("panels"),
			g.El("div", s.Reaction.panel(), g.Map(s.Left, panel)),
			g.El("div", g.Map(s.Right, panel)),
		),
		g.Map(s.Whole, panel),
		s.Week.panel(),
	}
}

func figureList(figures []figure) g.Node {
	if len(figures) == 0 {
		return nil
	}
	return g.El("dl", classed("figures"), g.Map(figures, func(f figure) g.Node {
		return g.El("div", classed(f.Look), text("dt", "", f.Name), text("dd", "", f.Value))
	}))
}
