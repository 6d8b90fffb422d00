package term

import "strings"

// The texts in this file are wrapped on a terminal, and remain one line in a log, for searching.

// lines returns a text in lines of at most width columns on a terminal, else in one.
func (s Style) lines(text string, width int) []string {
	if s.TTY {
		return s.Wrap(text, width)
	}
	return []string{s.Plain(text)}
}

// painted returns lines in a color, each after the first with a matching indent.
func painted(lines []string, indent int, paint func(string) Text) string {
	all := make([]string, len(lines))
	for i, line := range lines {
		all[i] = paint(line).s
	}
	return strings.Join(all, "\n"+strings.Repeat(" ", indent))
}

// Line returns a text after an indent. Its other lines have two columns more.
func (s Style) Line(indent, text string, paint func(string) Text) Text {
	hang := len(indent) + 2
	lines := s.lines(text, s.Width-len(indent))
	if len(lines) > 1 {
		lines = s.lines(text, s.Width-hang)
	}
	return Text{indent + painted(lines, hang, paint) + "\n"}
}

// Beside returns a text in a column that begins after begin, whose number of columns is given.
func (s Style) Beside(begin Text, columns int, text string, paint func(string) Text) Text {
	return Text{begin.s + painted(s.lines(text, s.Width-columns), columns, paint) + "\n"}
}

// Sentence returns a text with a glyph.
func (s Style) Sentence(g Glyph, text string) Text { return s.headline(g, text, s.Unpainted) }

// Headline returns a verdict in the color of its glyph, followed by dim parts, as Place returns them.
func (s Style) Headline(g Glyph, verdict string, place ...string) Text {
	paint, known := map[Glyph]func(string) Text{OK: s.Green, Failed: s.Red, Attention: s.Yellow}[g]
	if !known {
		paint = s.Unpainted
	}
	return s.headline(g, verdict, paint, place...)
}

// Verdict returns the headline of a failure.
func (s Style) Verdict(text string) Text { return s.Headline(Failed, text) }

// Success returns the headline of a success.
func (s Style) Success(text string) Text { return s.Headline(OK, text) }

func (s Style) headline(g Glyph, text string, paint func(string) Text, place ...string) Text {
	const indent = 2
	lines := s.lines(text, s.Width-indent)
	after := Text{}
	if len(place) > 0 && len(lines) > 0 {
		after = s.Place(indent+Width(lines[len(lines)-1]), place...)
	}
	return Text{s.Glyph(g).s + " " + painted(lines, indent, paint) + after.s + "\n"}
}

// Place returns the dim parts that follow a headline of the given width. If they do not fit beside it on a terminal, they follow
// on lines of their own.
func (s Style) Place(headline int, parts ...string) Text {
	const between = " · "
	beside := between + strings.Join(parts, between)
	if !s.TTY || headline+Width(beside) <= s.Width {
		return s.Dim(beside)
	}
	var out strings.Builder
	for _, line := range Flow(parts, between, s.Width-2) {
		out.WriteString("\n  " + s.Dim(line).s)
	}
	return Text{out.String()}
}

// Columns returns rows of cells, aligned in columns. Cells that do not fit follow below the row's first, in lines with an indent.
func (s Style) Columns(indent string, rows [][]string) Text {
	const between, hang = "  ", "    "
	widths := map[int]int{}
	for _, row := range rows {
		for i, cell := range row {
			widths[i] = max(widths[i], Width(s.Plain(cell)))
		}
	}
	var out strings.Builder
	for _, row := range rows {
		padded := make([]string, len(row))
		for i, cell := range row {
			padded[i] = Pad(s.Plain(cell), widths[i])
		}
		lines := []string{strings.Join(padded, between)}
		if s.TTY && Width(indent+lines[0]) > s.Width {
			lines = Flow(padded, between, s.Width-len(indent+hang))
		}
		for i, line := range lines {
			lines[i] = strings.TrimRight(line, " ")
		}
		out.WriteString(indent + strings.Join(lines, "\n"+indent+hang) + "\n")
	}
	return Text{out.String()}
}
