package page

import (
	"strconv"
	"strings"

	g "maragu.dev/gomponents"
)

// The page is put together of nodes and not by html/template, which would make the program three times as large: a
// template can call any method by its name, and so the linker keeps all methods of every type of the SDK.

// text is an element that holds a text.
func text(name, class, content string) g.Node { return g.El(name, classed(class), g.Text(content)) }

// classed is a class, where there is one.
func classed(class string) g.Node { return g.If(class != "", g.Attr("class", class)) }

// maybeText is an element, where there is a text for it.
func maybeText(name, class, content string) g.Node {
	return g.If(content != "", text(name, class, content))
}

func role(name string) g.Node { return g.Attr("role", name) }

func hidden() g.Node { return g.Attr("aria-hidden", "true") }

// heading is a heading of a level where HTML has no element for it.
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
			g.El("style", g.Raw(v.Style)), // our own
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
	return g.El("footer", g.El("p", g.Text("From the records of the function in its log group. Made by spothandler "+v.Version+" on "), when(v.Made), g.Text(" UTC.")))
}

// together is what several Regions come to.
func (v *view) together() g.Node {
	if !v.Several {
		return nil
	}
	return g.El("section", g.Attr("aria-label", "All Regions"),
		figureList(v.Figures),
		g.Iff(v.Overview != nil, func() g.Node { return panel(*v.Overview) }),
		g.Iff(len(v.Weeks) > 0, func() g.Node {
			return g.El("div", classed("panel"),
				text("h2", "caption", "The week, Region by Region"),
				text("p", "note", "Interruptions by day, Monday at the top, and by hour of UTC. Each Region’s figures are below."),
				g.El("ul", classed("weeks"), g.Map(v.Weeks, func(w *week) g.Node { return g.El("li", link(w.Region), w.small()) })),
			)
		}),
	)
}

func link(region string) g.Node { return g.El("a", g.Attr("href", "#"+idOf(region)), g.Text(region)) }

// idOf is an id for a name, without the blanks that no id may have.
func idOf(name string) string { return strings.ReplaceAll(name, " ", "~") }

func (v *view) section(s section) g.Node {
	told := func(what, content string) g.Node {
		return g.If(content != "", g.El("p", classed("told"), text("strong", "", what), g.Text(" "+content)))
	}
	return g.El("section", g.Attr("id", idOf(s.Name)), g.Attr("aria-label", s.Name), g.If(v.Several, classed("region")),
		g.If(v.Several, text("h2", "", s.Name)),
		g.If(v.Several, maybeText("p", "summary", s.Summary)),
		told("Not read:", s.Unread),
		told("Counts unknown:", s.Unknown),
		g.Map(s.Warnings, func(warning string) g.Node { return told("Note:", warning) }),
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
