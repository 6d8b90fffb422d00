package term

import (
	"strings"
	"unicode"

	"golang.org/x/text/width"
)

// KindWidth is the width of the first column of tables.
const KindWidth = 12

// Width returns the number of columns of a text. East Asian wide characters have two, combining characters none (Unicode
// UAX #11).
func Width(text string) int {
	columns := 0
	for _, r := range text {
		columns += columnsOf(r)
	}
	return columns
}

func columnsOf(r rune) int {
	if unicode.In(r, unicode.Mn, unicode.Me) {
		return 0
	}
	switch width.LookupRune(r).Kind() {
	case width.EastAsianWide, width.EastAsianFullwidth:
		return 2
	default:
		return 1
	}
}

// Pad appends spaces to a text up to width columns.
func Pad(text string, width int) string {
	return text + strings.Repeat(" ", max(0, width-Width(text)))
}

// Wrap breaks a text at spaces into lines of at most width columns. A longer word has its own line.
func (s Style) Wrap(text string, width int) []string {
	return Flow(strings.Fields(s.Plain(text)), " ", width)
}

// Flow joins parts into lines of at most width columns, without breaking a part.
func Flow(parts []string, between string, width int) []string {
	var lines []string
	for _, part := range parts {
		last := len(lines) - 1
		if last >= 0 && Width(lines[last]+between+part) <= width {
			lines[last] += between + part
			continue
		}
		lines = append(lines, part)
	}
	return lines
}

// Note returns a wrapped text with the Attention glyph.
func (s Style) Note(indent, text string) Text {
	gap := " "
	if indent != "" { // in a table
		gap = s.gap(Attention)
	}
	return s.behind(indent, Attention, gap, s.Wrap(text, s.Width-len(indent)-1-len(gap)))
}

// Item returns a wrapped text with a glyph, as a row of a table.
func (s Style) Item(g Glyph, text string) Text {
	gap := s.gap(g)
	return s.behind("  ", g, gap, s.Wrap(text, s.Width-2-Width(s.bare(g))-len(gap)))
}

// Cells returns a row of a table: glyph, name, and cells that the caller has padded. On a terminal, those that do not fit
// follow below, to the right of the name.
func (s Style) Cells(g Glyph, name string, cells ...string) Text {
	const between = "  "
	plain := make([]string, len(cells))
	for i, cell := range cells {
		plain[i] = s.Plain(cell)
	}
	column := len(between) + Width(s.bare(g)+s.gap(g)+s.Plain(name)+between)
	lines := []string{strings.Join(plain, between)}
	if s.TTY {
		lines = Flow(plain, between, s.Width-column)
	}
	for i, line := range lines {
		lines[i] = strings.TrimRight(line, " ")
	}
	end, last := len(lines)-1, strings.TrimRight(plain[len(plain)-1], " ")
	lines[end] = strings.TrimSuffix(lines[end], last) + s.Dim(last).s
	return Text{between + s.Glyph(g).s + s.gap(g) + s.Bold(name).s + between + strings.Join(lines, "\n"+strings.Repeat(" ", column)) + "\n"}
}

// Labeled returns short texts with a label, as a row of a table without a glyph. A text is broken only if it is longer than
// a line.
func (s Style) Labeled(label, between string, parts []string) Text {
	const indent = "  "
	column := len(indent) + Width(s.gap(OK)) + Width(s.bare(OK)) + KindWidth
	plain := make([]string, len(parts))
	for i, part := range parts {
		plain[i] = s.Plain(part)
	}
	var lines []string
	for _, line := range Flow(plain, s.signs(between), s.Width-column) {
		for _, each := range s.Wrap(line, s.Width-column) {
			lines = append(lines, s.Shorten(each, s.Width-column))
		}
	}
	return Text{indent + Pad(s.Plain(label), column-len(indent)) + strings.Join(lines, "\n"+strings.Repeat(" ", column)) + "\n"}
}

// List returns short texts joined by between, in lines with an indent. A text is broken only if it is longer than a line, and
// only between words.
func (s Style) List(indent, between string, parts []string) Text {
	plain := make([]string, len(parts))
	for i, part := range parts {
		plain[i] = s.Plain(part)
	}
	var lines []string
	for _, line := range Flow(plain, s.signs(between), s.Width-len(indent)) {
		lines = append(lines, s.Wrap(line, s.Width-len(indent))...)
	}
	return Text{indent + strings.Join(lines, "\n"+indent) + "\n"}
}

// behind returns lines with a glyph before the first, and a matching indent before the others.
func (s Style) behind(indent string, sign Glyph, gap string, lines []string) Text {
	hang := strings.Repeat(" ", len(indent)+Width(s.bare(sign))+len(gap))
	plain := make([]string, len(lines))
	for i, line := range lines {
		plain[i] = s.Plain(line)
	}
	return Text{indent + s.Glyph(sign).s + gap + strings.Join(plain, "\n"+hang) + "\n"}
}

// Paragraph returns a wrapped text with an indent, including the final line break.
func (s Style) Paragraph(indent, text string) Text {
	var out strings.Builder
	for _, line := range s.Wrap(text, s.Width-len(indent)) {
		out.WriteString(indent + line + "\n")
	}
	return Text{out.String()}
}

// Row returns a row of a table without its line break: glyph, kind, name, and a right-aligned text.
func (s Style) Row(g Glyph, kind, name, right string) Text {
	right = s.Plain(right)
	room := s.Width - 3 - len(s.gap(g)) - Width(s.bare(g)) - KindWidth
	if right != "" {
		room -= Width(right) + 1
	}
	name = s.Shorten(name, room)
	line := "  " + s.Glyph(g).s + s.gap(g) + Pad(s.Plain(kind), KindWidth) + s.Bold(name).s
	if right == "" {
		return Text{line}
	}
	return Text{line + strings.Repeat(" ", max(1, room+1-Width(name))) + s.Dim(right).s}
}

func (s Style) bare(g Glyph) string { return Style{ASCII: s.ASCII}.Glyph(g).s }

// gap returns the spaces after a glyph that align the next column: ASCII glyphs have different lengths.
func (s Style) gap(g Glyph) string {
	if !s.ASCII {
		return " "
	}
	return strings.Repeat(" ", 5-len(s.bare(g)))
}

// MarkWidth is the number of columns of RowStart.
func (s Style) MarkWidth() int { return 2 + Width(s.bare(OK)+s.gap(OK)) }

// Sign returns a glyph without color, for use within a text.
func (s Style) Sign(g Glyph) string { return s.bare(g) }

// RowStart returns the beginning of a table row, with its glyph.
func (s Style) RowStart(g Glyph) Text { return Text{"  " + s.Glyph(g).s + s.gap(g)} }

// FindingWidth is the column at which the text of a finding begins: to the right of a code such as SPOT101.
func (s Style) FindingWidth() int { return s.MarkWidth() + len("SPOT101  ") }

// Finding returns a line about something that was found: sign, code, and words that are broken to fit.
func (s Style) Finding(g Glyph, code, words string) Text {
	gap := s.gap(g)
	code = Pad(s.Plain(code), s.FindingWidth()-s.MarkWidth())
	lines := s.Wrap(words, s.Width-s.FindingWidth())
	hang := strings.Repeat(" ", s.MarkWidth()+Width(code))
	return Text{"  " + s.Glyph(g).s + gap + s.Dim(code).s + strings.Join(lines, "\n"+hang) + "\n"}
}
