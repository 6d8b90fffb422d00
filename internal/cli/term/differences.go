package term

import "strings"

// Difference is an old and a new value. For lists, Less and More are the removed and added elements, which are shown if the
// values do not fit into a line or are empty.
type Difference struct {
	Label, Old, New string
	Less, More      []string
}

const (
	longestLabel = 36 // a longer label has its own line
	belowLabel   = 4  // indent of the values below such a label
)

// Differences returns values as "label  old → new", with the arrows aligned, or in two lines if they are too long for one.
// Removed and added elements of lists have a line each.
func (s Style) Differences(indent string, all []Difference) Text {
	t := differenceTable{Style: s, indent: indent, differences: make([]Difference, len(all))}
	for i, d := range all {
		t.differences[i] = Difference{s.Plain(d.Label), s.Plain(d.Old), s.Plain(d.New), d.Less, d.More}
		if width := Width(t.differences[i].Label); width <= longestLabel {
			t.label = max(t.label, width)
		}
	}
	for _, d := range t.differences {
		if t.fits(d, Width(d.Old)) {
			t.old = max(t.old, Width(d.Old))
		}
	}
	var out strings.Builder
	for _, d := range t.differences {
		out.WriteString(t.show(d))
	}
	return Text{out.String()}
}

// differenceTable is a table of differences with its column widths.
type differenceTable struct {
	Style
	indent      string
	differences []Difference
	label, old  int
}

// fits reports whether a difference fits into one line if old is the width of the old value's column.
func (t differenceTable) fits(d Difference, old int) bool {
	arrow := Width(t.bare(Arrow)) + 2
	return d.Old+d.New != "" && Width(d.Label) <= longestLabel && len(t.indent)+t.label+2+old+arrow+Width(d.New) <= t.Width
}

func (d Difference) isList() bool { return len(d.Less)+len(d.More) > 0 }

func (t differenceTable) show(d Difference) string {
	if t.fits(d, max(t.old, Width(d.Old))) {
		return t.indent + Pad(d.Label, t.label) + "  " + Pad(d.Old, t.old) + " " + t.Glyph(Arrow).s + " " + d.New + "\n"
	}
	column := t.label + 2
	first := t.indent + Pad(d.Label, t.label)
	if Width(d.Label) > longestLabel {
		column = belowLabel
		first = t.indent + d.Label + "\n" + t.indent + strings.Repeat(" ", column-2)
	}
	if !d.isList() {
		next := t.indent + strings.Repeat(" ", column-1-Width(t.bare(Arrow)))
		return first + "  " + t.Shorten(d.Old, t.Width-len(t.indent)-column) + "\n" + next + t.value(Arrow, d.New, column)
	}
	var lines []string
	for _, text := range d.Less {
		lines = append(lines, t.value(Remove, text, column+2))
	}
	for _, text := range d.More {
		lines = append(lines, t.value(Add, text, column+2))
	}
	return first + "  " + strings.Join(lines, t.indent+strings.Repeat(" ", column))
}

// value returns a line with a glyph and a value that begins at column.
func (t differenceTable) value(g Glyph, text string, column int) string {
	return t.Glyph(g).s + " " + t.Shorten(text, t.Width-len(t.indent)-column) + "\n"
}
