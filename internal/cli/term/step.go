package term

import "strings"

// Step returns a row of a table of steps: glyph, name, a wrapped text, and a right-aligned text in the first line. It
// includes the final line break.
func (s Style) Step(g Glyph, name, found, right string) Text {
	const rightWidth = 7
	left := "  " + s.bare(g) + s.gap(g) + Pad(s.Plain(name), KindWidth)
	width := s.Width - Width(left)
	if right != "" {
		width -= rightWidth
	}
	lines := s.Wrap(found, width)
	for i := range lines {
		lines[i] = s.Plain(lines[i])
	}
	if right != "" && len(lines) > 0 {
		room := s.Width - Width(left) - Width(right)
		lines[0] = Pad(lines[0], max(room, Width(lines[0])+1)) + s.Dim(right).s
	}
	head := "  " + s.Glyph(g).s + s.gap(g) + Pad(s.Plain(name), KindWidth)
	return Text{head + strings.Join(lines, "\n"+strings.Repeat(" ", Width(left))) + "\n"}
}
